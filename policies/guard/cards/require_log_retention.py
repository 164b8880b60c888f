"""A log group says how long it keeps logs."""

from __future__ import annotations

from collections.abc import Iterator

from policies.guard.card import LOG_GROUP, Options, Resource, ResourceCard


def _find(resource: Resource, _options: Options) -> Iterator[str]:
    if not resource.properties.get("retentionInDays"):
        yield "the log group has no retention"


CARD = ResourceCard(
    code="IBT411",
    verb="require",
    subject="log-retention",
    severity="low",
    framework="NIST 800-53 r5: AU-11; Security Hub: CloudWatch.16",
    why="Logs without a term are kept, and paid for, for ever by accident.",
    fix="set retention_in_days on the log group.",
    link="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
    types=(LOG_GROUP,),
    find=_find,
)
