"""API calls as EventBridge events: "AWS API Call via CloudTrail" on the default bus.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from moto.events.models import events_backends

from localaws.cloudtrail.backends import existing
from localaws.cloudtrail.models import Event

_LOG = logging.getLogger(__name__)
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
        "time": datetime.fromisoformat(event.time).timestamp(),  # moto writes it as ISO 8601
        "region": event.region,
        "resources": [],
        "detail": dict(record),
    }
    states = {ALL_EVENTS} if _only_reads(event) else {ALL_EVENTS, "ENABLED"}
    for rule in _rules(event.account_id, event.region):
        if rule.state in states:
            _send_to_targets(rule, message)


def _send_to_targets(rule: Any, message: dict[str, Any]) -> None:
    """Let moto hand the message on. A target that is gone is the rule's trouble, not CloudTrail's."""
    transforms = any("InputTransformer" in target for target in rule.targets)
    if transforms:
        message = message | {"ingestion-time": message["time"]}
    try:
        # Moto's own template for untransformed events drops members and wants times as numbers.
        rule.send_to_targets(message, transform_input=transforms)
    except Exception as error:  # noqa: BLE001 - moto's targets raise whatever their services raise
        _LOG.warning("rule %s could not reach its targets: %r", rule.name, error)


def _rules(account_id: str, region: str) -> Iterator[Any]:
    backend = existing(events_backends, account_id, region)
    bus = backend.event_buses.get("default") if backend is not None else None
    for rule in list(bus.rules.values()) if bus is not None else ():
        if not rule.scheduled_expression:
            yield rule


def _only_reads(event: Event) -> bool:
    name = event.record["eventName"]
    return name.startswith(_READING) and name not in _SENT_ANYWAY
