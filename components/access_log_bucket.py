"""The bucket that takes S3's server access logs of the log bucket: who read which log file."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.lifecycle import access_log_rules
from components.policy import policy_text
from components.private_bucket import close_to_public, keep_versions, private_bucket
from config.stack import Stack
from policies.documents import access_log_bucket as document


class AccessLogBucket(pulumi.ComponentResource):
    """A bucket that S3 alone writes to, and the logging of the log bucket into it.

    Makes `<name>` (s3.Bucket), `-ownership`, `-public-access`, `-versioning`, `-lifecycle`, `-policy`, and
    `-logging` on the log bucket. It has neither Object Lock nor KMS encryption, under which S3 delivers no
    access logs: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html

        AccessLogBucket("access", stack, log_bucket.name)
    """

    name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        stack: Stack,
        log_bucket_name: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("image-builder-trail:index:AccessLogBucket", name, {}, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        bucket = private_bucket(name, str(stack.access_log_bucket), stack, self)
        close_to_public(name, bucket, self._child)
        keep_versions(name, bucket, self._child)
        self._lifecycle(name, stack, bucket)
        policy = self._policy(name, stack, bucket)
        self._logging(name, log_bucket_name, policy)
        self.name = bucket.bucket
        self.register_outputs({"name": self.name})

    def _lifecycle(self, name: str, stack: Stack, bucket: aws.s3.Bucket) -> None:
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.bucket,
            rules=access_log_rules(stack.settings),
            opts=self._child,
        )

    def _policy(self, name: str, stack: Stack, bucket: aws.s3.Bucket) -> aws.s3.BucketPolicy:
        policy = policy_text(document.CARD, stack)
        return aws.s3.BucketPolicy(f"{name}-policy", bucket=bucket.bucket, policy=policy, opts=self._child)

    def _logging(self, name: str, log_bucket_name: pulumi.Input[str], policy: aws.s3.BucketPolicy) -> None:
        # The target's name comes from its policy: S3 refuses a target that it may not write to.
        aws.s3.BucketLogging(
            f"{name}-logging",
            bucket=log_bucket_name,
            target_bucket=policy.bucket,
            target_prefix="",
            opts=self._child,
        )
