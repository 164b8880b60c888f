"""The bucket that takes the trail's log files."""

from __future__ import annotations

import json
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from components.lifecycle import log_rules
from components.private_bucket import close_to_public
from config import naming
from policies.documents.bucket import log_bucket_policy


class LogBucketArgs(TypedDict):
    """What a log bucket is made of; days are whole days."""

    bucket_name: pulumi.Input[str]
    """The bucket's name, unique in the partition."""
    partition: pulumi.Input[str]
    """aws, aws-cn or aws-us-gov."""
    account_id: pulumi.Input[str]
    """The account whose logs come here."""
    trail_arn: pulumi.Input[str]
    """The only trail that may write here; known before the trail exists."""
    key_arn: pulumi.Input[str]
    """The key that log files must be encrypted with."""
    key_prefix: str
    """What stands before AWSLogs/; empty for nothing."""
    s3_bucket_key: bool
    """Whether an S3 bucket key spares calls to KMS."""
    protect_logs: bool
    """Whether Pulumi refuses to destroy the bucket, and the policy to delete logs."""
    transition_storage_class: str
    """Where older logs are kept; NONE leaves them where they are."""
    transition_days: int
    """The age at which logs move there."""
    expiration_days: int
    """The age at which logs expire; 0 for never."""
    noncurrent_expiration_days: int
    """How long an expired log can be restored."""
    object_lock_mode: str
    """OFF, GOVERNANCE or COMPLIANCE."""
    object_lock_days: int
    """How long each log is locked."""
    break_glass_role_arn: pulumi.Input[str] | None
    """The role that alone may lift the protections; None: nobody."""
    deployer_role_arn: pulumi.Input[str] | None
    """The role that may go on changing the bucket's settings beside break-glass."""
    tags: dict[str, str]
    """Tags of the bucket."""


class LogBucket(pulumi.ComponentResource):
    """A bucket that one trail can write to, and nobody can forge in or open to the public.

    Makes `<name>` (s3.Bucket) and its side resources: `-versioning`, `-encryption`, `-ownership`,
    `-public-access`, `-lifecycle`, `-policy` and, where asked for, `-object-lock`.

        bucket = LogBucket("bucket", {"trail_arn": trail_arn, "key_arn": key.arn, ...})
        Trail("trail", {"bucket_name": bucket.writable_name, ...})
    """

    name: pulumi.Output[str]
    writable_name: pulumi.Output[str]
    """The bucket's name too, known only when its policy lets CloudTrail in: a trail made with it waits."""

    def __init__(self, name: str, args: LogBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("image-builder-trail:index:LogBucket", name, {}, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        bucket = self._bucket(name, args)
        close_to_public(name, bucket, self._child)
        versioning = self._versioning(name, bucket)
        self._encryption(name, args, bucket)
        self._lifecycle(name, args, bucket)
        if args["object_lock_mode"] != "OFF":
            self._object_lock(name, args, versioning)
        policy = self._policy(name, args, bucket)
        self.name = bucket.bucket
        self.writable_name = policy.bucket
        self.register_outputs({"name": self.name, "writable_name": self.writable_name})

    def _bucket(self, name: str, args: LogBucketArgs) -> aws.s3.Bucket:
        return aws.s3.Bucket(
            name,
            bucket=args["bucket_name"],
            force_destroy=not args["protect_logs"],
            tags=args["tags"],
            opts=pulumi.ResourceOptions(parent=self, protect=args["protect_logs"]),
        )

    def _versioning(self, name: str, bucket: aws.s3.Bucket) -> aws.s3.BucketVersioning:
        return aws.s3.BucketVersioning(
            f"{name}-versioning",
            bucket=bucket.bucket,
            versioning_configuration={"status": "Enabled"},
            opts=self._child,
        )

    def _encryption(self, name: str, args: LogBucketArgs, bucket: aws.s3.Bucket) -> None:
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=bucket.bucket,
            rules=[
                {
                    "apply_server_side_encryption_by_default": {
                        "sse_algorithm": "aws:kms",
                        "kms_master_key_id": args["key_arn"],
                    },
                    "bucket_key_enabled": args["s3_bucket_key"],
                }
            ],
            opts=self._child,
        )

    def _lifecycle(self, name: str, args: LogBucketArgs, bucket: aws.s3.Bucket) -> None:
        rules = log_rules(
            prefix=naming.log_prefix(args["key_prefix"]),
            transition_storage_class=args["transition_storage_class"],
            transition_days=args["transition_days"],
            expiration_days=args["expiration_days"],
            noncurrent_expiration_days=args["noncurrent_expiration_days"],
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle", bucket=bucket.bucket, rules=rules, opts=self._child
        )

    def _object_lock(self, name: str, args: LogBucketArgs, versioning: aws.s3.BucketVersioning) -> None:
        # Only a versioned bucket can lock, hence its name from the versioning. Locking is switched on here,
        # not on the bucket, where it could only be set by replacing the bucket, logs and all.
        aws.s3.BucketObjectLockConfiguration(
            f"{name}-object-lock",
            bucket=versioning.bucket,
            object_lock_enabled="Enabled",
            rule={"default_retention": {"mode": args["object_lock_mode"], "days": args["object_lock_days"]}},
            opts=self._child,
        )

    def _policy(self, name: str, args: LogBucketArgs, bucket: aws.s3.Bucket) -> aws.s3.BucketPolicy:
        policy = pulumi.Output.all(
            partition=args["partition"],
            bucket_name=bucket.bucket,
            account_id=args["account_id"],
            trail_arn=args["trail_arn"],
            key_arn=args["key_arn"],
            break_glass_role_arn=args["break_glass_role_arn"],
            deployer_role_arn=args["deployer_role_arn"],
        ).apply(
            lambda known: json.dumps(
                log_bucket_policy(**known, key_prefix=args["key_prefix"], protect_logs=args["protect_logs"])
            )
        )
        return aws.s3.BucketPolicy(f"{name}-policy", bucket=bucket.bucket, policy=policy, opts=self._child)
