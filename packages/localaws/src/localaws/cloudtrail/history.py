"""Event history: the management events of the last 90 days, newest first, by account and Region.

Kept in a file without a name, which vanishes with the process: memory holds no more than SQLite's few pages.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
https://www.sqlite.org/inmemorydb.html#temp_db
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from localaws.cloudtrail.models import Event
from localaws.cloudtrail.resources import event_resources

RETENTION_DAYS = 90
MAXIMUM_EVENTS = 200_000  # of one account and Region; beyond it the oldest is forgotten
Position = tuple[float, int]  # eventTime in epoch seconds, order of arrival
Attribute = tuple[str, str]
_ALL: Attribute = ("", "")  # what every event can be looked up by
_SCHEMA = """
    PRAGMA journal_mode = OFF;
    CREATE TABLE events (arrival INTEGER PRIMARY KEY, body BLOB NOT NULL);
    CREATE TABLE shelves (
        account TEXT, region TEXT, name TEXT, value TEXT, time REAL, arrival INTEGER,
        PRIMARY KEY (account, region, name, value, time, arrival)
    ) WITHOUT ROWID;
"""
_SHELF = "account = ? AND region = ? AND name = ? AND value = ?"
_PAGE = f"""
    SELECT time, arrival, body FROM shelves JOIN events USING (arrival)
    WHERE {_SHELF} AND time >= ? AND (time, arrival) < (?, ?)
    ORDER BY time DESC, arrival DESC LIMIT ?
"""  # noqa: S608 - of constants
_OLDEST = f"""
    SELECT time, arrival, body FROM shelves JOIN events USING (arrival)
    WHERE {_SHELF} ORDER BY time, arrival LIMIT 1
"""  # noqa: S608
_REMOVE = f"DELETE FROM shelves WHERE {_SHELF} AND time = ? AND arrival = ?"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. `body` is CloudTrailEvent's JSON."""

    position: Position
    body: bytes

    def describe(self) -> dict[str, Any]:
        """Return the entry as LookupEvents gives it."""
        record = msgspec.json.decode(self.body)
        single = dict(_attributes(record))
        members = {
            "EventId": single.get("EventId"),
            "EventName": single.get("EventName"),
            "ReadOnly": single.get("ReadOnly"),
            "AccessKeyId": single.get("AccessKeyId"),
            "EventTime": datetime.fromtimestamp(self.position[0], UTC),
            "EventSource": single.get("EventSource"),
            "Username": single.get("Username"),
            "Resources": [
                {"ResourceType": kind, "ResourceName": name} for kind, name in event_resources(record)
            ],
            "CloudTrailEvent": self.body.decode(),
        }
        return {name: value for name, value in members.items() if value is not None}


class EventHistory:
    """Every account's Event history. Safe to use from many threads."""

    def __init__(self, maximum: int = MAXIMUM_EVENTS) -> None:
        self._maximum = maximum
        self._lock = threading.Lock()
        self._open()

    def add(self, event: Event) -> None:
        """File a management event under the account and Region that it belongs to; leave others alone."""
        if not event.record.get("managementEvent"):
            return
        shelf = (event.account_id, event.region)
        time = datetime.fromisoformat(event.time).timestamp()
        with self._lock:
            self._arrivals += 1
            self._file.execute("INSERT INTO events VALUES (?, ?)", (self._arrivals, event.body))
            self._file.executemany(
                "INSERT INTO shelves VALUES (?, ?, ?, ?, ?, ?)",
                _places(shelf, event.record, (time, self._arrivals)),
            )
            self._sizes[shelf] = self._sizes.get(shelf, 0) + 1
            if self._sizes[shelf] > self._maximum:
                self._forget_oldest(shelf)

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
        """Return one page of `start` to `end` (epoch seconds), newest first, and where the next one starts.

        The events come before `before`.
        """
        with self._lock:
            last = before or (end, self._arrivals + 1)
            shelf = (account_id, region, *(attribute or _ALL))
            rows = self._file.execute(_PAGE, (*shelf, start, *last, size + 1)).fetchall()
        found = [Entry((time, arrival), body) for time, arrival, body in rows[:size]]
        return found, found[-1].position if len(rows) > size else None

    def clear(self) -> None:
        """Forget all events."""
        with self._lock:
            self._file.close()
            self._open()

    def _open(self) -> None:
        self._arrivals = 0
        self._sizes: dict[tuple[str, str], int] = {}
        self._file = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._file.executescript(_SCHEMA)

    def _forget_oldest(self, shelf: tuple[str, str]) -> None:
        time, arrival, body = self._file.execute(_OLDEST, (*shelf, *_ALL)).fetchone()
        self._file.executemany(_REMOVE, _places(shelf, msgspec.json.decode(body), (time, arrival)))
        self._file.execute("DELETE FROM events WHERE arrival = ?", (arrival,))
        self._sizes[shelf] -= 1


def _places(
    shelf: tuple[str, str], record: Mapping[str, Any], position: Position
) -> Iterator[tuple[str | float, ...]]:
    """Every place at which a lookup can come upon the event."""
    for attribute in (_ALL, *_attributes(record)):
        yield (*shelf, *attribute, *position)


def _attributes(record: Mapping[str, Any]) -> Iterator[Attribute]:
    """What the event can be looked up by."""
    resources = event_resources(record)
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
