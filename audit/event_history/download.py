"""Event history of many accounts and Regions at once, each at its own limit, into a journal."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

import msgspec

from audit.event_history.journal import Journal, Kept
from audit.event_history.lookup import LookupFailedError, Window, attribute_of, pages
from audit.findings import DAMAGED_RECORD, UNREADABLE, Finding
from audit.records import DECODER, Record
from audit.selection import Selection


@dataclass(frozen=True, slots=True)
class Place:
    """An account and Region, and the CloudTrail client that reaches them."""

    account: str
    region: str
    client: Any

    @property
    def name(self) -> str:
        """What its file in the journal is called."""
        return f"{self.account}.{self.region}"


@dataclass(slots=True)
class Download:
    """One query's download: what is asked, where, and what was found wrong on the way."""

    journal: Journal
    places: Sequence[Place]
    selection: Selection
    window: Window
    resource: str | None
    findings: list[Finding] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    seen: int = 0
    finished: int = 0

    def run(self, tick: Callable[[], None]) -> None:
        """Download what is missing from every place; `tick` is called about four times a second.

        A place that fails becomes a finding; the others go on. When interrupted, no call is waited for: a
        thread that is in one ends with the process.
        """
        ended: SimpleQueue[Exception | None] = SimpleQueue()
        for place in self.places:
            threading.Thread(target=self._ends, args=(place, ended), daemon=True).start()
        try:
            while self.finished < len(self.places):
                try:
                    failure = ended.get(timeout=0.25)
                except Empty:
                    pass
                else:
                    if failure is not None:
                        raise failure
                    self.finished += 1
                tick()
        finally:
            self.stop.set()

    def records(self) -> Iterator[Record]:
        """Every kept record, oldest first across all places."""
        streams = [self._records_of(place) for place in self.places]
        yield from heapq.merge(*streams, key=lambda record: record.event.event_time)

    def _ends(self, place: Place, ended: SimpleQueue[Exception | None]) -> None:
        try:
            self._one(place)
        except Exception as error:  # noqa: BLE001 - for `run` to raise
            ended.put(error)
        else:
            ended.put(None)

    def _one(self, place: Place) -> None:
        before = self.journal.progress(place.name)
        ids = set(before.ids)
        self.seen += len(ids)
        self.findings += [Finding(DAMAGED_RECORD, *one) for one in before.damaged]
        if before.done:
            return
        window = Window(self.window.start, before.until or self.window.end)
        attribute = attribute_of(self.selection, self.resource)
        try:
            for page in pages(place.client, attribute, window, self.stop):
                until = min((event["EventTime"] for event in page.events), default=None)
                damaged: list[tuple[str, str]] = []
                kept = [one for event in page.events if (one := self._wanted(place, event, ids, damaged))]
                if self.stop.is_set():
                    return
                self.journal.add(place.name, Kept(until, page.last, kept, damaged))
                self.findings += [Finding(DAMAGED_RECORD, *one) for one in damaged]
                self.seen += len(kept)
        except LookupFailedError as error:
            self.findings.append(Finding(UNREADABLE, f"Event history of {place.name}", str(error)))

    @property
    def whole(self) -> bool:
        """Whether every place was read to its end: then there is nothing to go on with."""
        return not any(finding.kind is UNREADABLE for finding in self.findings)

    def _wanted(
        self, place: Place, event: Mapping[str, Any], ids: set[str], damaged: list[tuple[str, str]]
    ) -> tuple[str, str] | None:
        text = event.get("CloudTrailEvent", "")
        try:
            decoded = DECODER.decode(text)
        except (msgspec.DecodeError, RecursionError) as error:
            damaged.append((f"Event history of {place.name}: {event.get('EventId')}", str(error)))
            return None
        event_id = decoded.event_id or str(event.get("EventId"))
        names = {resource.get("ResourceName") for resource in event.get("Resources", ())}
        if event_id in ids or (self.resource and self.resource not in names):
            return None
        if not self.selection.wants(decoded):
            return None
        ids.add(event_id)
        return event_id, text

    def _records_of(self, place: Place) -> Iterator[Record]:
        for text in self.journal.records(place.name):
            yield Record(f"event-history:{place.name}", text.encode(), DECODER.decode(text))
