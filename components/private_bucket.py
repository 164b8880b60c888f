"""What every bucket here has in common: no ACLs, and no way to open it to the public."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws


def close_to_public(name: str, bucket: aws.s3.Bucket, opts: pulumi.ResourceOptions) -> None:
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
    aws.s3.BucketPublicAccessBlock(
        f"{name}-public-access",
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=opts,
    )
