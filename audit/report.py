"""What the who-did-what report says, line by line; the terminal and the page show the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from audit.facts import MOST_MOMENTS, Deed, Facts, Seen

_MOST_RESOURCES = 20  # with a timeline in the terminal
_MOST_STEPS = 5  # of each of them
_COLUMNS = ("who", "identity", "account", "action", "result", "region", "from_", "times", "first", "last")


class DeedRow(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """One line of who did what. `account` is the caller's; `times` counts events; `first`, `last` are UTC."""

    who: str
    identity: str
    through: str
    action: str
    result: str
    region: str
    from_: str
    times: int
    first: str
    last: str
    account: str


def deed_rows(facts: Facts) -> Iterator[DeedRow]:
    """Who did what, ordered by who did it first, then by when."""
    began: dict[str, str] = {}
    deeds = facts.deeds
    for deed, (seen, _) in deeds.items():
        began[deed.who] = min(began.get(deed.who, "~"), seen.first)
    for deed, (seen, addresses) in sorted(
        deeds.items(), key=lambda item: (began[item[0].who], item[0].who, item[1][0].first, item[0])
    ):
        yield DeedRow(
            who=deed.who,
            identity=deed.kind,
            through=deed.service,
            action=deed.action,
            result=deed.result,
            region=deed.region,
            from_=_some(addresses),
            times=seen.count,
            first=seen.first,
            last=seen.last,
            account=deed.account,
        )


def deed_columns(rows: Iterable[DeedRow]) -> tuple[str, ...]:
    """The columns that people need: the account only where there are several."""
    several = len({row.account for row in rows}) > 1
    return tuple(name for name in _COLUMNS if several or name != "account")


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the report below who did what. Where lines are left out, `newest` says which ones stay."""

    name: str
    title: str
    heads: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    newest: bool = False


def sections(facts: Facts) -> list[Section]:
    """First-seen identities and addresses, failures, and what services did on someone's behalf."""
    deeds = [(deed, seen, _some(addresses)) for deed, (seen, addresses) in facts.deeds.items()]
    return [*_first_seen(facts), _failures(deeds), _services(deeds)]


def _first_seen(facts: Facts) -> Iterator[Section]:
    heads = ("First seen", "Last seen", "Events", "Failed")
    people = sorted(facts.identities.values(), key=lambda item: (item[1].first, item[0].key))
    rows = [(*_span(seen), who.explained(), who.arn) for who, seen in people]
    yield Section("identities", "Identities", (*heads, "Identity", "ARN"), rows, newest=True)
    places = sorted(facts.addresses.items(), key=lambda item: (item[1].first, item[0]))
    found = [(*_span(seen), address) for address, seen in places]
    yield Section("addresses", "Addresses", (*heads, "Address"), found, newest=True)


def _span(seen: Seen) -> tuple[str, str, int, int]:
    return seen.first, seen.last, seen.count, seen.failed


def _failures(deeds: list[tuple[Deed, Seen, str]]) -> Section:
    rows = [
        (deed.result, deed.action, deed.who, deed.region, where, seen.failed, seen.first, seen.last)
        for deed, seen, where in sorted(deeds, key=lambda item: (-item[1].failed, item[0]))
        if seen.failed
    ]
    heads = ("Error", "Action", "Who", "Region", "From", "Times", "First", "Last")
    return Section("failures", "Failures", heads, rows)


def _services(deeds: list[tuple[Deed, Seen, str]]) -> Section:
    rows = [
        (
            deed.service,
            "itself" if deed.kind == "AWSService" else deed.who,
            *(deed.action, deed.result, seen.count, seen.first, seen.last),
        )
        for deed, seen, _ in sorted(deeds, key=lambda item: (item[1].first, item[0]))
        if deed.service
    ]
    heads = ("Service", "On behalf of", "Action", "Result", "Times", "First", "Last")
    return Section("services", "Calls made by services", heads, rows)


def timelines(facts: Facts) -> Iterator[tuple[str, int, list[tuple[str, str, str, str]]]]:
    """For each resource its ARN, how often it was changed, and the newest: time, action, who, result."""
    for arn in sorted(facts.timelines):
        moments = sorted(facts.timelines[arn].moments)[-MOST_MOMENTS:]
        steps = [(moment.time, moment.action, moment.who, moment.result) for moment in moments]
        yield arn, facts.timelines[arn].length, steps


def recent_changes(facts: Facts) -> Section:
    """The timelines as one short section, for the terminal."""
    rows = [
        (*step, arn)
        for number, (arn, _, steps) in enumerate(timelines(facts))
        if number < _MOST_RESOURCES
        for step in steps[-_MOST_STEPS:]
    ]
    title = f"Timelines: the newest {_MOST_STEPS} changes of each resource"
    if len(facts.timelines) > _MOST_RESOURCES:
        title += f", {_MOST_RESOURCES} of {len(facts.timelines):,} resources"
    return Section("timelines", title, ("Time", "Action", "Who", "Result", "Resource"), rows)


def _some(addresses: set[str]) -> str:
    """The first three addresses in order, and how many more there are."""
    names = sorted(addresses)
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
