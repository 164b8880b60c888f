"""What a report says, counted event by event: facts that add up, so that workers can each count a part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from audit.identity import Identity, identify
from audit.records import Event, Record
from audit.targets import targets_of

MOST_MOMENTS = 200  # of one resource's timeline: the newest are kept, and its length tells of the others


class Seen(msgspec.Struct, gc=False):
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


class Act(NamedTuple):
    """What tells the lines of who did what apart. `by` is the identity's key; no `error` is a success."""

    by: str
    action: str
    region: str | None
    error: str | None


class Deed(NamedTuple):
    """One line of who did what: the same identity, action, Region and result. `account` is the identity's."""

    who: str
    kind: str
    service: str
    action: str
    region: str
    result: str
    account: str


class Moment(msgspec.Struct, frozen=True, order=True, gc=False):
    """One entry of a resource's timeline."""

    time: str
    action: str
    who: str
    result: str
    event_id: str


class Timeline(msgspec.Struct, gc=False):
    """What was done to a resource: the newest moments, in no order, and how many there were in all."""

    moments: list[Moment] = msgspec.field(default_factory=list)
    length: int = 0

    def add(self, moments: Sequence[Moment], length: int) -> None:
        """Take moments in, which stand for `length` of them."""
        self.length += length
        self.moments += moments
        if len(self.moments) > 2 * MOST_MOMENTS:
            self.moments.sort()
            del self.moments[:-MOST_MOMENTS]


@dataclass(slots=True)
class Facts:
    """What was counted. `hours` counts [all, failed] by the first 13 letters of the time.

    Whatever follows from the acts (total, deeds, actions, results, identities) is derived when asked for.
    """

    acts: dict[tuple[str, str, str | None, str | None], tuple[Seen, set[str]]] = field(default_factory=dict)
    people: dict[str, Identity] = field(default_factory=dict)
    hours: dict[str, list[int]] = field(default_factory=dict)
    addresses: dict[str, Seen] = field(default_factory=dict)
    timelines: dict[str, Timeline] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything was counted."""
        return bool(self.acts)

    def add(self, event: Event) -> None:
        """Count one event."""
        identity = identify(event)
        time, error = event.event_time, event.error_code
        failed, address = error is not None, event.source_ip_address or "not given"
        key = (identity.key, event.event_name, event.aws_region, error)
        act = self.acts.get(key)
        if act is None:
            self.people[identity.key] = identity
            act = self.acts[key] = (Seen(), set())
        act[0].add(time, failed)
        act[1].add(address)
        hour = self.hours.get(time[:13])
        if hour is None:
            hour = self.hours[time[:13]] = [0, 0]
        hour[0] += 1
        hour[1] += failed
        seen = self.addresses.get(address)
        if seen is None:
            seen = self.addresses[address] = Seen()
        seen.add(time, failed)
        if event.read_only is not True:
            targets = targets_of(event)
            if targets:
                moment = (Moment(time, event.event_name, identity.who, error or "ok", event.event_id or ""),)
                for target in targets:
                    timeline = self.timelines.get(target)
                    if timeline is None:
                        timeline = self.timelines[target] = Timeline()
                    timeline.add(moment, 1)

    def merge(self, other: Facts) -> None:
        """Take in the facts of another part of the logs."""
        for act, (seen, addresses) in other.acts.items():
            mine = self.acts.setdefault(act, (Seen(), set()))
            mine[0].merge(seen)
            mine[1].update(addresses)
        for key, identity in other.people.items():
            self.people.setdefault(key, identity)
        for hour, (count, failed) in other.hours.items():
            both = self.hours.setdefault(hour, [0, 0])
            both[0] += count
            both[1] += failed
        for address, seen in other.addresses.items():
            self.addresses.setdefault(address, Seen()).merge(seen)
        for target, timeline in other.timelines.items():
            self.timelines.setdefault(target, Timeline()).add(timeline.moments, timeline.length)

    @property
    def total(self) -> Seen:
        """All events."""
        return self._by(lambda _: "").get("", Seen())

    @property
    def actions(self) -> dict[str, Seen]:
        """By API action."""
        return self._by(lambda act: act.action)

    @property
    def results(self) -> dict[str, Seen]:
        """By error code, `ok` where there is none."""
        return self._by(lambda act: act.error or "ok")

    @property
    def identities(self) -> dict[str, tuple[Identity, Seen]]:
        """By the identity's key."""
        return {key: (self.people[key], seen) for key, seen in self._by(lambda act: act.by).items()}

    @property
    def deeds(self) -> dict[Deed, tuple[Seen, set[str]]]:
        """The lines of who did what, with the source addresses of each."""
        found: dict[Deed, tuple[Seen, set[str]]] = {}
        for key, (seen, addresses) in self.acts.items():
            act = Act(*key)
            who = self.people[act.by]
            deed = Deed(
                *(who.who, who.kind, who.service or "", act.action, act.region or "", act.error or "ok"),
                who.account_id or "",
            )
            mine = found.setdefault(deed, (Seen(), set()))
            mine[0].merge(seen)
            mine[1].update(addresses)
        return found

    def _by(self, part: Callable[[Act], str]) -> dict[str, Seen]:
        found: dict[str, Seen] = {}
        for key, (seen, _) in self.acts.items():
            found.setdefault(part(Act(*key)), Seen()).merge(seen)
        return found


def count(records: Iterable[Record]) -> Facts:
    """The facts of these records."""
    facts = Facts()
    for record in records:
        facts.add(record.event)
    return facts
