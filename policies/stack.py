"""What the policies need to know of a stack: its names and the choices that shape its documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from policies.documents import access_log_bucket, bucket, deployer, key, roles
from policies.documents.statement import Document

UNKNOWN_KEY_ID = "00000000-0000-0000-0000-000000000000"  # KMS chooses the real one when it makes the key


@dataclass(frozen=True, slots=True)
class Stack:
    """One stack's names and choices. A role or bucket that the stack does not have is None.

    `settings` are all values as configured, defaults included, under their names in the configuration.
    """

    name: str
    partition: str
    region: str
    account_id: str
    trail_name: str
    bucket_name: str
    key_alias: str
    key_tags: Mapping[str, str]
    key_prefix: str = ""
    key_id: str = UNKNOWN_KEY_ID
    bucket_key_enabled: bool = False
    protect_logs: bool = True
    access_log_bucket_name: str | None = None
    access_log_prefix: str = ""
    auditor_role_name: str | None = None
    auditor_trusted_arns: tuple[str, ...] = ()
    auditor_external_id: str | None = None
    break_glass_role_name: str | None = None
    break_glass_trusted_arns: tuple[str, ...] = ()
    deployer_role_name: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def trail_arn(self) -> str:
        """The ARN of the trail, in its home Region."""
        return f"arn:{self.partition}:cloudtrail:{self.region}:{self.account_id}:trail/{self.trail_name}"

    @property
    def key_arn(self) -> str:
        """The ARN of the encryption key."""
        return f"arn:{self.partition}:kms:{self.region}:{self.account_id}:key/{self.key_id}"

    @property
    def bucket_names(self) -> tuple[str, ...]:
        """The log bucket, and the access log bucket where there is one."""
        return (self.bucket_name, *([self.access_log_bucket_name] if self.access_log_bucket_name else []))

    @property
    def role_names(self) -> tuple[str, ...]:
        """The roles that the stack makes."""
        return tuple(name for name in (self.auditor_role_name, self.break_glass_role_name) if name)

    def role_arn(self, role_name: str | None) -> str | None:
        """Return the ARN of a role of this account, None for none."""
        return f"arn:{self.partition}:iam::{self.account_id}:role/{role_name}" if role_name else None


def documents(stack: Stack) -> dict[str, Document]:
    """Return every policy document of a stack, by the name of its file among the rendered ones."""
    found = {"bucket": _bucket(stack), "key": _key(stack), "deployer": _deployer(stack)}
    if stack.access_log_bucket_name:
        found["access-log-bucket"] = _access_log_bucket(stack, stack.access_log_bucket_name)
    if stack.auditor_role_name:
        found["auditor-trust"] = roles.auditor_trust(
            partition=stack.partition,
            account_id=stack.account_id,
            trusted_arns=stack.auditor_trusted_arns,
            external_id=stack.auditor_external_id,
        )
        found["auditor"] = roles.auditor(
            partition=stack.partition,
            region=stack.region,
            trail_arn=stack.trail_arn,
            bucket_name=stack.bucket_name,
            key_prefix=stack.key_prefix,
            key_arn=stack.key_arn,
        )
    if stack.break_glass_role_name:
        found["break-glass-trust"] = roles.break_glass_trust(
            partition=stack.partition,
            account_id=stack.account_id,
            trusted_arns=stack.break_glass_trusted_arns,
        )
        found["break-glass"] = roles.break_glass(
            partition=stack.partition, bucket_names=stack.bucket_names, key_arn=stack.key_arn
        )
    return found


def _bucket(stack: Stack) -> Document:
    return bucket.log_bucket(
        partition=stack.partition,
        bucket_name=stack.bucket_name,
        account_id=stack.account_id,
        trail_arn=stack.trail_arn,
        key_prefix=stack.key_prefix,
        key_arn=stack.key_arn,
        protect_logs=stack.protect_logs,
        break_glass_role_arn=stack.role_arn(stack.break_glass_role_name),
        deployer_role_arn=stack.role_arn(stack.deployer_role_name),
    )


def _key(stack: Stack) -> Document:
    return key.log_key(
        partition=stack.partition,
        region=stack.region,
        account_id=stack.account_id,
        trail_arn=stack.trail_arn,
        bucket_key_enabled=stack.bucket_key_enabled,
        protect_logs=stack.protect_logs,
        break_glass_role_arn=stack.role_arn(stack.break_glass_role_name),
        deployer_role_arn=stack.role_arn(stack.deployer_role_name),
        reader_role_arns=tuple(arn for arn in (stack.role_arn(stack.auditor_role_name),) if arn),
    )


def _deployer(stack: Stack) -> Document:
    return deployer.deployer(
        partition=stack.partition,
        region=stack.region,
        account_id=stack.account_id,
        trail_arn=stack.trail_arn,
        bucket_names=stack.bucket_names,
        key_alias=stack.key_alias,
        key_tags=stack.key_tags,
        role_names=stack.role_names,
        protect_logs=stack.protect_logs,
    )


def _access_log_bucket(stack: Stack, bucket_name: str) -> Document:
    return access_log_bucket.access_log_bucket(
        partition=stack.partition,
        bucket_name=bucket_name,
        account_id=stack.account_id,
        source_bucket_name=stack.bucket_name,
        key_prefix=stack.access_log_prefix,
        protect_logs=stack.protect_logs,
        break_glass_role_arn=stack.role_arn(stack.break_glass_role_name),
        deployer_role_arn=stack.role_arn(stack.deployer_role_name),
    )
