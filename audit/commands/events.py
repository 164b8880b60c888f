"""`audit events`: the delivered records of Image Builder (or any service), listed or downloaded."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TypeVar

from audit import logs
from audit.findings import Finding
from audit.output import Format, opened, write_rows
from audit.records import Record
from audit.rows import TABLE_COLUMNS, EventRow, row_of
from audit.selection import Selection
from audit.sources.source import Source
from audit.unpack import DEFAULT_LIMIT
from audit.workers import Part

T = TypeVar("T")


def events(
    source: Source,
    selection: Selection,
    *,
    form: Format = Format.TABLE,
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
    if form is Format.JSONL:
        with opened(output) as file:
            for text in values(logs.condensed(source, selection, lines, limit=limit), findings):
                file.write(text)
        return tell(findings)
    parts = values(logs.condensed(source, selection, rows, limit=limit), findings)
    found: Iterable[EventRow] = chain.from_iterable(parts)
    if form is Format.TABLE:
        found = sorted(found, key=lambda row: row.time)
    write_rows(found, EventRow.__struct_fields__, form, output, table_columns=TABLE_COLUMNS)
    return tell(findings)


def lines(records: Iterable[Record]) -> bytes:
    """CloudTrail's own records, one a line."""
    return b"".join([record.text + b"\n" for record in records])


def rows(records: Iterable[Record]) -> list[EventRow]:
    """The records as flat rows."""
    return list(map(row_of, records))


def values(parts: Iterable[Part[T]], findings: list[Finding]) -> Iterator[T]:
    """Pass what was read on and put the findings aside."""
    for part in parts:
        findings += part.tally.findings
        yield part.value


def tell(findings: list[Finding]) -> int:
    """Print the findings, one line each, to stderr; the exit code that they call for."""
    for finding in findings:
        print(finding, file=sys.stderr)  # noqa: T201 - what the command has to say
    return 1 if findings else 0
