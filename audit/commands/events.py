"""`audit events`: the delivered records of Image Builder (or any service), listed or downloaded."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from audit import logs
from audit.aws import Aws
from audit.findings import Finding
from audit.output import Format, opened, write_rows
from audit.records import Record
from audit.rows import TABLE_COLUMNS, EventRow, row_of
from audit.selection import Selection
from audit.unpack import DEFAULT_LIMIT


def events(
    source: str,
    selection: Selection,
    *,
    form: Format = Format.TABLE,
    output: Path | None = None,
    aws: Aws | None = None,
    limit: int = DEFAULT_LIMIT,
) -> int:
    """List the wanted events of a source. `limit` bounds a log file's decompressed bytes.

    Returns 0, or 1 when anything was found wrong with the log files.

    Raises:
        SourceError: the source cannot be listed.
        OutputError: the result cannot be written.

    """
    findings: list[Finding] = []
    records = sound(logs.read(source, selection, aws=aws, limit=limit), findings)
    if form is Format.JSONL:
        with opened(output) as file:
            for record in records:
                file.write(record.text + b"\n")
    else:
        rows: Iterable[EventRow] = map(row_of, records)
        if form is Format.TABLE:
            rows = sorted(rows, key=lambda row: row.time)
        write_rows(rows, EventRow.__struct_fields__, form, output, table_columns=TABLE_COLUMNS)
    return tell(findings)


def sound(items: Iterator[Record | Finding], findings: list[Finding]) -> Iterator[Record]:
    """Pass records on and put findings aside."""
    for item in items:
        if isinstance(item, Finding):
            findings.append(item)
        else:
            yield item


def tell(findings: list[Finding]) -> int:
    """Print the findings, one line each, to stderr; the exit code that they call for."""
    for finding in findings:
        print(finding, file=sys.stderr)  # noqa: T201 - what the command has to say
    return 1 if findings else 0
