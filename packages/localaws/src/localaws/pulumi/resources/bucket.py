"""`aws.s3.Bucket`: the plain bucket of pulumi-aws 7; everything about it is a resource of its own.

https://www.pulumi.com/registry/packages/aws/api-docs/s3/bucket/
"""

# ruff: noqa: ARG002 - every type has the same four calls, and few need all that they are given

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from localaws.pulumi.aws import Aws
from localaws.pulumi.fields import REGION, TAGS, Field, flag, text
from localaws.pulumi.resources.base import (
    AutomaticName,
    Creation,
    ResourceType,
    found,
    ignoring,
    region_of,
    tag_list,
    tag_map,
)
from localaws.pulumi.wire import Properties

_GONE = ("404", "NoSuchBucket")
_MOST_DELETED_AT_ONCE = 1000


class Bucket(ResourceType):
    """A bucket. `forceDestroy` is the provider's own: the bucket is emptied, versions too, before it goes."""

    type_name = "aws:s3/bucket:Bucket"
    creation = Creation("s3", "CreateBucket", ("requestParameters", "bucketName"))
    fields: ClassVar[Mapping[str, Field]] = {
        "bucket": text(replaces=True, computed=True),
        "bucketPrefix": text(replaces=True, computed=True),
        "forceDestroy": flag(default=False),
        "objectLockEnabled": flag(replaces=True, computed=True),
        "region": REGION,
        "tags": TAGS,
    }
    outputs = ("arn", "bucketDomainName", "bucketRegion", "bucketRegionalDomainName")
    kept = ("forceDestroy", "bucketPrefix")
    automatic_name = AutomaticName("bucket", "bucketPrefix", longest=63, lower_case=True)

    def create(self, aws: Aws, inputs: Properties) -> str:
        """Make the bucket; a name that is taken, even by oneself, is an error.

        In us-east-1 S3 takes the making of one's own bucket again for done, and the real provider refuses.
        """
        region, request = region_of(aws, inputs), {"Bucket": inputs["bucket"]}
        if region != "us-east-1":
            request["CreateBucketConfiguration"] = {"LocationConstraint": region}
        elif (
            found(aws.client("s3", region).head_bucket, (*_GONE, "403"), Bucket=inputs["bucket"]) is not None
        ):
            reason = {"Code": "BucketAlreadyOwnedByYou", "Message": "the bucket exists, and is not adopted"}
            raise ClientError({"Error": reason}, "CreateBucket")
        if inputs.get("objectLockEnabled"):
            request["ObjectLockEnabledForBucket"] = True
        aws.client("s3", region).create_bucket(**request)
        return str(inputs["bucket"])

    def complete(self, aws: Aws, resource_id: str, inputs: Properties) -> None:
        """Tag it."""
        if inputs.get("tags"):
            self._tag(aws, resource_id, inputs)

    def read(self, aws: Aws, resource_id: str, known: Properties) -> Properties | None:
        """Look at the bucket, its tags and its object lock."""
        s3 = aws.client("s3", region_of(aws, known))
        head = found(s3.head_bucket, _GONE, Bucket=resource_id)
        if head is None:
            return None
        region = head.get("BucketRegion") or head["ResponseMetadata"]["HTTPHeaders"].get(
            "x-amz-bucket-region"
        )
        region = region or region_of(aws, known)
        tags, lock = aws.together(
            lambda: found(s3.get_bucket_tagging, ("NoSuchTagSet",), Bucket=resource_id),
            lambda: found(
                s3.get_object_lock_configuration,
                ("ObjectLockConfigurationNotFoundError",),
                Bucket=resource_id,
            ),
        )
        domain = f"{resource_id}.s3"
        return {
            "bucket": resource_id,
            "arn": f"arn:{aws.partition(region)}:s3:::{resource_id}",
            "bucketDomainName": f"{domain}.{aws.dns_suffix(region)}",
            "bucketRegionalDomainName": f"{domain}.{region}.{aws.dns_suffix(region)}",
            "bucketRegion": region,
            "region": region,
            "objectLockEnabled": bool(lock),
            "tags": tag_map(tags["TagSet"]) if tags else {},
        }

    def update(
        self, aws: Aws, resource_id: str, known: Properties, inputs: Properties, changed: set[str]
    ) -> None:
        """Only tags change in AWS."""
        if "tags" in changed:
            self._tag(aws, resource_id, inputs)

    def delete(self, aws: Aws, resource_id: str, known: Properties) -> None:
        """Delete the bucket; one that is not empty is refused by AWS unless `forceDestroy` was set."""
        s3 = aws.client("s3", region_of(aws, known))
        with ignoring(*_GONE):
            if known.get("forceDestroy"):
                _empty(s3, resource_id)
            s3.delete_bucket(Bucket=resource_id)

    def _tag(self, aws: Aws, resource_id: str, inputs: Properties) -> None:
        s3 = aws.client("s3", region_of(aws, inputs))
        if inputs.get("tags"):
            s3.put_bucket_tagging(Bucket=resource_id, Tagging={"TagSet": tag_list(inputs["tags"])})
        else:
            s3.delete_bucket_tagging(Bucket=resource_id)


def _empty(s3: Any, bucket: str) -> None:
    """Delete every version and delete marker; under governance by bypassing it, as the real provider does."""
    for page in s3.get_paginator("list_object_versions").paginate(
        Bucket=bucket, PaginationConfig={"PageSize": _MOST_DELETED_AT_ONCE}
    ):
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if versions:
            objects = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in versions]
            s3.delete_objects(
                Bucket=bucket, Delete={"Objects": objects, "Quiet": True}, BypassGovernanceRetention=True
            )
