"""LookupEvents: pages of Event history.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from localaws.call import Call
from localaws.cloudtrail.exceptions import (
    InvalidEventCategoryException,
    InvalidLookupAttributesException,
    InvalidMaxResultsException,
    InvalidNextTokenException,
    InvalidTimeRangeException,
    ThrottlingException,
)
from localaws.cloudtrail.history import RETENTION_DAYS, Attribute, EventHistory, Position

PAGE = 50
LOOKUPS_PER_SECOND = 2
KEYS = frozenset(
    {
        "EventId",
        "EventName",
        "ReadOnly",
        "Username",
        "ResourceType",
        "ResourceName",
        "EventSource",
        "AccessKeyId",
    }
)


class LookupOperations:
    """LookupEvents, at most twice a second for each account and Region."""

    def __init__(self, history: EventHistory, now: Callable[[], datetime]) -> None:
        self._history = history
        self._now = now
        self._limit = RateLimit(LOOKUPS_PER_SECOND)

    def lookup_events(self, call: Call) -> Mapping[str, Any]:
        """Return one page of events, newest first."""
        parameters = call.parameters
        attribute = _attribute(parameters.get("LookupAttributes") or [])
        size = parameters.get("MaxResults") or (PAGE if parameters.get("MaxResults") is None else 0)
        if not 1 <= size <= PAGE:
            raise InvalidMaxResultsException(f"A maximum of {PAGE} results can be returned, and at least 1.")
        start, end = self._range(parameters.get("StartTime"), parameters.get("EndTime"))
        category = parameters.get("EventCategory")
        if category not in (None, "insight"):
            raise InvalidEventCategoryException(f"The event category {category} is not valid.")
        before = _position(parameters)
        self._limit.take((call.account_id, call.region))
        if category == "insight":
            return {"Events": []}
        entries, following = self._history.page(
            call.account_id, call.region, attribute=attribute, start=start, end=end, before=before, size=size
        )
        page: dict[str, Any] = {"Events": [entry.describe() for entry in entries]}
        if following is not None:
            page["NextToken"] = _token(following, parameters)
        return page

    def _range(self, start: datetime | None, end: datetime | None) -> tuple[float, float]:
        """Return the time range in epoch seconds, no longer than Event history."""
        now = self._now()
        horizon = now - timedelta(days=RETENTION_DAYS)
        if start is not None and end is not None and utc(start) > utc(end):
            raise InvalidTimeRangeException("StartTime must be before EndTime.")
        first = max(utc(start), horizon) if start is not None else horizon
        last = utc(end) if end is not None else now + timedelta(seconds=1)
        return first.timestamp(), last.timestamp()


class RateLimit:
    """At most so many calls a second for each key, measured by the machine's clock."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._lock = threading.Lock()
        self._taken: dict[tuple[str, str], list[float]] = {}

    def take(self, key: tuple[str, str]) -> None:
        """Count one call.

        Raises:
            ThrottlingException: too many within the last second.

        """
        now = time.monotonic()
        with self._lock:
            recent = [each for each in self._taken.get(key, ()) if now - each < 1]
            if len(recent) >= self._per_second:
                raise ThrottlingException("Rate exceeded")
            self._taken[key] = [*recent, now]


def utc(moment: datetime | float) -> datetime:
    """Return a moment as an aware time; parsers give naive UTC or epoch seconds."""
    if not isinstance(moment, datetime):
        return datetime.fromtimestamp(moment, UTC)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _attribute(attributes: list[Mapping[str, str]]) -> Attribute | None:
    if not attributes:
        return None
    if len(attributes) > 1:
        raise InvalidLookupAttributesException("You can only use one lookup attribute in a request.")
    key, value = attributes[0].get("AttributeKey", ""), attributes[0].get("AttributeValue", "")
    if key not in KEYS:
        raise InvalidLookupAttributesException(f"Lookup attribute {key} is not valid.")
    if not 1 <= len(value) <= 2000:
        raise InvalidLookupAttributesException("Lookup attribute value must have 1 to 2000 characters.")
    return key, value


def _question(parameters: Mapping[str, Any]) -> str:
    """Return what a token is good for: a fingerprint of all parameters but the token and the page size."""
    asked = {name: value for name, value in parameters.items() if name not in {"NextToken", "MaxResults"}}
    return hashlib.sha256(msgspec.json.encode(asked, order="deterministic")).hexdigest()[:16]


def _token(position: Position, parameters: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode([*position, _question(parameters)])).decode()


def _position(parameters: Mapping[str, Any]) -> Position | None:
    token = parameters.get("NextToken")
    if not token:
        return None
    try:
        moment, arrival, question = msgspec.json.decode(
            base64.urlsafe_b64decode(token), type=tuple[float, int, str]
        )
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise InvalidNextTokenException("Invalid token.") from error
    if question != _question(parameters):
        raise InvalidNextTokenException("The token was given for a request with other parameters.")
    return moment, arrival
