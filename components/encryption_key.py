"""The key that log files are encrypted with."""

from __future__ import annotations

import json
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from config import naming
from policies.documents.key import log_key_policy


class EncryptionKeyArgs(TypedDict):
    """What an encryption key is made of."""

    partition: pulumi.Input[str]
    """aws, aws-cn or aws-us-gov."""
    region: pulumi.Input[str]
    """The key's Region, which must be the bucket's: readers decrypt through S3 there."""
    account_id: pulumi.Input[str]
    """The account that administers the key."""
    trail_arn: pulumi.Input[str]
    """The only trail that may encrypt with the key; known before the trail exists."""
    trail_name: str
    """Names the key's alias."""
    bucket_key_enabled: bool
    """Whether the log bucket uses an S3 bucket key, for which CloudTrail must decrypt."""
    deletion_window_days: int
    """How long a scheduled deletion can be called off: 7 to 30 days."""
    protect_logs: bool
    """Whether Pulumi refuses to destroy the key: without it no log can be read any more."""
    reader_role_arns: list[pulumi.Input[str]]
    """The roles that alone may decrypt logs; empty: whom this account's IAM policies let."""
    break_glass_role_arn: pulumi.Input[str] | None
    """The role that alone may put the key out of use, where protected; None: nobody."""
    deployer_role_arn: pulumi.Input[str] | None
    """The role that may go on changing the key's policy beside break-glass."""
    tags: dict[str, str]
    """Tags of the key."""


class EncryptionKey(pulumi.ComponentResource):
    """A customer-managed KMS key for one trail, and its alias.

    Makes `<name>` (kms.Key, rotated every year) and `<name>-alias` (kms.Alias).

        key = EncryptionKey("key", {"trail_arn": trail_arn, ...})
        pulumi.export("key_arn", key.arn)
    """

    arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("image-builder-trail:index:EncryptionKey", name, {}, opts)
        key = self._key(name, args)
        self._alias(name, args, key)
        self.arn = key.arn
        self.register_outputs({"arn": self.arn})

    def _key(self, name: str, args: EncryptionKeyArgs) -> aws.kms.Key:
        policy = pulumi.Output.all(
            partition=args["partition"],
            region=args["region"],
            account_id=args["account_id"],
            trail_arn=args["trail_arn"],
            reader_role_arns=pulumi.Output.all(*args["reader_role_arns"]).apply(tuple),
            break_glass_role_arn=args["break_glass_role_arn"],
            deployer_role_arn=args["deployer_role_arn"],
        ).apply(
            lambda known: json.dumps(
                log_key_policy(
                    **known,
                    bucket_key_enabled=args["bucket_key_enabled"],
                    protect_logs=args["protect_logs"],
                )
            )
        )
        return aws.kms.Key(
            name,
            description=f"Encrypts the log files of the trail {args['trail_name']}",
            enable_key_rotation=True,
            deletion_window_in_days=args["deletion_window_days"],
            policy=policy,
            tags=args["tags"],
            opts=pulumi.ResourceOptions(parent=self, protect=args["protect_logs"]),
        )

    def _alias(self, name: str, args: EncryptionKeyArgs, key: aws.kms.Key) -> None:
        aws.kms.Alias(
            f"{name}-alias",
            name=naming.alias_name(args["trail_name"]),
            target_key_id=key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
