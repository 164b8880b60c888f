"""A trail with everything that it needs: key, bucket and their policies."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.access import Access
from components.access_log_bucket import AccessLogBucket
from components.encryption_key import EncryptionKey
from components.log_bucket import LogBucket
from components.trail import Trail
from config import naming
from config.settings import Settings, checked

# No `from __future__ import annotations` here: Pulumi's host for other languages reads the types at run time.

OUTPUTS = (
    "trail_arn",
    "trail_name",
    "bucket_name",
    "key_prefix",
    "key_arn",
    "region",
    "account_id",
    "auditor_role_arn",
    "break_glass_role_arn",
)


class AuditTrailArgs(TypedDict):
    """The settings of Pulumi.yaml under their own names, each with its meaning and default there."""

    trail_name: NotRequired[str]
    bucket_name: NotRequired[str]
    key_prefix: NotRequired[str]
    protect_logs: NotRequired[bool]
    s3_bucket_key: NotRequired[bool]
    key_deletion_window_days: NotRequired[int]
    transition_storage_class: NotRequired[str]
    transition_days: NotRequired[int]
    expiration_days: NotRequired[int]
    noncurrent_expiration_days: NotRequired[int]
    object_lock_mode: NotRequired[str]
    object_lock_days: NotRequired[int]
    access_logs: NotRequired[bool]
    access_log_expiration_days: NotRequired[int]
    roles: NotRequired[bool]
    auditor_trusted_arns: NotRequired[list[str]]
    auditor_external_id: NotRequired[str]
    break_glass_trusted_arns: NotRequired[list[str]]
    deployer_role_name: NotRequired[str]
    tags: NotRequired[dict[str, str]]


class AuditTrail(pulumi.ComponentResource):
    """A multi-Region trail that delivers to S3, encrypted, tamper-evident and safe from deletion.

    Makes an EncryptionKey `<name>-key`, a LogBucket `<name>-bucket`, a Trail `<name>-trail` and, where asked
    for, an AccessLogBucket `<name>-access-logs` and the roles of an Access `<name>-access`.

        trail = AuditTrail("audit", {"expiration_days": 400})
        pulumi.export("bucket_name", trail.bucket_name)
    """

    trail_arn: pulumi.Output[str]
    trail_name: pulumi.Output[str]
    bucket_name: pulumi.Output[str]
    key_prefix: pulumi.Output[str]
    key_arn: pulumi.Output[str]
    region: pulumi.Output[str]
    account_id: pulumi.Output[str]
    auditor_role_arn: pulumi.Output[str] | None
    """None where the stack makes no roles, as the next one."""
    break_glass_role_arn: pulumi.Output[str] | None

    def __init__(self, name: str, args: AuditTrailArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        settings = checked(args, pulumi.get_project(), pulumi.get_stack())
        # On all children: a destroy without preview would else take the trail and what shields the logs.
        protected = pulumi.ResourceOptions(protect=settings.protect_logs)
        merged = pulumi.ResourceOptions.merge(protected, opts)
        super().__init__("image-builder-trail:index:AuditTrail", name, {}, merged)
        self._child = pulumi.ResourceOptions(parent=self)
        self._tags = {"Project": pulumi.get_project(), "Stack": pulumi.get_stack(), **settings.tags}
        self._find_place()
        self._name_things(settings)
        key = self._key(f"{name}-key", settings)
        bucket = self._bucket(f"{name}-bucket", settings, key)
        trail = self._trail(f"{name}-trail", settings, key, bucket)
        buckets = [bucket.name]
        if settings.access_logs:
            buckets.append(self._access_logs(f"{name}-access-logs", settings, bucket).name)
        access = self._access(f"{name}-access", settings, key, buckets) if settings.roles else None
        self._publish(settings, key, bucket, trail, access)

    def _find_place(self) -> None:
        """Ask where this is: partition, Region and account, all at once."""
        asked = pulumi.InvokeOutputOptions(parent=self)
        self._partition = aws.get_partition_output(opts=asked).partition
        self.region = aws.get_region_output(opts=asked).region
        self.account_id = aws.get_caller_identity_output(opts=asked).account_id

    def _name_things(self, settings: Settings) -> None:
        """Fix the names and the trail's ARN, which the policies need before there is a trail."""
        trail = naming.trail_name(settings.trail_name, pulumi.get_project(), pulumi.get_stack())
        self._trail_name = trail
        self._auditor = naming.auditor_role_name(trail) if settings.roles else None
        self._break_glass = naming.break_glass_role_name(trail) if settings.roles else None
        self._bucket_name = pulumi.Output.all(self.account_id, self.region).apply(
            lambda place: naming.bucket_name(settings.bucket_name, trail, place[0], place[1])
        )
        self._trail_arn = pulumi.Output.all(self._partition, self.region, self.account_id).apply(
            lambda place: naming.trail_arn(place[0], place[1], place[2], trail)
        )

    def _role(self, name: str | None) -> pulumi.Output[str] | None:
        """Return the ARN of a role of this account: the policies name roles before they exist."""
        if not name:
            return None
        return pulumi.Output.all(self._partition, self.account_id).apply(
            lambda place: naming.role_arn(place[0], place[1], name)
        )

    def _key(self, name: str, settings: Settings) -> EncryptionKey:
        return EncryptionKey(
            name,
            {
                "partition": self._partition,
                "region": self.region,
                "account_id": self.account_id,
                "trail_arn": self._trail_arn,
                "trail_name": self._trail_name,
                "bucket_key_enabled": settings.s3_bucket_key,
                "deletion_window_days": settings.key_deletion_window_days,
                "protect_logs": settings.protect_logs,
                "reader_role_arns": [auditor] if (auditor := self._role(self._auditor)) else [],
                "break_glass_role_arn": self._role(self._break_glass),
                "deployer_role_arn": self._role(settings.deployer_role_name),
                "tags": self._tags,
            },
            self._child,
        )

    def _bucket(self, name: str, settings: Settings, key: EncryptionKey) -> LogBucket:
        return LogBucket(
            name,
            {
                "bucket_name": self._bucket_name,
                "partition": self._partition,
                "account_id": self.account_id,
                "trail_arn": self._trail_arn,
                "key_arn": key.arn,
                "key_prefix": settings.key_prefix,
                "s3_bucket_key": settings.s3_bucket_key,
                "protect_logs": settings.protect_logs,
                "transition_storage_class": settings.transition_storage_class,
                "transition_days": settings.transition_days,
                "expiration_days": settings.expiration_days,
                "noncurrent_expiration_days": settings.noncurrent_expiration_days,
                "object_lock_mode": settings.object_lock_mode,
                "object_lock_days": settings.object_lock_days,
                "break_glass_role_arn": self._role(self._break_glass),
                "deployer_role_arn": self._role(settings.deployer_role_name),
                "tags": self._tags,
            },
            self._child,
        )

    def _trail(self, name: str, settings: Settings, key: EncryptionKey, bucket: LogBucket) -> Trail:
        return Trail(
            name,
            {
                "trail_name": self._trail_name,
                "bucket_name": bucket.writable_name,
                "key_prefix": settings.key_prefix,
                "key_arn": key.arn,
                "tags": self._tags,
            },
            self._child,
        )

    def _access_logs(self, name: str, settings: Settings, bucket: LogBucket) -> AccessLogBucket:
        return AccessLogBucket(
            name,
            {
                "bucket_name": self._bucket_name.apply(naming.access_log_bucket_name),
                "source_bucket_name": bucket.name,
                "partition": self._partition,
                "account_id": self.account_id,
                "expiration_days": settings.access_log_expiration_days,
                "noncurrent_expiration_days": settings.noncurrent_expiration_days,
                "protect_logs": settings.protect_logs,
                "break_glass_role_arn": self._role(self._break_glass),
                "deployer_role_arn": self._role(settings.deployer_role_name),
                "tags": self._tags,
            },
            self._child,
        )

    def _access(
        self, name: str, settings: Settings, key: EncryptionKey, buckets: list[pulumi.Output[str]]
    ) -> Access:
        return Access(
            name,
            {
                "partition": self._partition,
                "region": self.region,
                "account_id": self.account_id,
                "trail_arn": self._trail_arn,
                "bucket_name": buckets[0],
                "protected_bucket_names": list(buckets),
                "key_arn": key.arn,
                "key_prefix": settings.key_prefix,
                "auditor_role_name": naming.auditor_role_name(self._trail_name),
                "auditor_trusted_arns": list(settings.auditor_trusted_arns),
                "auditor_external_id": settings.auditor_external_id,
                "break_glass_role_name": naming.break_glass_role_name(self._trail_name),
                "break_glass_trusted_arns": list(settings.break_glass_trusted_arns),
                "tags": self._tags,
            },
            self._child,
        )

    def _publish(
        self, settings: Settings, key: EncryptionKey, bucket: LogBucket, trail: Trail, access: Access | None
    ) -> None:
        self.trail_arn = trail.arn
        self.trail_name = trail.name
        self.bucket_name = bucket.name
        self.key_prefix = pulumi.Output.from_input(settings.key_prefix)
        self.key_arn = key.arn
        self.auditor_role_arn = access.auditor_role_arn if access else None
        self.break_glass_role_arn = access.break_glass_role_arn if access else None
        self.register_outputs({output: getattr(self, output) for output in OUTPUTS})
