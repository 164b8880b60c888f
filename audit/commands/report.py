"""`audit report`: who did what, from where, when, with which result."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from audit import logs
from audit.commands.looking import Looking
from audit.facts import MOST_ENTRIES, Facts, count_few
from audit.findings import USER_GUIDE, Finding, FindingKind, Severity
from audit.report import DeedRow, deed_columns, deed_rows, recent_changes, sections, some, without_accounts
from audit.roles import by_role
from audit.selection import Selection
from audit.sources.source import Source
from audit.unpack import DEFAULT_LIMIT
from console.files import opened
from console.messages import say
from console.output import Format, write_rows, write_text
from console.tables import MOST_TABLE_ROWS, Tables, tables

TOO_MUCH = FindingKind(
    "IBT110",
    Severity.ERROR,
    "report does not list everything",
    "Memory is bounded: beyond a number of entries, new identities, actions, results and addresses are "
    "counted together as (others), and new resources and hours are left out. All totals hold.",
    "Narrow it by --start and --end, or ask by `audit query`.",
    USER_GUIDE + "cloudtrail-log-file-examples.html",
)
_MOST_LINES = 20  # of a section in the terminal; the page has all


def report(
    source: Source,
    selection: Selection,
    *,
    format: Format = Format.TABLE,
    output: Path | None = None,
    html: Path | None = None,
    limit: int = DEFAULT_LIMIT,
    roles: bool = False,
) -> int:
    """Count the wanted events of a source and say who did what; with `html`, as a page in that file, too.

    With `roles`, all sessions of a role are one identity.

    The terminal stays empty where there is a page and neither another format nor an output is asked for.

    Returns 0, or 1 when anything was found wrong with the log files.

    Raises:
        SourceError: the source cannot be listed, or has no log file.
        UnknownNameError: nothing was found by a name that AWS does not have.
        OutputError: the result cannot be written.

    """
    looking, facts = Looking(source, selection), Facts()
    for part in looking.values(logs.condensed(source, selection, count_few, limit=limit, counts=True)):
        facts.merge(part)
    findings = looking.findings
    if facts.full:
        findings.append(_unlisted(source, facts))
    if looking.more:
        findings.append(Finding(TOO_MUCH, str(source), f"{looking.more:,} more findings are not on the page"))
    if roles:
        facts = by_role(facts)
    if html is not None:
        from audit.report_page import About, page  # noqa: PLC0415 - only the page pays for its template

        about = About(str(source), selection, datetime.now(UTC), looking.files, looking.findings, roles=roles)
        write_text(page(facts, about), html, "--html")
    if format is not Format.TABLE:
        heads = DeedRow.__struct_encode_fields__
        write_rows(deed_rows(facts), DeedRow.__struct_fields__, format, output, heads=heads)
    elif html is None or output is not None:
        with opened(output) as file, tables(file) as written:
            _write_tables(facts, written, whole=output is not None)
    return looking.tell()


def _unlisted(source: Source, facts: Facts) -> Finding:
    events = f"{facts.unlisted:,} of {facts.total.count:,} events"
    return Finding(TOO_MUCH, str(source), f"{events} are among (others), beyond {MOST_ENTRIES:,} entries")


def _write_tables(facts: Facts, written: Tables, *, whole: bool) -> None:
    """The report for people: who did what, and a part for each other question; short unless `whole`."""
    total = facts.total
    title = f"Who did what: {total.count:,} events, {total.failed:,} failed"
    if total.count:
        title += f", {total.first} to {total.last}"
    deeds = list(deed_rows(facts))
    columns = deed_columns(deeds)
    most = len(deeds) if whole else MOST_TABLE_ROWS
    lines = [[getattr(deed, name) for name in columns] for deed in deeds[:most]]
    written.write(columns, lines, title=title)
    for part in (*sections(facts), recent_changes(facts)):
        section = without_accounts(part)
        rows, name = [tuple(map(_cell, row)) for row in section.rows], section.title
        if not whole and len(rows) > _MOST_LINES and section.name != "timelines":
            name += f": {'the newest' if section.newest else 'the first'} {_MOST_LINES} of {len(rows):,}"
            rows = rows[-_MOST_LINES:] if section.newest else rows[:_MOST_LINES]
        if rows:
            written.write(section.heads, rows, title=name)
    if len(deeds) > most:
        say(f"{len(deeds) - most:,} further rows are not shown; --format jsonl or csv gives all")


def _cell(value: Any) -> Any:
    return some(value) if isinstance(value, tuple) else value
