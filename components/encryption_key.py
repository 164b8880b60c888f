"""The key that log files are encrypted with."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.policy import policy_text
from config.stack import Stack
from policies.documents import key as document


class EncryptionKey(pulumi.ComponentResource):
    """A customer-managed KMS key for one trail, and its alias.

    Makes `<name>` (kms.Key, rotated every year) and `<name>-alias` (kms.Alias).

        key = EncryptionKey("key", stack)
        pulumi.export("key_arn", key.arn)
    """

    arn: pulumi.Output[str]

    def __init__(self, name: str, stack: Stack, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("image-builder-trail:index:EncryptionKey", name, {}, opts)
        key = self._key(name, stack)
        self._alias(name, stack, key)
        self.arn = key.arn
        self.register_outputs({"arn": self.arn})

    def _key(self, name: str, stack: Stack) -> aws.kms.Key:
        return aws.kms.Key(
            name,
            description=f"Encrypts the log files of the trail {stack.trail}",
            enable_key_rotation=True,
            deletion_window_in_days=stack.settings.encryption_key.key_deletion_window_days,
            policy=policy_text(document.CARD, stack),
            tags=stack.tags,
            opts=pulumi.ResourceOptions(parent=self, protect=stack.protected),
        )

    def _alias(self, name: str, stack: Stack, key: aws.kms.Key) -> None:
        aws.kms.Alias(
            f"{name}-alias",
            name=stack.alias,
            target_key_id=key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
