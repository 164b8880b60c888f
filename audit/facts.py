"""What a report says, counted event by event: facts that add up, so that workers can each count a part."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from audit.identity import Identity, identify
from audit.records import Record
from audit.targets import targets_of

MOST_MOMENTS = 200  # of one resource's timeline; the newest are kept and the count tells of the others


@dataclass(slots=True)
class Seen:
    """How often, from when to when, and how often failing. Times are CloudTrail's UTC text, which sorts."""

    count: int = 0
    failed: int = 0
    first: str = "~"
    last: str = ""

    def add(self, time: str, failed: bool, count: int = 1) -> None:
        """Take one more sighting in."""
        self.count += count
        self.failed += count if failed else 0
        self.first = min(self.first, time)
        self.last = max(self.last, time)

    def merge(self, other: Seen) -> None:
        """Take in what another worker saw."""
        self.count += other.count
        self.failed += other.failed
        self.first = min(self.first, other.first)
        self.last = max(self.last, other.last)


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """One entry of a resource's timeline."""

    time: str
    action: str
    who: str
    result: str
    event_id: str


@dataclass(frozen=True, slots=True, order=True)
class Deed:
    """One line of who did what: the same identity, action, Region and result."""

    who: str
    kind: str
    action: str
    region: str
    result: str
    service: str


@dataclass(slots=True)
class Facts:
    """Everything that a report shows."""

    total: Seen = field(default_factory=Seen)
    deeds: dict[Deed, Seen] = field(default_factory=dict)
    deed_addresses: dict[Deed, set[str]] = field(default_factory=dict)
    actions: Counter[str] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)
    hours: Counter[str] = field(default_factory=Counter)
    failed_hours: Counter[str] = field(default_factory=Counter)
    identities: dict[Identity, Seen] = field(default_factory=dict)
    addresses: dict[str, Seen] = field(default_factory=dict)
    timelines: dict[str, list[Moment]] = field(default_factory=dict)
    timeline_lengths: Counter[str] = field(default_factory=Counter)

    def add(self, record: Record) -> None:
        """Count one event."""
        event = record.event
        identity = identify(event)
        time, failed, result = event.event_time, event.error_code is not None, event.error_code or "ok"
        address = event.source_ip_address or "not given"
        deed = Deed(
            identity.who,
            identity.kind,
            event.event_name,
            event.aws_region or "",
            result,
            identity.service or "",
        )
        self.total.add(time, failed)
        self.deeds.setdefault(deed, Seen()).add(time, failed)
        self.deed_addresses.setdefault(deed, set()).add(address)
        self.actions[event.event_name] += 1
        self.results[result] += 1
        self.hours[time[:13]] += 1
        if failed:
            self.failed_hours[time[:13]] += 1
        self.identities.setdefault(identity, Seen()).add(time, failed)
        self.addresses.setdefault(address, Seen()).add(time, failed)
        if event.read_only is not True:
            moment = Moment(time, event.event_name, identity.who, result, event.event_id or "")
            for target in targets_of(event):
                self._remember(target, [moment], 1)

    def merge(self, other: Facts) -> None:
        """Take in the facts of another part of the logs."""
        self.total.merge(other.total)
        for deed, seen in other.deeds.items():
            self.deeds.setdefault(deed, Seen()).merge(seen)
            self.deed_addresses.setdefault(deed, set()).update(other.deed_addresses[deed])
        self.actions.update(other.actions)
        self.results.update(other.results)
        self.hours.update(other.hours)
        self.failed_hours.update(other.failed_hours)
        for identity, seen in other.identities.items():
            self.identities.setdefault(identity, Seen()).merge(seen)
        for address, seen in other.addresses.items():
            self.addresses.setdefault(address, Seen()).merge(seen)
        for target, moments in other.timelines.items():
            self._remember(target, moments, other.timeline_lengths[target])

    def _remember(self, target: str, moments: list[Moment], length: int) -> None:
        kept = self.timelines.setdefault(target, [])
        kept += moments
        self.timeline_lengths[target] += length
        if len(kept) > 2 * MOST_MOMENTS:
            kept.sort()
            del kept[:-MOST_MOMENTS]
