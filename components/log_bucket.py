"""The bucket that takes the trail's log files."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.lifecycle import log_rules
from components.policy import policy_with_key
from components.private_bucket import close_to_public, keep_versions, private_bucket
from config.stack import Stack
from policies.documents import bucket as document


class LogBucket(pulumi.ComponentResource):
    """A bucket that one trail can write to, and nobody can forge in or open to the public.

    Makes `<name>` (s3.Bucket) and its side resources: `-versioning`, `-encryption`, `-ownership`,
    `-public-access`, `-lifecycle`, `-policy` and, where asked for, `-object-lock`. `key_arn` is the key that
    log files must be encrypted with.

        bucket = LogBucket("bucket", stack, key.arn)
        Trail("trail", stack, bucket.writable_name, key.arn)
    """

    name: pulumi.Output[str]
    writable_name: pulumi.Output[str]
    """The bucket's name too, known only when CloudTrail may write and logs are safe: a trail made with it
    waits, so that not even its first files land unprotected."""

    def __init__(
        self,
        name: str,
        stack: Stack,
        key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("image-builder-trail:index:LogBucket", name, {}, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        bucket = private_bucket(name, stack.bucket, stack, self)
        versioning = keep_versions(name, bucket, self._child)
        safe = [
            self._policy(name, stack, bucket, key_arn).bucket,
            close_to_public(name, bucket, self._child).bucket,
            self._encryption(name, stack, bucket, key_arn).bucket,
            versioning.bucket,
        ]
        if stack.settings.log_bucket.locks:
            safe.append(self._object_lock(name, stack, versioning).bucket)
        self._lifecycle(name, stack, bucket)
        self.name = bucket.bucket
        self.writable_name = pulumi.Output.all(*safe).apply(lambda names: str(names[0]))
        self.register_outputs({"name": self.name, "writable_name": self.writable_name})

    def _encryption(
        self, name: str, stack: Stack, bucket: aws.s3.Bucket, key_arn: pulumi.Input[str]
    ) -> aws.s3.BucketServerSideEncryptionConfiguration:
        return aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=bucket.bucket,
            rules=[
                {
                    "apply_server_side_encryption_by_default": {
                        "sse_algorithm": "aws:kms",
                        "kms_master_key_id": key_arn,
                    },
                    # S3 sets it on new buckets since April 2026; said, so that it is no drift on any.
                    "blocked_encryption_types": ["SSE-C"],
                    "bucket_key_enabled": stack.settings.log_bucket.s3_bucket_key,
                }
            ],
            opts=self._child,
        )

    def _lifecycle(self, name: str, stack: Stack, bucket: aws.s3.Bucket) -> None:
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle", bucket=bucket.bucket, rules=log_rules(stack.settings), opts=self._child
        )

    def _object_lock(
        self, name: str, stack: Stack, versioning: aws.s3.BucketVersioning
    ) -> aws.s3.BucketObjectLockConfiguration:
        # Only a versioned bucket can lock, hence its name from the versioning. Locking is switched on here,
        # not on the bucket, where it could only be set by replacing the bucket, logs and all.
        logs = stack.settings.log_bucket
        return aws.s3.BucketObjectLockConfiguration(
            f"{name}-object-lock",
            bucket=versioning.bucket,
            object_lock_enabled="Enabled",
            rule={"default_retention": {"mode": logs.object_lock_mode, "days": logs.object_lock_days}},
            opts=self._child,
        )

    def _policy(
        self, name: str, stack: Stack, bucket: aws.s3.Bucket, key_arn: pulumi.Input[str]
    ) -> aws.s3.BucketPolicy:
        policy = policy_with_key(document.CARD, stack, key_arn)
        return aws.s3.BucketPolicy(f"{name}-policy", bucket=bucket.bucket, policy=policy, opts=self._child)
