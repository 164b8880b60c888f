"""The who-did-what report as one HTML page that needs no network and runs no text of an event.

The tables' lines are in the page as JSON, whole; the page's script shows, filters and sorts them.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import msgspec

from audit.facts import MOST_MOMENTS, Facts
from audit.findings import Finding
from audit.plots import activity, bars
from audit.report import Section, all_changes, people, sections, who_did_what
from audit.selection import Selection
from console.text import shown

_FOLDER = Path(__file__).with_name("page")
_PAGE = Template((_FOLDER / "page.html").read_text())
_STYLE = (_FOLDER / "page.css").read_text()
_SCRIPT = (_FOLDER / "page.js").read_text()
_NOTHING = (
    "No line on this page has all of these words. It holds names, ARNs, accounts, addresses, actions,"
    " Regions, results and resources; `audit events` finds access keys, event and request IDs."
)
_TURNS = ("First", "Previous", "Next", "Last")


@dataclass(frozen=True, slots=True)
class About:
    """What a page is of: source and filters as given, how many files were read, when, and what was found.

    `roles`: all sessions of a role are one identity.
    """

    source: str
    selection: Selection
    made: datetime
    files: int
    findings: Sequence[Finding] = ()
    roles: bool = False


def page(facts: Facts, about: About) -> str:
    """The whole page; the same facts and circumstances give the same page."""
    tables = _tables(facts, about)
    parts = [("activity", "Activity", _activity(facts)), *((t.name, t.title, _shell(t)) for t in tables)]
    return _PAGE.substitute(
        policy=_policy(),
        style=_STYLE,
        script=_SCRIPT,
        data=_data(tables),
        summary=escape(shown(_summary(facts))),
        about=_about(about),
        warnings="".join(f'<p class="warning">{escape(text)}</p>' for text in _warnings(facts, about)),
        nav="".join(_link(name, title) for name, title, _ in parts),
        body="".join(
            f'<section id="{name}" aria-labelledby="{name}-title"><h2 id="{name}-title">{escape(title)}</h2>'
            f"{content}</section>"
            for name, title, content in parts
        ),
    )


def _policy() -> str:
    """What the page may use: this very style and this very script, and nothing that an event might bring."""
    style, script = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (_STYLE, _SCRIPT)
    )
    return (
        "default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _summary(facts: Facts) -> str:
    total = facts.total
    span = f", {total.first} to {total.last}" if total.count else ""
    return f"{total.count:,} events, {total.failed:,} failed{span} (UTC)"


def _about(about: About) -> str:
    lines = {
        "Source": f"{about.source}, {about.files:,} log files read",
        "Filters": "; ".join(about.selection.told()) or "none: all events",
        "Made": f"{about.made.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
    }
    if about.roles:
        lines["Identities"] = "all sessions of a role are one"
    return "".join(f"<dt>{escape(name)}</dt><dd>{escape(shown(text))}</dd>" for name, text in lines.items())


def _warnings(facts: Facts, about: About) -> Iterable[str]:
    """What is missing from this page, said at its top."""
    if about.findings:
        number = len(about.findings)
        yield f"{number:,} finding{'s' * (number > 1)} in the log files: events may be missing; see Findings."
    cut = [timeline.length for timeline in facts.timelines.values() if timeline.length > MOST_MOMENTS]
    if cut:
        yield (
            f"Cut: {sum(cut) - MOST_MOMENTS * len(cut):,} changes are counted but not in Timelines: of "
            f"{len(cut):,} resources with more than {MOST_MOMENTS} changes, it has the newest {MOST_MOMENTS}."
        )


def _tables(facts: Facts, about: About) -> list[Section]:
    rows = [(each.kind.code, each.kind.title, each.where, each.detail) for each in about.findings]
    findings = Section("findings", "Findings", ("Code", "What", "Where", "Detail"), rows)
    tables = (who_did_what(facts), *sections(facts), *all_changes(facts))
    return [*([findings] if rows else []), *map(_without_empty_columns, tables)]


def _without_empty_columns(table: Section) -> Section:
    filled = [number for number in range(len(table.heads)) if any(row[number] != "" for row in table.rows)]
    if len(filled) == len(table.heads) or not table.rows:
        return table
    rows = [tuple(row[number] for number in filled) for row in table.rows]
    return replace(table, heads=tuple(table.heads[number] for number in filled), rows=rows)


def _activity(facts: Facts) -> str:
    actions = [(name, seen.count, seen.failed) for name, seen in facts.actions.items()]
    ranked = f"{bars('action', actions, 'actions')}{bars('identity', people(facts), 'identities')}"
    return f'{activity(facts.hours)}<div class="plots">{ranked}</div>'


def _link(name: str, title: str) -> str:
    count = "" if name == "activity" else f' <span id="{name}-count">0</span>'
    return f'<li><a href="#{name}">{escape(title)}</a>{count}</li>'


def _shell(table: Section) -> str:
    """A table without its lines, and the buttons that turn its pages; the keyboard scrolls it, too."""
    if not table.rows:
        return "<p>None.</p>"
    label = escape(table.title)
    heads = "".join(
        f'<th scope="col" aria-sort="none"{" class=number" if kind == "number" else ""}>'
        f'<button type="button">{escape(head)}</button></th>'
        for head, kind in zip(table.heads, _kinds(table), strict=True)
    )
    turns = "".join(f'<button type="button" data-to="{to.lower()}" hidden>{to}</button>' for to in _TURNS)
    return (
        f'<p class="turn" id="{table.name}-turn"><span role="status"></span>{turns}</p>'
        '<p class="printed"></p>'
        f'<div class="scroll" role="region" aria-label="{label}, table" tabindex="0">'
        f'<table class="data" id="{table.name}-table"><caption>{label}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody></tbody></table></div>"
    )


_KINDS = {int: "number", tuple: "list"}


def _kinds(table: Section) -> list[str]:
    """Of each column, whether it holds numbers, lists of texts, or texts."""
    return [_KINDS.get(type(value), "text") for value in table.rows[0]]


def _data(tables: Sequence[Section]) -> str:
    """The lines of all tables as JSON: each text once, the columns by the texts' places."""
    places: dict[str, int] = {}

    def place(text: str) -> int:
        return places.setdefault(text, len(places))

    values = [_spec(table, place) for table in tables if table.rows]
    document = {"texts": list(map(shown, places)), "tables": values, "nothing": _NOTHING}
    text = msgspec.json.encode(document).decode()
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _spec(table: Section, place: Callable[[str], int]) -> dict[str, Any]:
    columns = [
        {"head": head, "kind": kind, "values": [_value(row[number], place) for row in table.rows]}
        for number, (head, kind) in enumerate(zip(table.heads, _kinds(table), strict=True))
    ]
    counting = [number for number, head in enumerate(table.heads) if head in {"Times", "Events"}]
    hidden = [[place(text) for text in texts] for texts in table.hidden] if table.hidden else None
    return {
        "name": table.name,
        "length": len(table.rows),
        "columns": columns,
        "hidden": hidden,
        "sums": counting[0] if counting else None,
    }


def _value(value: Any, place: Callable[[str], int]) -> Any:
    if isinstance(value, int):
        return value
    return [place(text) for text in value] if isinstance(value, tuple) else place(value)
