"""What a report says, counted event by event: facts that add up, so that workers can each count a part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from audit.identity import Identity, identify
from audit.records import Event, Record
from audit.targets import targets_of

MOST_MOMENTS = 200  # of one resource's timeline: the newest are kept, and its length tells of the others


@dataclass(slots=True)
class Seen:
    """How often, how often failing, from when to when. Times are CloudTrail's UTC text, which sorts."""

    count: int = 0
    failed: int = 0
    first: str = "~"
    last: str = ""

    def add(self, time: str, failed: bool) -> None:
        """Take one more sighting in."""
        self.count += 1
        if failed:
            self.failed += 1
        if time < self.first:  # noqa: PLR1730 - min() costs a call for each event
            self.first = time
        if time > self.last:  # noqa: PLR1730
            self.last = time

    def merge(self, other: Seen) -> None:
        """Take in what another worker saw."""
        self.count += other.count
        self.failed += other.failed
        self.first = min(self.first, other.first)
        self.last = max(self.last, other.last)


class Deed(NamedTuple):
    """One line of who did what: the same identity, action, Region and result."""

    who: str
    kind: str
    service: str
    action: str
    region: str
    result: str


class Moment(NamedTuple):
    """One entry of a resource's timeline."""

    time: str
    action: str
    who: str
    result: str
    event_id: str


@dataclass(slots=True)
class Facts:
    """Everything that a report shows. `hours` counts [all, failed] by the first 13 letters of the time."""

    total: Seen = field(default_factory=Seen)
    deeds: dict[Deed, tuple[Seen, set[str]]] = field(default_factory=dict)
    actions: dict[str, Seen] = field(default_factory=dict)
    results: Counter[str] = field(default_factory=Counter)
    hours: dict[str, list[int]] = field(default_factory=dict)
    identities: dict[str, tuple[Identity, Seen]] = field(default_factory=dict)
    addresses: dict[str, Seen] = field(default_factory=dict)
    timelines: dict[str, list[Moment]] = field(default_factory=dict)
    timeline_lengths: Counter[str] = field(default_factory=Counter)

    def add(self, event: Event) -> None:
        """Count one event."""
        identity = identify(event)
        time, failed, result = event.event_time, event.error_code is not None, event.error_code or "ok"
        action, address = event.event_name, event.source_ip_address or "not given"
        deed = Deed(
            identity.who, identity.kind, identity.service or "", action, event.aws_region or "", result
        )
        self.total.add(time, failed)
        done = self.deeds.get(deed)
        if done is None:
            done = self.deeds[deed] = (Seen(), set())
        done[0].add(time, failed)
        done[1].add(address)
        _see(self.actions, action).add(time, failed)
        self.results[result] += 1
        hour = self.hours.setdefault(time[:13], [0, 0])
        hour[0] += 1
        hour[1] += failed
        named = self.identities.get(identity.key)
        if named is None:
            named = self.identities[identity.key] = (identity, Seen())
        named[1].add(time, failed)
        _see(self.addresses, address).add(time, failed)
        if event.read_only is not True:
            moment = Moment(time, action, identity.who, result, event.event_id or "")
            for target in targets_of(event):
                self._remember(target, [moment], 1)

    def merge(self, other: Facts) -> None:
        """Take in the facts of another part of the logs."""
        self.total.merge(other.total)
        for deed, (seen, addresses) in other.deeds.items():
            done = self.deeds.setdefault(deed, (Seen(), set()))
            done[0].merge(seen)
            done[1].update(addresses)
        for action, seen in other.actions.items():
            _see(self.actions, action).merge(seen)
        self.results.update(other.results)
        for hour, (count, failed) in other.hours.items():
            mine = self.hours.setdefault(hour, [0, 0])
            mine[0] += count
            mine[1] += failed
        for key, (identity, seen) in other.identities.items():
            self.identities.setdefault(key, (identity, Seen()))[1].merge(seen)
        for address, seen in other.addresses.items():
            _see(self.addresses, address).merge(seen)
        for target, moments in other.timelines.items():
            self._remember(target, moments, other.timeline_lengths[target])

    def _remember(self, target: str, moments: list[Moment], length: int) -> None:
        kept = self.timelines.setdefault(target, [])
        kept += moments
        self.timeline_lengths[target] += length
        if len(kept) > 2 * MOST_MOMENTS:
            kept.sort()
            del kept[:-MOST_MOMENTS]


def _see(seen: dict[str, Seen], name: str) -> Seen:
    found = seen.get(name)
    if found is None:
        found = seen[name] = Seen()
    return found


def count(records: Iterable[Record]) -> Facts:
    """The facts of these records."""
    facts = Facts()
    for record in records:
        facts.add(record.event)
    return facts
