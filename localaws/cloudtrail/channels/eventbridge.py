"""API calls as EventBridge events: "AWS API Call via CloudTrail" on the default bus.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from moto.events.models import events_backends

from localaws.cloudtrail.backends import existing
from localaws.cloudtrail.models import Event

ALL_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
_DETAIL_TYPES = {
    "AwsApiCall": "AWS API Call via CloudTrail",
    "AwsConsoleSignIn": "AWS Console Sign In via CloudTrail",
    "AwsServiceEvent": "AWS Service Event via CloudTrail",
}
_READING = ("Describe", "Get", "List")
_SENT_ANYWAY = frozenset({"GetFederationToken", "GetSessionToken"})  # of STS


def has_rules(account_id: str, region: str) -> bool:
    """Whether any rule of the account's default bus could take an event."""
    return next(_rules(account_id, region), None) is not None


def send(event: Event) -> None:
    """Hand an event to the rules of the account's default bus that take it.

    Rules get calls that only read when their state asks for all management events; disabled rules get none.
    """
    record = event.record
    detail_type = _DETAIL_TYPES.get(record.get("eventType", ""))
    if detail_type is None:
        return
    message = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": f"aws.{record['eventSource'].split('.', 1)[0]}",
        "account": event.account_id,
        "time": event.time,
        "region": event.region,
        "resources": [],
        "detail": dict(record),
    }
    states = {ALL_EVENTS} if _only_reads(event) else {ALL_EVENTS, "ENABLED"}
    for rule in _rules(event.account_id, event.region):
        if rule.state in states:
            rule.send_to_targets(message)


def _rules(account_id: str, region: str) -> Iterator[Any]:
    backend = existing(events_backends, account_id, region)
    bus = backend.event_buses.get("default") if backend is not None else None
    for rule in list(bus.rules.values()) if bus is not None else ():
        if not rule.scheduled_expression:
            yield rule


def _only_reads(event: Event) -> bool:
    name = event.record["eventName"]
    return name.startswith(_READING) and name not in _SENT_ANYWAY
