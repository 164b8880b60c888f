"""Where a stack is, and what things are called there: every name, ARN and key layout.

The trail's ARN must be known before the trail is made: the bucket and key policies name it, and CloudTrail
refuses to make a trail whose bucket and key do not let it in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ACCESS_LOG_SUFFIX = "-access"
SHORTEST_BUCKET_NAME = 3
LONGEST_BUCKET_NAME = 63
LONGEST_BUCKET_SUFFIX = len("-123456789012-ap-southeast-1")
LONGEST_ROLE_NAME = 64
CLOUDTRAIL_FOLDERS = ("AWSLogs", "CloudTrail", "CloudTrail-Digest")  # parts of keys that CloudTrail makes
_RESERVED_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_ENDS = ("-s3alias", "--ol-s3", "--x-s3", "--table-s3", "-an")  # and .mrap: none here has a period


@dataclass(frozen=True, slots=True)
class Place:
    """A partition, a Region, an account (12 digits) and, where it is in one, the organization's id (o-…)."""

    partition: str
    region: str
    account_id: str
    organization_id: str | None = None

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """Return the ARN of a resource of this account; without `region`, in this Region.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
        """
        where = self.region if region is None else region
        return f"arn:{self.partition}:{service}:{where}:{self.account_id}:{resource}"

    def bucket_arn(self, name: str) -> str:
        """Return the ARN of a bucket, which holds neither Region nor account."""
        return f"arn:{self.partition}:s3:::{name}"

    def role_arn(self, name: str) -> str:
        """Return the ARN of an IAM role of this account, whose name may stand after a path."""
        return self.arn("iam", f"role/{name}", region="")

    @property
    def root_arn(self) -> str:
        """The ARN that means this account: its root user, and in policies whom its IAM policies let."""
        return self.arn("iam", "root", region="")

    def via_service(self, service: str) -> str:
        """Return the name by which KMS knows `service` when it calls on somebody's behalf in this Region."""
        suffix = "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"
        return f"{service}.{self.region}.{suffix}"


def logs_folder(key_prefix: str) -> str:
    """Return the part of an object key below which CloudTrail puts everything, ending in a slash.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
    """
    return f"{key_prefix}/AWSLogs/" if key_prefix else "AWSLogs/"


def trail_name(given: str, project: str, stack: str) -> str:
    """Return the trail's name: as given, else one that is unique to this project and stack."""
    return given or f"{project}-{stack}"


def bucket_name(given: str, trail: str, place: Place) -> str:
    """Return the log bucket's name: as given, else one that no other account can have taken by chance.

    Bucket names are shared by all accounts of a partition, hold 63 characters at most, and know neither
    capitals nor underscores: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    """
    return given or f"{_in_lower_case(trail)}-{place.account_id}-{place.region}"


def unreserved(name: str) -> str:
    """Return a bucket's name that S3 does not keep to itself: as it is, or the nearest to it.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    """
    free = name
    while free.endswith(_RESERVED_ENDS):
        free = free.removesuffix(next(end for end in _RESERVED_ENDS if free.endswith(end)))
    if free.startswith(_RESERVED_STARTS) or len(free) < SHORTEST_BUCKET_NAME <= len(name):
        free = f"logs-{free}"
    return free


def alias_name(trail: str) -> str:
    """Return the encryption key's alias; a period is the one character of a trail's name that KMS refuses."""
    return f"alias/{trail.replace('.', '-')}"


def auditor_role_name(trail: str) -> str:
    """Return the name of the role that reads the logs of `trail`."""
    return f"{trail}-auditor"


def break_glass_role_name(trail: str) -> str:
    """Return the name of the role that may lift the protections of the logs of `trail`."""
    return f"{trail}-break-glass"


def log_delivery_role_name(trail: str) -> str:
    """Return the name of the role by which CloudTrail writes the events of `trail` to the log group."""
    return f"{trail}-log-delivery"


def boundary_name(trail: str) -> str:
    """Return the name of the managed policy that bounds the roles of `trail`."""
    return f"{trail}-boundary"


def shorter(name: str, length: int) -> str:
    """Return a bucket's name of at most `length` characters that begins as `name` does."""
    return _in_lower_case(name)[:length].strip("-")


def _in_lower_case(name: str) -> str:
    return re.sub("[._]", "-", name.lower())
