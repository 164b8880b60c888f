"""Whether CloudTrail may write a trail's log files."""

from __future__ import annotations

from dataclasses import dataclass

from localaws.cloudtrail.models import Trail
from localaws.cloudtrail.storage import Bucket, DeliveryError


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an object goes, and the key that it is encrypted under (None: S3's own)."""

    bucket: Bucket
    key_arn: str | None


def open_bucket(trail: Trail, key: str) -> Destination:
    """Return where the trail's object of this key may be written.

    Raises:
        DeliveryError: S3 refuses it, with S3's code.

    """
    bucket = Bucket.find(trail.bucket)
    if bucket is None:
        raise DeliveryError("NoSuchBucket", f"The bucket {trail.bucket} for {key} does not exist.")
    return Destination(bucket, trail.key_arn)
