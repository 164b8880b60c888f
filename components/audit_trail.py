"""A trail with everything that it needs: key, bucket and their policies."""

import pulumi

from components.access import Access
from components.access_log_bucket import AccessLogBucket
from components.arguments import AuditTrailArgs
from components.encryption_key import EncryptionKey
from components.here import stack_here
from components.log_bucket import LogBucket
from components.log_group import LogGroup
from components.principals import check_principals
from components.trail import Trail
from config.pulumi_config import settings_of

# No `from __future__ import annotations` here: Pulumi's host for other languages reads the types at run time.


class AuditTrail(pulumi.ComponentResource):
    """A multi-Region trail that delivers to S3, encrypted, tamper-evident and safe from deletion.

    Makes an EncryptionKey `<name>-key`, a LogBucket `<name>-bucket`, a Trail `<name>-trail` and, where asked
    for, a LogGroup `<name>-log-group`, an AccessLogBucket `<name>-access-logs` and the roles of an Access
    `<name>-access`.

        trail = AuditTrail("audit", {"expiration_days": 400})
        pulumi.export("bucket_name", trail.bucket_name)
    """

    trail_arn: pulumi.Output[str]
    """The trail's ARN, in its home Region."""
    trail_name: pulumi.Output[str]
    """The trail's name."""
    bucket_name: pulumi.Output[str]
    """The bucket that takes log files and digests."""
    key_prefix: pulumi.Output[str]
    """What stands before AWSLogs/ in the keys of log files; empty for nothing."""
    key_arn: pulumi.Output[str]
    """The key that log files are encrypted with."""
    region: pulumi.Output[str]
    """The trail's home Region, which is the bucket's and the key's too."""
    account_id: pulumi.Output[str]
    """The account, as 12 digits."""
    auditor_role_arn: pulumi.Output[str] | None
    """The role that reads logs; None where the stack makes no roles."""
    break_glass_role_arn: pulumi.Output[str] | None
    """The role that may lift the protections; None where the stack makes no roles."""

    def __init__(self, name: str, args: AuditTrailArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        settings = settings_of(args)
        # On all children: a destroy without preview would else take the trail and what shields the logs.
        protected = pulumi.ResourceOptions(protect=settings.log_bucket.protect_logs)
        merged = pulumi.ResourceOptions.merge(protected, opts)
        super().__init__("image-builder-trail:index:AuditTrail", name, {}, merged)
        stack, child = stack_here(settings, self), pulumi.ResourceOptions(parent=self)
        check_principals(stack, self)

        key = EncryptionKey(f"{name}-key", stack, child)
        bucket = LogBucket(f"{name}-bucket", stack, key.arn, child)
        group = LogGroup(f"{name}-log-group", stack, key.arn, child) if stack.log_group else None
        trail = Trail(f"{name}-trail", stack, bucket.writable_name, key.arn, group, child)
        if stack.access_log_bucket:
            AccessLogBucket(f"{name}-access-logs", stack, bucket.name, child)
        access = Access(f"{name}-access", stack, key.arn, child) if stack.auditor_role else None

        self.trail_arn = trail.arn
        self.trail_name = trail.name
        self.bucket_name = bucket.name
        self.key_prefix = pulumi.Output.from_input(stack.key_prefix)
        self.key_arn = key.arn
        self.region = pulumi.Output.from_input(stack.place.region)
        self.account_id = pulumi.Output.from_input(stack.place.account_id)
        self.auditor_role_arn = access.auditor_role_arn if access else None
        self.break_glass_role_arn = access.break_glass_role_arn if access else None
        self.register_outputs({output: getattr(self, output) for output in OUTPUTS})


OUTPUTS = tuple(AuditTrail.__annotations__)
"""The names of the component's outputs."""
