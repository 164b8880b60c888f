"""The trail itself."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.log_group import LogGroup
from config.stack import Stack


class Trail(pulumi.ComponentResource):
    """A trail over all Regions of the partition, with global service events and signed digests.

    Makes `<name>` (cloudtrail.Trail), which logs every management event. `bucket_name` is the log
    bucket, once CloudTrail may write to it; `key_arn` is the key that log files are encrypted with; `group`
    takes each event too.

        trail = Trail("trail", stack, bucket.writable_name, key.arn)
        pulumi.export("trail_arn", trail.arn)
    """

    arn: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(  # noqa: PLR0917 - what the trail waits for
        self,
        name: str,
        stack: Stack,
        bucket_name: pulumi.Input[str],
        key_arn: pulumi.Input[str],
        group: LogGroup | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("image-builder-trail:index:Trail", name, {}, opts)
        trail = self._trail(name, stack, bucket_name, key_arn, group)
        self.arn = trail.arn
        self.name = trail.name
        self.register_outputs({"arn": self.arn, "name": self.name})

    def _trail(
        self,
        name: str,
        stack: Stack,
        bucket_name: pulumi.Input[str],
        key_arn: pulumi.Input[str],
        group: LogGroup | None,
    ) -> aws.cloudtrail.Trail:
        return aws.cloudtrail.Trail(
            name,
            name=stack.trail,
            s3_bucket_name=bucket_name,
            s3_key_prefix=stack.key_prefix or None,
            kms_key_id=key_arn,
            cloud_watch_logs_group_arn=group.arn if group else None,
            cloud_watch_logs_role_arn=group.role_arn if group else None,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            enable_logging=True,
            advanced_event_selectors=[self._management_events()],
            tags=stack.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _management_events(self) -> aws.cloudtrail.TrailAdvancedEventSelectorArgs:
        # The name is the one that AWS's console gives, and that auditors' tools look for.
        category = aws.cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgs(
            field="eventCategory", equals=["Management"]
        )
        return aws.cloudtrail.TrailAdvancedEventSelectorArgs(
            name="Management events selector", field_selectors=[category]
        )
