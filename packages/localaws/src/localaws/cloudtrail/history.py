"""Event history: the management events of the last 90 days, newest first, by account and Region.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
"""

from __future__ import annotations

import bisect
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from localaws.cloudtrail.models import Event
from localaws.cloudtrail.resources import event_resources

RETENTION_DAYS = 90
MAXIMUM_EVENTS = 200_000  # of one account and Region; beyond it the oldest fifth is forgotten
Position = tuple[float, int]  # eventTime in epoch seconds, order of arrival
Attribute = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One event, with what it can be looked up by. `body` is CloudTrailEvent's JSON."""

    position: Position
    attributes: tuple[Attribute, ...]
    resources: tuple[tuple[str, str], ...]
    body: bytes

    def describe(self) -> dict[str, Any]:
        """Return the entry as LookupEvents gives it."""
        single = {name: value for name, value in self.attributes if not name.startswith("Resource")}
        members = {
            "EventId": single.get("EventId"),
            "EventName": single.get("EventName"),
            "ReadOnly": single.get("ReadOnly"),
            "AccessKeyId": single.get("AccessKeyId"),
            "EventTime": datetime.fromtimestamp(self.position[0], UTC),
            "EventSource": single.get("EventSource"),
            "Username": single.get("Username"),
            "Resources": [{"ResourceType": kind, "ResourceName": name} for kind, name in self.resources],
            "CloudTrailEvent": self.body.decode(),
        }
        return {name: value for name, value in members.items() if value is not None}


class Shelf:
    """The events of one account and Region, ordered by time and indexed by every lookup attribute."""

    def __init__(self, maximum: int = MAXIMUM_EVENTS) -> None:
        self._maximum = maximum
        self._arrivals = 0
        self._all: list[Entry] = []
        self._index: dict[Attribute, list[Entry]] = {}

    def add(self, event: Event) -> None:
        """File one event."""
        self._arrivals += 1
        resources = event_resources(event.record)
        entry = Entry(
            position=(datetime.fromisoformat(event.time).timestamp(), self._arrivals),
            attributes=tuple(_attributes(event.record, resources)),
            resources=resources,
            body=event.body,
        )
        self._file(entry)
        if len(self._all) > self._maximum:
            self._forget(self._all[len(self._all) // 5].position)

    def newest_first(
        self, attribute: Attribute | None, start: float, end: float, before: Position | None
    ) -> Iterator[Entry]:
        """Yield entries of `start` to `end` (epoch seconds, inclusive) that come before `before`."""
        entries = self._all if attribute is None else self._index.get(attribute, [])
        last = before or (end, self._arrivals + 1)
        index = bisect.bisect_left(entries, last, key=_position)
        while index > 0:
            index -= 1
            if entries[index].position[0] < start:
                return
            yield entries[index]

    def _file(self, entry: Entry) -> None:
        for entries in (self._all, *(self._index.setdefault(each, []) for each in entry.attributes)):
            if not entries or entries[-1].position <= entry.position:
                entries.append(entry)
            else:
                bisect.insort(entries, entry, key=_position)

    def _forget(self, oldest_kept: Position) -> None:
        kept = self._all[bisect.bisect_left(self._all, oldest_kept, key=_position) :]
        self._all, self._index = [], {}
        for entry in kept:
            self._file(entry)


class EventHistory:
    """Every account's Event history. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shelves: dict[tuple[str, str], Shelf] = {}

    def add(self, event: Event) -> None:
        """File a management event under the account and Region that it belongs to; leave others alone."""
        if not event.record.get("managementEvent"):
            return
        with self._lock:
            self._shelves.setdefault((event.account_id, event.region), Shelf()).add(event)

    def page(
        self,
        account_id: str,
        region: str,
        *,
        attribute: Attribute | None,
        start: float,
        end: float,
        before: Position | None,
        size: int,
    ) -> tuple[list[Entry], Position | None]:
        """Return one page, newest first, and the position before which the next one starts."""
        with self._lock:
            shelf = self._shelves.get((account_id, region))
            if shelf is None:
                return [], None
            found: list[Entry] = []
            for entry in shelf.newest_first(attribute, start, end, before):
                if len(found) == size:
                    return found, found[-1].position
                found.append(entry)
            return found, None

    def clear(self) -> None:
        """Forget all events."""
        with self._lock:
            self._shelves.clear()


def _position(entry: Entry) -> Position:
    return entry.position


def _attributes(record: Mapping[str, Any], resources: tuple[tuple[str, str], ...]) -> Iterator[Attribute]:
    yield "EventId", record["eventID"]
    yield "EventName", record["eventName"]
    yield "EventSource", record["eventSource"]
    yield "ReadOnly", str(bool(record.get("readOnly"))).lower()
    identity = record.get("userIdentity", {})
    if key := identity.get("accessKeyId"):
        yield "AccessKeyId", key
    if name := _user_name(identity):
        yield "Username", name
    yield from dict.fromkeys(("ResourceType", kind) for kind, _ in resources)
    yield from dict.fromkeys(("ResourceName", name) for _, name in resources)


def _user_name(identity: Mapping[str, Any]) -> str | None:
    """Return whom Event history names: a user, `root`, the session of a role, or the service."""
    if identity.get("type") == "Root":
        return "root"
    if name := identity.get("userName"):
        return str(name)
    if arn := identity.get("arn"):
        return str(arn).rsplit("/", 1)[-1]
    if service := identity.get("invokedBy"):
        return str(service)
    return None
