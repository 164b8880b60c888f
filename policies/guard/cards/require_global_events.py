"""A trail records global services such as IAM."""

from __future__ import annotations

from collections.abc import Iterator

from policies.guard.card import TRAIL, Options, Resource, ResourceCard


def _find(resource: Resource, _options: Options) -> Iterator[str]:
    if resource.properties.get("includeGlobalServiceEvents") is False:
        yield "events of global services are left out"


CARD = ResourceCard(
    code="IBT405",
    verb="require",
    subject="global-events",
    severity="medium",
    framework="NIST 800-53 r5: AU-12",
    why="Calls to IAM and STS then leave no trace in this trail.",
    fix="leave include_global_service_events out, or set it to True.",
    link="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html",
    types=(TRAIL,),
    find=_find,
)
