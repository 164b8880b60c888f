"""The trail itself."""

from __future__ import annotations

from typing import TypedDict

import pulumi
import pulumi_aws as aws


class TrailArgs(TypedDict):
    """What a trail is made of."""

    trail_name: str
    """The trail's name, from which its ARN was computed for the policies."""
    bucket_name: pulumi.Input[str]
    """The bucket that takes the logs, once its policy lets CloudTrail in."""
    key_prefix: str
    """What stands before AWSLogs/ in the keys of log files; empty for nothing."""
    key_arn: pulumi.Input[str]
    """The key that log files are encrypted with."""
    tags: dict[str, str]
    """Tags of the trail."""


class Trail(pulumi.ComponentResource):
    """A trail over all Regions of the partition, with global service events and signed digests.

    Makes `<name>` (cloudtrail.Trail), which logs every management event.

        trail = Trail("trail", {"bucket_name": bucket.writable_name, ...})
        pulumi.export("trail_arn", trail.arn)
    """

    arn: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(self, name: str, args: TrailArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("image-builder-trail:index:Trail", name, {}, opts)
        trail = self._trail(name, args)
        self.arn = trail.arn
        self.name = trail.name
        self.register_outputs({"arn": self.arn, "name": self.name})

    def _trail(self, name: str, args: TrailArgs) -> aws.cloudtrail.Trail:
        return aws.cloudtrail.Trail(
            name,
            name=args["trail_name"],
            s3_bucket_name=args["bucket_name"],
            s3_key_prefix=args["key_prefix"] or None,
            kms_key_id=args["key_arn"],
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            enable_logging=True,
            advanced_event_selectors=[self._management_events()],
            tags=args["tags"],
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
