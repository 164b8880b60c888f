"""Checks of a trail's settings as a whole, before the trail takes them."""

from __future__ import annotations

from localaws.cloudtrail.exceptions import InvalidParameterCombinationException, S3BucketDoesNotExistException
from localaws.cloudtrail.models import Trail
from localaws.cloudtrail.names import check_bucket_name, check_prefix
from localaws.cloudtrail.storage import Bucket


def check_settings(trail: Trail) -> None:
    """Check bucket, key, topic and log group as CreateTrail, UpdateTrail and StartLogging do.

    Raises:
        CloudTrailError: the setting that is wrong, as AWS names it.

    """
    check_bucket_name(trail.bucket)
    if trail.prefix:
        check_prefix(trail.prefix)
    if trail.multi_region and not trail.include_global:
        raise InvalidParameterCombinationException("Multi-Region trail must include global service events.")
    if Bucket.find(trail.bucket) is None:
        raise S3BucketDoesNotExistException(f"S3 bucket {trail.bucket} does not exist!")
