"""The who-did-what report as one HTML page that needs no network and runs no text of an event."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from string import Template

import msgspec

from audit.facts import MOST_MOMENTS, Facts
from audit.output import plain
from audit.plots import activity, bars
from audit.report import deed_rows

_PAGE = Template(Path(__file__).with_name("page.html").read_text())
_MOST_ROWS = 5000
_MOST_TIMELINES = 200


def page(facts: Facts) -> str:
    """The whole page."""
    total = facts.total
    span = f", {total.first} to {total.last}" if total.count else ""
    sections = {
        "Activity": ("activity", _activity(facts)),
        "Who did what": ("deeds", _deeds(facts)),
        "Identities": ("identities", _identities(facts)),
        "Addresses": ("addresses", _addresses(facts)),
        "Failures": ("failures", _failures(facts)),
        "Calls made by services": ("services", _services(facts)),
        "Timelines": ("timelines", _timelines(facts)),
    }
    return _PAGE.substitute(
        nonce=secrets.token_urlsafe(16),
        summary=escape(f"{total.count:,} events, {total.failed:,} failed{span} (UTC)"),
        nav="".join(f'<a href="#{name}">{escape(title)}</a>' for title, (name, _) in sections.items()),
        body="".join(
            f'<section id="{name}" aria-labelledby="{name}-title"><h2 id="{name}-title">{escape(title)}</h2>'
            f"{content}</section>"
            for title, (name, content) in sections.items()
        ),
    )


def _activity(facts: Facts) -> str:
    actions = {name: (seen.count, seen.failed) for name, seen in facts.actions.items()}
    people: dict[str, list[int]] = {}
    for identity, seen in facts.identities.values():
        sums = people.setdefault(identity.who, [0, 0])
        sums[0] += seen.count
        sums[1] += seen.failed
    plots = activity(facts.hours) + bars("Actions", actions) + bars("Identities", people)
    return f'<div class="plots">{plots}</div>'


def _deeds(facts: Facts) -> str:
    heads = ("Who", "Identity", "Through", "Action", "Result", "Region", "From", "Times", "First", "Last")
    rows = (msgspec.structs.astuple(row) for row in deed_rows(facts))
    return _table("deed-table", heads, rows, filtered=True)


def _identities(facts: Facts) -> str:
    heads = ("First seen", "Identity", "ARN", "Events", "Failed", "Last seen")
    known = sorted(facts.identities.values(), key=lambda item: (item[1].first, item[0].key))
    rows = (
        (seen.first, identity.explained(), identity.arn, seen.count, seen.failed, seen.last)
        for identity, seen in known
    )
    return _table("identity-table", heads, rows, filtered=True)


def _addresses(facts: Facts) -> str:
    known = sorted(facts.addresses.items(), key=lambda item: (item[1].first, item[0]))
    rows = ((seen.first, address, seen.count, seen.failed, seen.last) for address, seen in known)
    return _table(
        "address-table", ("First seen", "Address", "Events", "Failed", "Last seen"), rows, filtered=True
    )


def _failures(facts: Facts) -> str:
    failed = [(deed, seen) for deed, (seen, _) in facts.deeds.items() if seen.failed]
    failed.sort(key=lambda item: (-item[1].failed, item[0]))
    rows = (
        (deed.result, deed.action, deed.who, deed.region, seen.failed, seen.first, seen.last)
        for deed, seen in failed
    )
    return _table("failure-table", ("Error", "Action", "Who", "Region", "Times", "First", "Last"), rows)


def _services(facts: Facts) -> str:
    made = [(deed, seen) for deed, (seen, _) in facts.deeds.items() if deed.service]
    made.sort(key=lambda item: (item[1].first, item[0]))
    rows = (
        (
            deed.service,
            deed.who if deed.kind != "AWSService" else "itself",
            *(deed.action, deed.result, seen.count, seen.first, seen.last),
        )
        for deed, seen in made
    )
    heads = ("Service", "On behalf of", "Action", "Result", "Times", "First", "Last")
    return _table("service-table", heads, rows)


def _timelines(facts: Facts) -> str:
    parts = []
    for arn in sorted(facts.timelines)[:_MOST_TIMELINES]:
        moments = sorted(facts.timelines[arn].moments)[-MOST_MOMENTS:]
        length = facts.timelines[arn].length
        note = f", the newest {len(moments)} shown" if length > len(moments) else ""
        rows = ((moment.time, moment.action, moment.who, moment.result) for moment in moments)
        parts.append(
            f"<details><summary>{escape(arn)} ({length:,} changes{note})</summary>"
            f"{_table('', ('Time', 'Action', 'Who', 'Result'), rows)}</details>"
        )
    more = len(facts.timelines) - _MOST_TIMELINES
    if more > 0:
        parts.append(f"<p>{more:,} further resources are not shown.</p>")
    return "".join(parts) or "<p>No changes to pipelines, images, recipes or components.</p>"


def _table(
    name: str, heads: Sequence[str], rows: Iterable[Sequence[object]], *, filtered: bool = False
) -> str:
    lines = []
    left_out = 0
    for number, row in enumerate(rows):
        if number >= _MOST_ROWS:
            left_out += 1
        else:
            lines.append(f"<tr>{''.join(map(_cell, row))}</tr>")
    if not lines:
        return "<p>None.</p>"
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    table = (
        f'<div class="scroll"><table id="{name}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )
    if left_out:
        table += f"<p>{left_out:,} further lines are not shown; --format csv has all.</p>"
    if not filtered:
        return table
    return (
        f'<p><label for="{name}-filter">Filter: lines with all of these words</label></p>'
        f'<p><input id="{name}-filter" type="search" data-filters="{name}" autocomplete="off"> '
        f'<span id="{name}-status" role="status">{len(lines)} lines</span></p>{table}'
    )


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f'<td class="number">{value:,}</td>'
    return f"<td>{escape(plain(value))}</td>"
