"""The who-did-what report as one HTML page that needs no network and runs no text of an event."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice
from pathlib import Path
from string import Template

import msgspec

from audit.facts import Facts
from audit.plots import activity, bars
from audit.report import deed_rows, sections, timelines
from console.text import shown

_TEXT = Path(__file__).with_name("page.html").read_text()
_PAGE = Template(_TEXT)
_MOST_ROWS = 5000
_MOST_TIMELINES = 200
_NUMBERS = {"Events", "Failed", "Times"}
_FILTERED = {"identities", "addresses"}


def page(facts: Facts) -> str:
    """The whole page; the same facts give the same page."""
    total = facts.total
    span = f", {total.first} to {total.last}" if total.count else ""
    parts = {"Activity": ("activity", _activity(facts)), "Who did what": ("deeds", _deeds(facts))}
    for section in sections(facts):
        content = _table(
            section.name, section.title, section.heads, section.rows, filtered=section.name in _FILTERED
        )
        parts[section.title] = (section.name, content)
    parts["Timelines"] = ("timelines", _timelines(facts))
    return _PAGE.substitute(
        style=_hash_of("style"),
        script=_hash_of("script"),
        summary=escape(f"{total.count:,} events, {total.failed:,} failed{span} (UTC)"),
        nav="".join(f'<li><a href="#{name}">{escape(title)}</a></li>' for title, (name, _) in parts.items()),
        body="".join(
            f'<section id="{name}" aria-labelledby="{name}-title"><h2 id="{name}-title">{escape(title)}</h2>'
            f"{content}</section>"
            for title, (name, content) in parts.items()
        ),
    )


def _hash_of(tag: str) -> str:
    """What the page's policy allows to run: this very text, and nothing that an event might bring."""
    text = _TEXT.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0].replace("$$", "$")
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _activity(facts: Facts) -> str:
    actions = {name: (seen.count, seen.failed) for name, seen in facts.actions.items()}
    people: dict[str, list[int]] = {}
    for identity, seen in facts.identities.values():
        sums = people.setdefault(identity.who, [0, 0])
        sums[0] += seen.count
        sums[1] += seen.failed
    return (
        f'{activity(facts.hours)}<div class="plots">{bars("action", actions)}{bars("identity", people)}</div>'
    )


def _deeds(facts: Facts) -> str:
    heads = (
        "Who",
        "Identity",
        "Through",
        "Action",
        "Result",
        "Region",
        "From",
        "Times",
        "First",
        "Last",
        "Account",
    )
    rows = (msgspec.structs.astuple(row) for row in deed_rows(facts))
    return _table("deed", "Who did what", heads, rows, filtered=True)


def _timelines(facts: Facts) -> str:
    parts = []
    for arn, length, steps in islice(timelines(facts), _MOST_TIMELINES):
        note = f", the newest {len(steps)} shown" if length > len(steps) else ""
        table = _table("", arn, ("Time", "Action", "Who", "Result"), steps)
        parts.append(
            f"<details><summary>{escape(shown(arn))} ({length:,} changes{note})</summary>{table}</details>"
        )
    more = len(facts.timelines) - _MOST_TIMELINES
    if more > 0:
        parts.append(f"<p>{more:,} further resources are not shown.</p>")
    return "".join(parts) or "<p>No changes to pipelines, images, recipes or components.</p>"


def _table(
    name: str, title: str, heads: Sequence[str], rows: Iterable[Sequence[object]], *, filtered: bool = False
) -> str:
    """A table that scrolls sideways by keyboard, too; with a name, it has an id and may have a filter."""
    rows = iter(rows)
    lines = [f"<tr>{''.join(map(_cell, row))}</tr>" for row in islice(rows, _MOST_ROWS)]
    if not lines:
        return "<p>None.</p>"
    label = escape(shown(title))
    head = "".join(
        f'<th scope="col"{" class=number" if text in _NUMBERS else ""}>{escape(text)}</th>' for text in heads
    )
    named = f' id="{name}-table"' if name else ""
    table = (
        f'<div class="scroll" role="region" aria-label="{label}, table" tabindex="0">'
        f"<table{named}><caption>{label}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )
    left_out = sum(1 for _ in rows)
    if left_out:
        table += f"<p>{left_out:,} further lines are not shown; narrow the report down by its options.</p>"
    if not filtered:
        return table
    return (
        f'<p><label for="{name}-filter">Filter {label.lower()}: lines with all of these words</label></p>'
        f'<p><input id="{name}-filter" type="search" data-filters="{name}-table" autocomplete="off"> '
        f'<span id="{name}-table-status" role="status">{len(lines):,} lines</span></p>{table}'
    )


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f'<td class="number">{value:,}</td>'
    return f"<td>{escape(shown(value))}</td>"
