"""`aws.s3.BucketObjectLockConfiguration`: how long each object is locked when it is written."""

# ruff: noqa: ARG002 - every type has the same four calls, and few need all that they are given

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from localaws.pulumi.fields import REGION, Field, block, text, whole
from localaws.pulumi.resources.bucket_settings import BUCKET, OWNER, BucketSetting
from localaws.pulumi.wire import Properties


class BucketObjectLockConfiguration(BucketSetting):
    """The retention that objects get by default; object lock itself stays on once it is."""

    type_name = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
    absent = ("ObjectLockConfigurationNotFoundError",)
    fields: ClassVar[Mapping[str, Field]] = {
        "bucket": BUCKET,
        "expectedBucketOwner": OWNER,
        "region": REGION,
        "objectLockEnabled": text("Enabled", default="Enabled", replaces=True),
        "token": text(),
        "rule": block(
            {
                "defaultRetention": block(
                    {
                        "days": whole(minimum=1),
                        "years": whole(minimum=1),
                        "mode": text("GOVERNANCE", "COMPLIANCE"),
                    },
                    required=True,
                )
            }
        ),
    }
    kept = ("token",)

    def put(self, s3: Any, bucket: str, inputs: Properties) -> None:
        """Set the rule."""
        configuration: dict[str, Any] = {"ObjectLockEnabled": "Enabled"}
        retention = (inputs.get("rule") or {}).get("defaultRetention")
        if retention:
            named = {"Mode": "mode", "Days": "days", "Years": "years"}
            configuration["Rule"] = {
                "DefaultRetention": {
                    theirs: retention[ours] for theirs, ours in named.items() if retention.get(ours)
                }
            }
        token = {"Token": inputs["token"]} if inputs.get("token") else {}
        s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=configuration, **token)

    def get(self, s3: Any, bucket: str) -> Properties:
        """Read the rule."""
        answer = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
        properties: Properties = {"objectLockEnabled": answer.get("ObjectLockEnabled", "Enabled")}
        retention = answer.get("Rule", {}).get("DefaultRetention")
        if retention:
            properties["rule"] = {
                "defaultRetention": {
                    name.lower(): value for name, value in retention.items() if value is not None
                }
            }
        return properties

    def remove(self, s3: Any, bucket: str, known: Properties) -> None:
        """Take the rule away."""
        s3.put_object_lock_configuration(
            Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"}
        )
