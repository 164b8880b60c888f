"""The trail under test, as the CloudTrail API describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from audit.aws import Aws
from audit.sources.source import SourceError


@dataclass(frozen=True, slots=True)
class Trail:
    """What DescribeTrails says of a trail."""

    arn: str
    name: str
    home_region: str
    multi_region: bool
    of_organization: bool
    bucket: str
    prefix: str
    key: str | None
    topic: str | None
    log_group: str | None

    @property
    def account_id(self) -> str:
        """The account that owns the trail, from its ARN."""
        return self.arn.split(":")[4]

    @property
    def partition(self) -> str:
        """The partition, from its ARN: aws, aws-cn or aws-us-gov."""
        return self.arn.split(":")[1]

    @property
    def logs_folder(self) -> str:
        """Where its logs lie in the bucket, up to and with `AWSLogs/`."""
        return f"{self.prefix}/AWSLogs/" if self.prefix else "AWSLogs/"


def find_trail(aws: Aws, name: str | None) -> Trail | None:
    """The trail of this name or ARN; without one, the only trail that the Region knows, if any.

    By its name, DescribeTrails finds a trail in its home Region only; the others know it all the same.

    Raises:
        SourceError: CloudTrail cannot be asked, or there are several and none was named.

    """
    region = name.split(":")[3] if name and name.startswith("arn:") and name.count(":") >= 5 else None
    cloudtrail = aws.client("cloudtrail", region=region)
    try:
        request = {"trailNameList": [name]} if name else {}
        found = cloudtrail.describe_trails(includeShadowTrails=True, **request)["trailList"]
        if name and not found:
            known = cloudtrail.describe_trails(includeShadowTrails=True)["trailList"]
            found = [trail for trail in known if trail["Name"] == name]
    except (BotoCoreError, ClientError) as error:
        raise SourceError(
            f"trails cannot be listed: {error}; check credentials, Region and cloudtrail:DescribeTrails"
        ) from error
    if len(found) > 1:
        names = ", ".join(sorted(trail["TrailARN"] for trail in found))
        raise SourceError(f"there are several trails; name one with --trail: {names}")
    return _trail(found[0]) if found else None


def _trail(described: Mapping[str, Any]) -> Trail:
    return Trail(
        arn=described["TrailARN"],
        name=described["Name"],
        home_region=described["HomeRegion"],
        multi_region=described.get("IsMultiRegionTrail", False),
        of_organization=described.get("IsOrganizationTrail", False),
        bucket=described["S3BucketName"],
        prefix=described.get("S3KeyPrefix", ""),
        key=described.get("KmsKeyId") or None,
        topic=described.get("SnsTopicARN") or None,
        log_group=described.get("CloudWatchLogsLogGroupArn") or None,
    )
