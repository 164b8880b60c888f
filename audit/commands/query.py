"""`audit query`: SQL over delivered events, in the words of Athena."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec

from audit import logs, query
from audit.commands.events import lines, tell, values
from audit.findings import Finding
from audit.output import Format, write_rows
from audit.selection import Selection
from audit.sources.source import Source
from audit.unpack import DEFAULT_LIMIT


def run(
    sql: str,
    source: Source,
    selection: Selection,
    *,
    form: Format = Format.TABLE,
    output: Path | None = None,
    limit: int = DEFAULT_LIMIT,
) -> int:
    """Answer a SELECT, or a named query, over the wanted events of a source.

    Returns 0, or 1 when anything was found wrong with the log files.

    Raises:
        SourceError: the source cannot be listed.
        QueryError: the SQL cannot be run.
        OutputError: the result cannot be written.

    """
    findings: list[Finding] = []
    sql = query.named_queries().get(sql, sql)
    query.translated(sql)  # refuse bad SQL before reading anything
    result = query.run(sql, values(logs.condensed(source, selection, lines, limit=limit), findings))
    members = [f"c{number}" for number in range(len(result.columns))]
    row_type: Any = msgspec.defstruct(
        "Row",
        [(member, Any) for member in members],
        rename=dict(zip(members, result.columns, strict=True)),
    )
    rows = (row_type(*map(_plain, row)) for row in result.rows)
    write_rows(rows, members, form, output, heads=result.columns)
    return tell(findings)


def listed() -> int:
    """Name the queries that come with the program and what each answers."""
    for name, sql in query.named_queries().items():
        print(f"{name:26}{sql.splitlines()[0].removeprefix('-- ')}", file=sys.stdout)  # noqa: T201
    return 0


def _plain(value: Any) -> Any:
    """A value that each output can write: structs and lists as they are, what JSON does not know as text."""
    return value if isinstance(value, str | int | float | bool | None | dict | list) else str(value)
