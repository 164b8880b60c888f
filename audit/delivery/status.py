"""What CloudTrail itself says of a trail: GetTrailStatus, which answers for one Region at a time.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from audit.delivery.channel import Context
from audit.delivery.trail import DescribedTrail
from audit.findings import API_REFERENCE, Finding, FindingKind, Severity

HOME_REGION_ERROR = FindingKind(
    "IBT217",
    Severity.WARNING,
    "CloudTrail reports an error in the trail's home Region",
    "Each Region's events are delivered for themselves: this error concerns the home Region's.",
    "Correct what the error names, and run `audit verify` with --region and the home Region.",
    API_REFERENCE + "API_GetTrailStatus.html",
)


def trail_status(context: Context, trail: DescribedTrail, region: str | None = None) -> Mapping[str, Any]:
    """Ask for the status in a Region, by default the trail's home, where it says whether the trail logs."""
    cloudtrail = context.aws.client("cloudtrail", region=region or trail.home_region)
    status: Mapping[str, Any] = cloudtrail.get_trail_status(Name=trail.arn)
    return status


def status_errors(
    context: Context, trail: DescribedTrail, member: str, kind: FindingKind
) -> Iterator[Finding]:
    """Yield the error that a member of the status holds in the Region of the call, and in the home Region."""
    regions = {context.region, trail.home_region} if trail.multi_region else {trail.home_region}
    for region in sorted(regions):
        error = trail_status(context, trail, region).get(member)
        if error:
            found = kind if region == context.region else HOME_REGION_ERROR
            yield Finding(found, trail.arn, f"{member} in {region}: {error}")
