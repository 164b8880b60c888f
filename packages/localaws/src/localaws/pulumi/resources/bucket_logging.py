"""`aws.s3.BucketLogging`: where S3 writes who read and wrote what."""

# ruff: noqa: ARG002 - every type has the same four calls, and few need all that they are given

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from localaws.pulumi.fields import REGION, Field, block, text
from localaws.pulumi.resources.bucket_settings import BUCKET, OWNER, BucketSetting
from localaws.pulumi.wire import Properties


class BucketLogging(BucketSetting):
    """Where S3 writes the bucket's access log."""

    type_name = "aws:s3/bucketLogging:BucketLogging"
    fields: ClassVar[Mapping[str, Field]] = {
        "bucket": BUCKET,
        "expectedBucketOwner": OWNER,
        "region": REGION,
        "targetBucket": text(required=True),
        "targetPrefix": text(),
        "targetObjectKeyFormat": block(
            {
                "partitionedPrefix": block(
                    {"partitionDateSource": text("EventTime", "DeliveryTime", required=True)}
                ),
                "simplePrefix": block({}),
            }
        ),
    }

    def put(self, s3: Any, bucket: str, inputs: Properties) -> None:
        """Switch it on."""
        target: dict[str, Any] = {
            "TargetBucket": inputs["targetBucket"],
            "TargetPrefix": inputs.get("targetPrefix", ""),
        }
        partitioned = (inputs.get("targetObjectKeyFormat") or {}).get("partitionedPrefix")
        if partitioned:
            source = partitioned["partitionDateSource"]
            target["TargetObjectKeyFormat"] = {"PartitionedPrefix": {"PartitionDateSource": source}}
        s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": target})

    def get(self, s3: Any, bucket: str) -> Properties | None:
        """Read where it goes."""
        answer = s3.get_bucket_logging(Bucket=bucket).get("LoggingEnabled")
        if not answer:
            return None
        properties: Properties = {
            "targetBucket": answer["TargetBucket"],
            "targetPrefix": answer.get("TargetPrefix", ""),
        }
        partitioned = (answer.get("TargetObjectKeyFormat") or {}).get("PartitionedPrefix")
        if partitioned:
            source = partitioned["PartitionDateSource"]
            properties["targetObjectKeyFormat"] = {"partitionedPrefix": {"partitionDateSource": source}}
        return properties

    def remove(self, s3: Any, bucket: str, known: Properties) -> None:
        """Switch it off."""
        s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})
