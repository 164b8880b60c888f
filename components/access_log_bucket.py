"""The bucket that takes S3's server access logs of the log bucket: who read which log file."""

from __future__ import annotations

import json
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from components.lifecycle import access_log_rules
from components.private_bucket import close_to_public
from policies.documents.access_log_bucket import access_log_bucket_policy


class AccessLogBucketArgs(TypedDict):
    """What a bucket for server access logs is made of; days are whole days."""

    bucket_name: pulumi.Input[str]
    """The bucket's own name, unique in the partition."""
    source_bucket_name: pulumi.Input[str]
    """The log bucket whose readers are to be logged."""
    partition: pulumi.Input[str]
    """aws, aws-cn or aws-us-gov."""
    account_id: pulumi.Input[str]
    """The account that owns both buckets."""
    expiration_days: int
    """The age at which access logs expire."""
    noncurrent_expiration_days: int
    """How long an expired access log can be restored."""
    protect_logs: bool
    """Whether Pulumi refuses to destroy the bucket, and the policy to delete from it."""
    break_glass_role_arn: pulumi.Input[str] | None
    """The role that alone may lift the protections; None: nobody."""
    deployer_role_arn: pulumi.Input[str] | None
    """The role that may go on changing the bucket's settings beside break-glass."""
    tags: dict[str, str]
    """Tags of the bucket."""


class AccessLogBucket(pulumi.ComponentResource):
    """A bucket that S3 alone writes to, and the logging of one other bucket into it.

    Makes `<name>` (s3.Bucket), `-ownership`, `-public-access`, `-versioning`, `-lifecycle`, `-policy`, and
    `-logging` on the source bucket. It has neither Object Lock nor KMS encryption, under which S3 delivers no
    access logs: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html

        AccessLogBucket("access", {"source_bucket_name": bucket.name, ...})
    """

    name: pulumi.Output[str]

    def __init__(
        self, name: str, args: AccessLogBucketArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("image-builder-trail:index:AccessLogBucket", name, {}, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        bucket = self._bucket(name, args)
        close_to_public(name, bucket, self._child)
        self._versioning(name, bucket)
        self._lifecycle(name, args, bucket)
        policy = self._policy(name, args, bucket)
        self._logging(name, args, policy)
        self.name = bucket.bucket
        self.register_outputs({"name": self.name})

    def _bucket(self, name: str, args: AccessLogBucketArgs) -> aws.s3.Bucket:
        return aws.s3.Bucket(
            name,
            bucket=args["bucket_name"],
            force_destroy=not args["protect_logs"],
            tags=args["tags"],
            opts=pulumi.ResourceOptions(parent=self, protect=args["protect_logs"]),
        )

    def _versioning(self, name: str, bucket: aws.s3.Bucket) -> None:
        aws.s3.BucketVersioning(
            f"{name}-versioning",
            bucket=bucket.bucket,
            versioning_configuration={"status": "Enabled"},
            opts=self._child,
        )

    def _lifecycle(self, name: str, args: AccessLogBucketArgs, bucket: aws.s3.Bucket) -> None:
        rules = access_log_rules(
            expiration_days=args["expiration_days"],
            noncurrent_expiration_days=args["noncurrent_expiration_days"],
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle", bucket=bucket.bucket, rules=rules, opts=self._child
        )

    def _policy(self, name: str, args: AccessLogBucketArgs, bucket: aws.s3.Bucket) -> aws.s3.BucketPolicy:
        policy = pulumi.Output.all(
            partition=args["partition"],
            bucket_name=bucket.bucket,
            account_id=args["account_id"],
            source_bucket_name=args["source_bucket_name"],
            break_glass_role_arn=args["break_glass_role_arn"],
            deployer_role_arn=args["deployer_role_arn"],
        ).apply(
            lambda known: json.dumps(access_log_bucket_policy(**known, protect_logs=args["protect_logs"]))
        )
        return aws.s3.BucketPolicy(f"{name}-policy", bucket=bucket.bucket, policy=policy, opts=self._child)

    def _logging(self, name: str, args: AccessLogBucketArgs, policy: aws.s3.BucketPolicy) -> None:
        # The target's name comes from its policy: S3 refuses a target that it may not write to.
        aws.s3.BucketLogging(
            f"{name}-logging",
            bucket=args["source_bucket_name"],
            target_bucket=policy.bucket,
            target_prefix="",
            opts=self._child,
        )
