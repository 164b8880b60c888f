"""Names and ARNs, computed once and before any resource exists.

The trail's ARN must be known before the trail is made: the bucket and key policies name it, and CloudTrail
refuses to make a trail whose bucket and key do not let it in.
"""

from __future__ import annotations

import re


def trail_name(given: str, project: str, stack: str) -> str:
    """Return the trail's name: as given, else one that is unique to this project and stack."""
    return given or f"{project}-{stack}"


def bucket_name(given: str, trail: str, account_id: str, region: str) -> str:
    """Return the log bucket's name: as given, else one that no other account can have taken by chance.

    Bucket names are shared by all accounts of a partition, hold 63 characters at most, and know neither
    capitals nor underscores: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    """
    return given or f"{re.sub('[._]', '-', trail.lower())}-{account_id}-{region}"


def access_log_bucket_name(log_bucket: str) -> str:
    """Return the name of the bucket for the server access logs of `log_bucket`."""
    return f"{log_bucket}-access"


def alias_name(trail: str) -> str:
    """Return the encryption key's alias; a period is the one character of a trail's name that KMS refuses."""
    return f"alias/{trail.replace('.', '-')}"


def trail_arn(partition: str, region: str, account_id: str, name: str) -> str:
    """Return the ARN that CloudTrail will give to the trail `name` whose home is `region`."""
    return f"arn:{partition}:cloudtrail:{region}:{account_id}:trail/{name}"


def bucket_arn(partition: str, name: str) -> str:
    """Return the ARN of the bucket `name`; it holds neither Region nor account."""
    return f"arn:{partition}:s3:::{name}"


def role_arn(partition: str, account_id: str, name: str) -> str:
    """Return the ARN of the IAM role `name`."""
    return f"arn:{partition}:iam::{account_id}:role/{name}"


def auditor_role_name(trail: str) -> str:
    """Return the name of the role that reads the logs of `trail`."""
    return f"{trail}-auditor"


def break_glass_role_name(trail: str) -> str:
    """Return the name of the role that may lift the protections of the logs of `trail`."""
    return f"{trail}-break-glass"


def log_prefix(key_prefix: str) -> str:
    """Return the part of an object key below which CloudTrail puts everything, ending in a slash."""
    return f"{key_prefix}/AWSLogs/" if key_prefix else "AWSLogs/"
