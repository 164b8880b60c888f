"""What every bucket here has in common: versions, no ACLs, and no way to open it to the public."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from config.stack import Stack


def private_bucket(name: str, bucket_name: str, stack: Stack, parent: pulumi.Resource) -> aws.s3.Bucket:
    """Make `<name>` (s3.Bucket), which Pulumi refuses to destroy where logs are protected."""
    protect = stack.protected
    return aws.s3.Bucket(
        name,
        bucket=bucket_name,
        force_destroy=not protect,
        tags=stack.tags,
        opts=pulumi.ResourceOptions(parent=parent, protect=protect),
    )


def keep_versions(name: str, bucket: aws.s3.Bucket, opts: pulumi.ResourceOptions) -> aws.s3.BucketVersioning:
    """Make `<name>-versioning` for `bucket`."""
    return aws.s3.BucketVersioning(
        f"{name}-versioning",
        bucket=bucket.bucket,
        versioning_configuration={"status": "Enabled"},
        opts=opts,
    )


def close_to_public(
    name: str, bucket: aws.s3.Bucket, opts: pulumi.ResourceOptions
) -> aws.s3.BucketPublicAccessBlock:
    """Make `<name>-ownership` and `<name>-public-access` for `bucket`.

    CloudTrail goes on sending the ACL bucket-owner-full-control, which S3 still takes without ACLs:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
    """
    aws.s3.BucketOwnershipControls(
        f"{name}-ownership",
        bucket=bucket.bucket,
        rule={"object_ownership": "BucketOwnerEnforced"},
        opts=opts,
    )
    return aws.s3.BucketPublicAccessBlock(
        f"{name}-public-access",
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=opts,
    )
