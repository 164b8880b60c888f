"""A trail covers all Regions."""

from __future__ import annotations

from collections.abc import Iterator

from policies.guard.card import TRAIL, Options, Resource, ResourceCard


def _find(resource: Resource, _options: Options) -> Iterator[str]:
    if resource.properties.get("isMultiRegionTrail") is not True:
        yield "the trail covers one Region only"


CARD = ResourceCard(
    code="IBT401",
    verb="require",
    subject="multi-region",
    severity="high",
    framework="CIS AWS Foundations 5.0: 3.1; Security Hub: CloudTrail.1",
    why="What happens in any other Region leaves no trace.",
    fix="set is_multi_region_trail=True on the trail.",
    link="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html",
    types=(TRAIL,),
    find=_find,
)
