"""`audit events`: the delivered records of Image Builder (or any service), listed or downloaded."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TypeVar

from audit import logs
from audit.findings import Finding
from audit.records import Record
from audit.rows import TABLE_COLUMNS, EventRow, row_of
from audit.selection import Selection
from audit.sources.source import Source
from audit.unpack import DEFAULT_LIMIT
from audit.workers import Part
from console.messages import say
from console.output import Format, write_json_lines, write_rows
from console.tables import MOST_TABLE_ROWS

T = TypeVar("T")
_MOST_ASIDE = 10_000  # findings that wait until the result is written


def events(
    source: Source,
    selection: Selection,
    *,
    format: Format = Format.TABLE,
    output: Path | None = None,
    limit: int = DEFAULT_LIMIT,
) -> int:
    """List the wanted events of a source. `limit` bounds a log file's decompressed bytes.

    Returns 0, or 1 when anything was found wrong with the log files.

    Raises:
        SourceError: the source cannot be listed.
        OutputError: the result cannot be written.

    """
    findings: list[Finding] = []
    if format is Format.JSONL:
        texts = values(logs.condensed(source, selection, lines, limit=limit), findings)
        write_json_lines(texts, output)
        return tell(findings)
    parts = values(logs.condensed(source, selection, rows, limit=limit), findings)
    found: Iterable[EventRow] = chain.from_iterable(parts)
    if format is Format.TABLE:
        found = newest(found)
    write_rows(found, EventRow.__struct_fields__, format, output, table_columns=TABLE_COLUMNS)
    return tell(findings)


def newest(found: Iterable[EventRow]) -> list[EventRow]:
    """As many of the newest rows as a table shows, oldest first, without keeping the others."""
    total = 0

    def counted() -> Iterator[EventRow]:
        nonlocal total
        for total, row in enumerate(found, 1):  # noqa: B007 - counted for the note below
            yield row

    kept = heapq.nlargest(MOST_TABLE_ROWS, counted(), key=lambda row: row.time)
    if total > len(kept):
        say(f"the newest {len(kept)} of {total:,} events; --format jsonl or csv gives all")
    return sorted(kept, key=lambda row: row.time)


def lines(records: Iterable[Record]) -> bytes:
    """CloudTrail's own records, one a line."""
    return b"".join([record.line() + b"\n" for record in records])


def rows(records: Iterable[Record]) -> list[EventRow]:
    """The records as flat rows."""
    return list(map(row_of, records))


def values(parts: Iterable[Part[T]], findings: list[Finding]) -> Iterator[T]:
    """Pass what was read on and put the findings aside; of very many, tell all but the last right away."""
    for part in parts:
        findings += part.tally.findings
        if len(findings) > _MOST_ASIDE:
            tell(findings[:-1])
            del findings[:-1]
        yield part.value


def tell(findings: list[Finding]) -> int:
    """Print the findings, one line each, to stderr; the exit code that they call for."""
    for finding in findings:
        say(str(finding))
    return 1 if findings else 0
