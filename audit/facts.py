"""What a report says, counted event by event: facts that add up, so that workers can each count a part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from audit.identity import Identity, identify
from audit.records import Event, Record
from audit.targets import targets_of

MOST_ENTRIES = 200_000  # lines, identities, addresses and changes in all, about 100 MB
FEW_ENTRIES = 10_000  # of the facts that a worker hands over
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


OTHERS = Identity(
    key="others", who="(others)", kind="", credentials="not listed one by one"
)  # whoever came when there was no more room


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
    Memory is bounded: beyond `most` entries, what is new is counted with OTHERS, in `unlisted`, and so said.
    """

    acts: dict[tuple[str, str, str | None, str | None], tuple[Seen, set[str]]] = field(default_factory=dict)
    people: dict[str, Identity] = field(default_factory=dict)
    hours: dict[str, list[int]] = field(default_factory=dict)
    addresses: dict[str, Seen] = field(default_factory=dict)
    timelines: dict[str, Timeline] = field(default_factory=dict)
    most: int = MOST_ENTRIES
    entries: int = 0
    unlisted: int = 0

    @property
    def full(self) -> bool:
        """Whether nothing new is listed any more."""
        return self.entries >= self.most

    def __bool__(self) -> bool:
        """Whether anything was counted."""
        return bool(self.acts)

    def add(self, event: Event) -> None:
        """Count one event."""
        identity = identify(event)
        time, error = event.event_time, event.error
        failed, address = error is not None, event.source_ip_address or "not given"
        act = self._act((identity.key, event.event_name, event.aws_region, error), identity)
        act[0].add(time, failed)
        self._note_addresses(act[1], (address,))
        hour = self._hour(time[:13])
        hour[0] += 1
        hour[1] += failed
        self._address(address).add(time, failed)
        if event.read_only is not True:
            targets = targets_of(event)
            if targets:
                moment = (Moment(time, event.event_name, identity.who, error or "ok", event.event_id or ""),)
                for target in targets:
                    self._change(target, moment, 1)

    def merge(self, other: Facts) -> None:
        """Take in the facts of another part of the logs."""
        self.unlisted += other.unlisted
        for act, (seen, addresses) in other.acts.items():
            mine = self._act(act, other.people[act[0]], seen.count)
            mine[0].merge(seen)
            self._note_addresses(mine[1], addresses)
        for hour, (count, failed) in other.hours.items():
            both = self._hour(hour)
            both[0] += count
            both[1] += failed
        for address, seen in other.addresses.items():
            self._address(address).merge(seen)
        for target, timeline in other.timelines.items():
            self._change(target, timeline.moments, timeline.length)

    def _act(
        self, key: tuple[str, str, str | None, str | None], identity: Identity, count: int = 1
    ) -> tuple[Seen, set[str]]:
        act = self.acts.get(key)
        if act is None:
            if self.full and key[0] != OTHERS.key:
                self.unlisted += count
                failed = None if key[3] is None else "(various)"
                return self._act((OTHERS.key, "(various)", None, failed), OTHERS)
            self.entries += 1 + (identity.key not in self.people)
            self.people[identity.key] = identity
            act = self.acts[key] = (Seen(), set())
        return act

    def _note_addresses(self, known: set[str], addresses: Iterable[str]) -> None:
        for address in addresses:
            if address not in known and not self.full:
                known.add(address)
                self.entries += 1

    def _hour(self, hour: str) -> list[int]:
        both = self.hours.get(hour)
        if both is None:
            both = [0, 0]
            if not self.full:
                self.hours[hour] = both
                self.entries += 1
        return both

    def _address(self, address: str) -> Seen:
        seen = self.addresses.get(address)
        if seen is None:
            if self.full and address != OTHERS.who:
                return self._address(OTHERS.who)
            seen = self.addresses[address] = Seen()
            self.entries += 1
        return seen

    def _change(self, target: str, moments: Sequence[Moment], length: int) -> None:
        timeline = self.timelines.get(target)
        if timeline is None:
            if self.full:
                return
            timeline = self.timelines[target] = Timeline()
            self.entries += 1
        kept = len(timeline.moments)
        timeline.add(moments if not self.full or not kept else (), length)
        self.entries += len(timeline.moments) - kept

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


def count(records: Iterable[Record], most: float = float("inf")) -> Facts:
    """The facts of these records, or of the first of them that make so many entries."""
    facts = Facts()
    for record in records:
        facts.add(record.event)
        if facts.entries >= most:
            break
    return facts


def count_few(records: Iterable[Record]) -> Facts:
    """The facts of as many of these records as one process hands to another at a time."""
    return count(records, FEW_ENTRIES)
