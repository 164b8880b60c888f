"""The Regions that a multi-Region trail covers."""

from __future__ import annotations

from functools import cache

import botocore.session

# What an AWS account has without opting in: https://docs.aws.amazon.com/global-infrastructure/latest/regions/
ENABLED_BY_DEFAULT = (
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
)


@cache
def enabled_regions(partition: str) -> tuple[str, ...]:
    """Return the Regions that accounts of a partition have from the start."""
    if partition == "aws":
        return ENABLED_BY_DEFAULT
    session = botocore.session.get_session()
    return tuple(sorted(session.get_available_regions("cloudtrail", partition_name=partition)))
