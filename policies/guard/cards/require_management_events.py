"""A trail records all management events, reads and writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policies.guard.card import TRAIL, Options, Resource, ResourceCard


def _selects_all(fields: Sequence[Mapping[str, Any]]) -> bool:
    # One field alone: a second one, such as readOnly, leaves events out.
    return [(field.get("field"), list(field.get("equals") or [])) for field in fields] == [
        ("eventCategory", ["Management"])
    ]


def _takes_all(selector: Mapping[str, Any]) -> bool:
    complete = selector.get("readWriteType", "All") == "All"
    return complete and selector.get("includeManagementEvents", True) is not False


def _find(resource: Resource, _options: Options) -> Iterator[str]:
    advanced = resource.properties.get("advancedEventSelectors") or []
    basic = resource.properties.get("eventSelectors") or []
    if advanced and not any(_selects_all(selector.get("fieldSelectors") or []) for selector in advanced):
        yield "no advanced event selector takes all management events"
    if basic and not any(_takes_all(selector) for selector in basic):
        yield "no event selector takes all management events"


CARD = ResourceCard(
    code="IBT406",
    verb="require",
    subject="management-events",
    severity="critical",
    framework="Security Hub: CloudTrail.1; NIST 800-53 r5: AU-2",
    why="Image Builder's calls, as those of most services, are management events.",
    fix="select the event category Management without narrowing it, or leave the selectors out.",
    link="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html",
    types=(TRAIL,),
    find=_find,
)
