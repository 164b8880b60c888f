"""A stack as one value: its place, its settings, and every name and ARN that follows from both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from config import place
from config.place import Place
from config.settings import Settings

UNKNOWN_KEY_ID = "00000000-0000-0000-0000-000000000000"  # KMS chooses the real one when it makes the key


@dataclass(frozen=True, slots=True)
class Stack:
    """What components, policy documents and proofs are made from. A role or bucket that is not made is None.

    `key_id` stands for the encryption key until KMS has made it: see `with_key`.
    """

    project: str
    name: str
    place: Place
    settings: Settings = field(default_factory=Settings)
    key_id: str = UNKNOWN_KEY_ID

    def with_key(self, arn: str) -> Stack:
        """Return the stack with the key that KMS has made."""
        return replace(self, key_id=arn.rpartition("/")[2])

    @property
    def protected(self) -> bool:
        """Whether logs are protected: from Pulumi, and by policy."""
        return self.settings.log_bucket.protect_logs

    def unprotected(self) -> Stack:
        """Return the same stack without the protection of logs: what shows beneath it."""
        bucket = self.settings.log_bucket.model_copy(update={"protect_logs": False})
        return replace(self, settings=replace(self.settings, log_bucket=bucket))

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags of every resource."""
        return {"Project": self.project, "Stack": self.name, **self.settings.tags.tags}

    @property
    def key_tags(self) -> Mapping[str, str]:
        """The tags by which the deployer knows the stack's key."""
        return {name: self.tags[name] for name in ("Project", "Stack")}

    @property
    def trail(self) -> str:
        """The trail's name."""
        return place.trail_name(self.settings.trail.trail_name, self.project, self.name)

    @property
    def trail_arn(self) -> str:
        """The ARN that CloudTrail will give to the trail, whose home is the stack's Region."""
        return self.place.arn("cloudtrail", f"trail/{self.trail}")

    @property
    def bucket(self) -> str:
        """The log bucket's name."""
        return place.bucket_name(self.settings.log_bucket.bucket_name, self.trail, self.place)

    @property
    def bucket_arn(self) -> str:
        """The log bucket's ARN."""
        return self.place.bucket_arn(self.bucket)

    @property
    def key_prefix(self) -> str:
        """What stands before AWSLogs/ in the keys of log files; empty for nothing."""
        return self.settings.log_bucket.key_prefix

    @property
    def logs_folder(self) -> str:
        """What stands before the account in the keys of log files, ending in a slash."""
        return place.logs_folder(self.key_prefix)

    @property
    def access_log_bucket(self) -> str | None:
        """The name of the bucket for S3's server access logs."""
        return (
            f"{self.bucket}{place.ACCESS_LOG_SUFFIX}" if self.settings.access_log_bucket.access_logs else None
        )

    @property
    def buckets(self) -> tuple[str, ...]:
        """The names of all buckets."""
        return tuple(name for name in (self.bucket, self.access_log_bucket) if name)

    @property
    def bucket_arns(self) -> tuple[str, ...]:
        """The ARNs of all buckets."""
        return tuple(self.place.bucket_arn(name) for name in self.buckets)

    @property
    def key_arn(self) -> str:
        """The encryption key's ARN."""
        return self.place.arn("kms", f"key/{self.key_id}")

    @property
    def alias(self) -> str:
        """The encryption key's alias."""
        return place.alias_name(self.trail)

    @property
    def auditor_role(self) -> str | None:
        """The name of the role that reads logs."""
        return place.auditor_role_name(self.trail) if self.settings.access.roles else None

    @property
    def auditor_role_arn(self) -> str | None:
        """Its ARN."""
        return self.place.role_arn(self.auditor_role) if self.auditor_role else None

    @property
    def break_glass_role(self) -> str | None:
        """The name of the role that may lift the protections."""
        return place.break_glass_role_name(self.trail) if self.settings.access.roles else None

    @property
    def break_glass_role_arn(self) -> str | None:
        """Its ARN."""
        return self.place.role_arn(self.break_glass_role) if self.break_glass_role else None

    @property
    def deployer_role_arn(self) -> str | None:
        """The ARN of the role that deploys, where it is named."""
        name = self.settings.access.deployer_role_name
        return self.place.role_arn(name) if name else None

    @property
    def locks_settings(self) -> bool:
        """Whether only the deployer and break-glass may change what protects the logs."""
        return self.protected and self.break_glass_role is not None

    @property
    def boundary_arn(self) -> str | None:
        """The ARN of the permissions boundary of all roles, where a deployer makes them.

        An administrator makes the policy before the first deployment: who may change it may do anything.
        """
        if not (self.deployer_role_arn and self.role_names):
            return None
        return self.place.arn("iam", f"policy/{place.boundary_name(self.trail)}", region="")

    @property
    def trusted_arns(self) -> tuple[str, ...]:
        """Everybody whom the stack's roles trust by name."""
        access = self.settings.access
        return (*access.auditor_trusted_arns, *access.break_glass_trusted_arns)

    @property
    def trusted_here(self) -> Mapping[str, str]:
        """The users and roles of this account that may take on the stack's roles: ARN and setting."""
        access, own = self.settings.access, self.place.arn("iam", "", region="")
        named = dict.fromkeys(access.break_glass_trusted_arns, "break_glass_trusted_arns")
        named |= dict.fromkeys(access.auditor_trusted_arns, "auditor_trusted_arns")
        return {arn: key for arn, key in named.items() if arn.startswith((f"{own}role/", f"{own}user/"))}

    @property
    def log_group(self) -> str | None:
        """The name of the CloudWatch Logs group."""
        return f"/aws/cloudtrail/{self.trail}" if self.settings.log_group.log_group else None

    @property
    def log_delivery_role(self) -> str | None:
        """The name of the role by which CloudTrail writes to the log group."""
        return place.log_delivery_role_name(self.trail) if self.log_group else None

    @property
    def role_names(self) -> tuple[str, ...]:
        """The names of all roles that the stack makes."""
        return tuple(
            name for name in (self.auditor_role, self.break_glass_role, self.log_delivery_role) if name
        )
