"""What the key of an object in the log bucket says of it. A key is only ever parsed, never used as a path.

Format: [prefix/]AWSLogs/[o-id/]account/CloudTrail/region/YYYY/MM/DD/…json.gz
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
"""

from __future__ import annotations

import re
from datetime import date
from enum import Enum

_DAY = re.compile(r"/(\d{4})/(\d{2})/(\d{2})/[^/]*$")
_STAMP = re.compile(r"_CloudTrail_[a-z0-9-]+_(\d{4})(\d{2})(\d{2})T\d{4}Z_")


class ObjectKind(Enum):
    """What an object holds, told from its name."""

    LOG = "log file"
    DIGEST = "digest"
    INSIGHT = "insight"
    OTHER = "other"


def kind_of(key: str) -> ObjectKind:
    """Tell log files from digests, insights and whatever else lies there."""
    name = key.rpartition("/")[2]
    if "/CloudTrail-Digest/" in key or "_CloudTrail-Digest_" in name:
        return ObjectKind.DIGEST
    if "/CloudTrail-Insight/" in key or "_CloudTrail-Insight_" in name:
        return ObjectKind.INSIGHT
    return ObjectKind.LOG if name.endswith((".json.gz", ".json")) else ObjectKind.OTHER


def day_of(key: str) -> date | None:
    """The UTC day in the key: that of delivery, which is never before the events'. None if it names none."""
    found = _DAY.search("/" + key) or _STAMP.search(key)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
