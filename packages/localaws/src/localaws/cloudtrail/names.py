"""Names and ARNs that CloudTrail takes: what is allowed, and AWS's words for what is not.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-naming-requirements.html
"""

from __future__ import annotations

import ipaddress
import re

from localaws.cloudtrail.exceptions import (
    CloudTrailARNInvalidException,
    InvalidS3BucketNameException,
    InvalidS3PrefixException,
    InvalidTrailNameException,
)

TRAIL_ARN = re.compile(
    r"arn:(?P<partition>aws[\w-]*):cloudtrail:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):trail/(?P<name>.+)"
)
_CHARACTERS = re.compile(r"[A-Za-z0-9._-]+")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ADJACENT = re.compile(r"[._-]{2}")
PREFIX_LENGTH = 200


def trail_arn(partition: str, region: str, account_id: str, name: str) -> str:
    """Return the ARN of the trail `name` whose home Region is `region`."""
    return f"arn:{partition}:cloudtrail:{region}:{account_id}:trail/{name}"


def check_trail_name(name: str) -> None:
    """Let only a valid trail name pass.

    Raises:
        InvalidTrailNameException: with AWS's words for what is wrong.

    """
    if len(name) < 3:
        raise InvalidTrailNameException(
            f"Trail name too short. Minimum allowed length: 3 characters. Specified name length: {len(name)}"
            " characters."
        )
    if len(name) > 128:
        raise InvalidTrailNameException(
            f"Trail name too long. Maximum allowed length: 128 characters. Specified name length: {len(name)}"
            " characters."
        )
    if not _CHARACTERS.fullmatch(name):
        raise InvalidTrailNameException(
            "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.),"
            " hyphens (-), and underscores (_)."
        )
    if not name[0].isalnum():
        raise InvalidTrailNameException("Trail name must starts with a letter or number.")
    if not name[-1].isalnum():
        raise InvalidTrailNameException("Trail name must ends with a letter or number.")
    if _ADJACENT.search(name):
        raise InvalidTrailNameException("Trail name cannot have adjacent periods, underscores, or dashes.")
    if is_ip_address(name):
        raise InvalidTrailNameException("Trail name cannot be in IP address format.")


def check_bucket_name(name: str) -> None:
    """Let only a name that a bucket can have pass.

    Raises:
        InvalidS3BucketNameException: any other.

    """
    if not _BUCKET.fullmatch(name) or ".." in name or is_ip_address(name):
        raise InvalidS3BucketNameException(f"Bucket name {name} is not valid.")


def check_prefix(prefix: str) -> None:
    """Let only a prefix of at most 200 characters pass that does not look like CloudTrail's own folder.

    Raises:
        InvalidS3PrefixException: any other.

    """
    if len(prefix) > PREFIX_LENGTH:
        raise InvalidS3PrefixException(
            f"S3 prefix is longer than maximum length of {PREFIX_LENGTH} characters."
        )
    if prefix.strip("/") == "AWSLogs" or prefix.startswith(("AWSLogs/", "/")):
        raise InvalidS3PrefixException(f"S3 prefix {prefix} is not valid.")


def parse_trail_arn(arn: str) -> re.Match[str]:
    """Return the parts of a trail's ARN: partition, region, account, name.

    Raises:
        CloudTrailARNInvalidException: not the form of a trail's ARN.

    """
    parts = TRAIL_ARN.fullmatch(arn)
    if parts is None:
        raise CloudTrailARNInvalidException(f"Invalid ARN format: {arn}")
    return parts


def is_ip_address(name: str) -> bool:
    """Whether the name is an IPv4 address."""
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True
