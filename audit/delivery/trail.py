"""The trail under test, as the CloudTrail API describes it.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from audit.aws import Aws
from audit.sources.source import SourceError
from config.place import logs_folder


@dataclass(frozen=True, slots=True)
class DescribedTrail:
    """What DescribeTrails says of a trail. `topic`, `log_group` and `log_role` are ARNs."""

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
    log_role: str | None

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> DescribedTrail:
        """Take one member of DescribeTrails' answer."""
        return cls(
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
            log_role=described.get("CloudWatchLogsRoleArn") or None,
        )

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
        return logs_folder(self.prefix)


def described_trails(aws: Aws, name: str | None) -> list[DescribedTrail]:
    """The trails of this name or ARN; without one, all that the Region knows, organizations' included.

    By its name, DescribeTrails finds a trail in its home Region only; the others know it all the same.

    Raises:
        SourceError: CloudTrail cannot be asked.

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
    return [DescribedTrail.of(trail) for trail in found]


def own_trail(trails: Sequence[DescribedTrail], account_id: str) -> DescribedTrail | None:
    """The one trail that an account most likely means; None if there are none.

    Its own goes before one that an organization shows it; one for itself before one that it keeps for an
    organization, as Control Tower makes it; one of all Regions before one of a single Region.

    Raises:
        SourceError: several are left.

    """
    preferences: tuple[Callable[[DescribedTrail], bool], ...] = (
        lambda trail: trail.account_id == account_id,
        lambda trail: not trail.of_organization,
        lambda trail: trail.multi_region,
    )
    left = list(trails)
    for preferred in preferences:
        left = [trail for trail in left if preferred(trail)] or left
    if len(left) > 1:
        names = ", ".join(sorted(trail.arn for trail in left))
        raise SourceError(f"there are several trails; name one with --trail: {names}")
    return left[0] if left else None
