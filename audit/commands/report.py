"""`audit report`: who did what, from where, when, with which result."""

from __future__ import annotations

from pathlib import Path

from audit import logs
from audit.commands.events import tell, values
from audit.facts import Facts, count
from audit.findings import Finding
from audit.output import Format, opened, write_rows
from audit.report import DEED_COLUMNS, DeedRow, deed_rows
from audit.selection import Selection
from audit.sources.source import Source
from audit.unpack import DEFAULT_LIMIT


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
    total = facts.total
    title = f"Who did what: {total.count:,} events, {total.failed:,} failed"
    if total.count:
        title += f", {total.first} to {total.last}"
    write_rows(
        deed_rows(facts), DeedRow.__struct_fields__, form, output, table_columns=DEED_COLUMNS, title=title
    )
    return tell(findings)
