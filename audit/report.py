"""What the who-did-what report says, line by line; the terminal and the page show the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from audit.facts import MOST_MOMENTS, Deed, Facts, Seen
from audit.identity import Identity
from console.output import Time

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
    first: Time
    last: Time
    account: str


def deed_rows(facts: Facts) -> Iterator[DeedRow]:
    """Who did what, ordered by who did it first, then by when."""
    for deed, seen, addresses in _deeds(facts):
        yield DeedRow(
            who=deed.who,
            identity=deed.kind,
            through=deed.service,
            action=deed.action,
            result=deed.result,
            region=deed.region,
            from_=some(addresses),
            times=seen.count,
            first=seen.first,
            last=seen.last,
            account=deed.account,
        )


def _deeds(facts: Facts) -> list[tuple[Deed, Seen, tuple[str, ...]]]:
    began: dict[tuple[str, str], str] = {}
    deeds = [(deed, seen, tuple(sorted(addresses))) for deed, (seen, addresses) in facts.deeds.items()]
    for deed, seen, _ in deeds:
        person = (deed.who, deed.account)
        began[person] = min(began.get(person, "~"), seen.first)

    def order(item: tuple[Deed, Seen, tuple[str, ...]]) -> tuple[Any, ...]:
        deed, seen, _ = item
        return began[deed.who, deed.account], deed.who, deed.account, seen.first, deed

    return sorted(deeds, key=order)


def deed_columns(rows: Iterable[DeedRow]) -> tuple[str, ...]:
    """The columns that people need: the account only where there are several."""
    several = len({row.account for row in rows} - {""}) > 1  # a service has none
    return tuple(name for name in _COLUMNS if several or name != "account")


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the report. A cell is text, a count, or several texts.

    `newest` says which lines stay where some are left out. `hidden` has for each line what it does not show
    but is to be found by.
    """

    name: str
    title: str
    heads: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    newest: bool = False
    hidden: list[tuple[str, ...]] | None = None


def sections(facts: Facts) -> list[Section]:
    """First-seen identities and addresses, actions, failures, and what services did on someone's behalf."""
    deeds = _deeds(facts)
    return [*_first_seen(facts), _failures(deeds), _services(deeds)]


def without_accounts(section: Section) -> Section:
    """The section without its column of accounts where they are all one: for where there is little room."""
    if "Account" not in section.heads:
        return section
    place = section.heads.index("Account")
    if len({row[place] for row in section.rows} - {""}) > 1:
        return section
    rows = [(*row[:place], *row[place + 1 :]) for row in section.rows]
    return replace(section, heads=tuple(head for head in section.heads if head != "Account"), rows=rows)


def who_did_what(facts: Facts) -> Section:
    """The deeds with all their addresses; they are found by the ARNs and prose of who did them, too."""
    names: dict[tuple[str, str, str, str], set[str]] = {}
    for who in facts.people.values():
        said = {who.arn, who.issuer, who.on_behalf_of, who.source_identity, who.explained()}
        names.setdefault(_person(who), set()).update(text for text in said if text)
    deeds = _deeds(facts)
    rows = [
        (
            *(deed.who, deed.kind, deed.account, deed.service, deed.action, deed.result, deed.region),
            *(addresses, seen.count, seen.first, seen.last),
        )
        for deed, seen, addresses in deeds
    ]
    heads = ("Who", "Identity", "Account", "Through", "Action", "Result", "Region", "From")
    hidden = [tuple(sorted(names[deed.who, deed.kind, deed.service, deed.account])) for deed, _, _ in deeds]
    return Section("deeds", "Who did what", (*heads, "Times", "First", "Last"), rows, hidden=hidden)


def _person(who: Identity) -> tuple[str, str, str, str]:
    return who.who, who.kind, who.service or "", who.account_id or ""


def _first_seen(facts: Facts) -> Iterator[Section]:
    heads = ("First seen", "Last seen", "Events", "Failed")
    people = sorted(facts.identities.values(), key=lambda item: (item[1].first, item[0].key))
    rows = [(*_span(seen), who.explained(), who.account_id or "", who.arn or "") for who, seen in people]
    yield Section("identities", "Identities", (*heads, "Identity", "Account", "ARN"), rows, newest=True)
    for name, title, head, found in (
        ("addresses", "Addresses", "Address", facts.addresses),
        ("actions", "Actions", "Action", facts.actions),
    ):
        ordered = sorted(found.items(), key=lambda item: (item[1].first, item[0]))
        yield Section(
            name, title, (*heads, head), [(*_span(seen), what) for what, seen in ordered], newest=True
        )


def _span(seen: Seen) -> tuple[str, str, int, int]:
    return seen.first, seen.last, seen.count, seen.failed


def _failures(deeds: list[tuple[Deed, Seen, tuple[str, ...]]]) -> Section:
    rows = [
        (
            *(deed.result, deed.action, deed.who, deed.account, deed.region),
            *(addresses, seen.failed, seen.first, seen.last),
        )
        for deed, seen, addresses in sorted(deeds, key=lambda item: (-item[1].failed, item[0]))
        if seen.failed
    ]
    heads = ("Error", "Action", "Who", "Account", "Region", "From", "Times", "First", "Last")
    return Section("failures", "Failures", heads, rows)


def _services(deeds: list[tuple[Deed, Seen, tuple[str, ...]]]) -> Section:
    rows = [
        (
            deed.service,
            "itself" if deed.kind == "AWSService" else deed.who,
            *(deed.account, deed.action, deed.result, deed.region, seen.count, seen.first, seen.last),
        )
        for deed, seen, _ in sorted(deeds, key=lambda item: (item[1].first, item[0]))
        if deed.service
    ]
    heads = ("Service", "On behalf of", "Account", "Action", "Result", "Region", "Times", "First", "Last")
    return Section("services", "Calls made by services", heads, rows)


def people(facts: Facts) -> list[tuple[str, int, int]]:
    """Events and failures by person: (name, all, failed), with the shortest name that tells them apart.

    The account is said where there are several, the kind of identity where one account has namesakes.
    """
    sums: dict[tuple[str, str, str], list[int]] = {}
    for who, seen in facts.identities.values():
        both = sums.setdefault((who.who, who.account_id or "", who.kind), [0, 0])
        both[0] += seen.count
        both[1] += seen.failed
    several = len({account for _, account, _ in sums if account}) > 1
    accounts = Counter(name for name, _ in {(name, account) for name, account, _ in sums})
    namesakes = Counter((name, account) for name, account, _ in sums)
    found = []
    for (name, account, kind), (count, failed) in sums.items():
        told = [kind] if namesakes[name, account] > 1 else []
        if (several or accounts[name] > 1) and account not in name.split():
            told.append(account or "no account")
        found.append((f"{name} ({', '.join(told)})" if told else name, count, failed))
    return found


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


def all_changes(facts: Facts) -> list[Section]:
    """Each resource with the number of its changes, and all of these that are kept, resource by resource."""
    lines = list(timelines(facts))
    resources = [(arn, length, len(steps), steps[0][0], steps[-1][0]) for arn, length, steps in lines]
    rows = [(arn, *step) for arn, _, steps in lines for step in steps]
    return [
        Section("resources", "Resources", ("Resource", "Changes", "Listed", "From", "To"), resources),
        Section("timelines", "Timelines", ("Resource", "Time", "Action", "Who", "Result"), rows),
    ]


def some(texts: Iterable[str]) -> str:
    """The first three of these texts, which are in order, and how many more there are."""
    names = list(texts)
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
