"""`audit report`: who did what, from where, when, with which result."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

from audit import logs
from audit.commands.events import tell, values
from audit.facts import Facts, count
from audit.findings import Finding
from audit.report import DeedRow, deed_columns, deed_rows, recent_changes, sections
from audit.selection import Selection
from audit.sources.source import Source
from audit.unpack import DEFAULT_LIMIT
from console.output import MOST_TABLE_ROWS, Format, colours, opened, table, write_rows

_MOST_LINES = 20  # of a section in the terminal; the page has all


def report(
    source: Source,
    selection: Selection,
    *,
    form: Format = Format.TABLE,
    output: Path | None = None,
    html: Path | None = None,
    limit: int = DEFAULT_LIMIT,
) -> int:
    """Count the wanted events of a source and say who did what; with `html`, as a page in that file.

    Returns 0, or 1 when anything was found wrong with the log files.

    Raises:
        SourceError: the source cannot be listed.
        OutputError: the result cannot be written.

    """
    findings: list[Finding] = []
    facts = Facts()
    for part in values(logs.condensed(source, selection, count, limit=limit, counts=True), findings):
        facts.merge(part)
    if html is not None:
        from audit.report_page import page  # noqa: PLC0415 - only the page pays for its template

        with opened(html) as file:
            file.write(page(facts).encode())
        return tell(findings)
    if form is Format.TABLE:
        with opened(output) as file:
            _write_tables(facts, file)
        return tell(findings)
    write_rows(
        deed_rows(facts),
        DeedRow.__struct_fields__,
        form,
        output,
        heads=DeedRow.__struct_encode_fields__,
    )
    return tell(findings)


def _write_tables(facts: Facts, file: BinaryIO) -> None:
    """The report for people: who did what, and under it a short part for each other question."""
    total, bold = facts.total, colours(file)
    title = f"Who did what: {total.count:,} events, {total.failed:,} failed"
    if total.count:
        title += f", {total.first} to {total.last}"
    deeds = list(deed_rows(facts))
    columns = deed_columns(deeds)
    lines = [[getattr(deed, name) for name in columns] for deed in deeds[:MOST_TABLE_ROWS]]
    file.write(table([name.strip("_") for name in columns], lines, title=title, bold=bold))
    for section in (*sections(facts), recent_changes(facts)):
        rows, name = section.rows, section.title
        if len(rows) > _MOST_LINES and section.name != "timelines":
            name += f": {'the newest' if section.newest else 'the first'} {_MOST_LINES} of {len(rows):,}"
            rows = rows[-_MOST_LINES:] if section.newest else rows[:_MOST_LINES]
        if rows:
            file.write(b"\n" + table(section.heads, rows, title=name, bold=bold))
    if len(deeds) > MOST_TABLE_ROWS:
        note = f"{len(deeds) - MOST_TABLE_ROWS:,} further rows are not shown; --format jsonl or csv gives all"
        print(note, file=sys.stderr)  # noqa: T201
