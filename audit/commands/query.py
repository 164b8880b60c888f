"""`audit query`: SQL over delivered events, in the words of Athena."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from audit import logs, query
from audit.commands.events import lines
from audit.commands.looking import Looking
from audit.queries import named_queries
from audit.selection import Selection
from audit.sources.source import Source
from audit.unpack import DEFAULT_LIMIT
from console.output import Format, write_rows

_DESCRIBE = re.compile(
    r"\s*(?:DESC|DESCRIBE|SHOW\s+COLUMNS\s+(?:FROM|IN))\s+[\"`]?(\w+)[\"`]?\s*;?\s*", re.IGNORECASE
)


def run(
    sql: str,
    source: Source,
    selection: Selection,
    *,
    format: Format = Format.TABLE,
    output: Path | None = None,
    limit: int = DEFAULT_LIMIT,
    memory: int = query.DEFAULT_MEMORY,
) -> int:
    """Answer a SELECT over the wanted events of a source.

    `memory` is what the engine may take, in bytes.

    Returns 0, or 1 when anything was found wrong with the log files.

    Raises:
        SourceError: the source cannot be listed, or has no log file.
        UnknownNameError: nothing was found by a name that AWS does not have.
        QueryError: the SQL cannot be run.
        OutputError: the result cannot be written.

    """
    looking = Looking(source, selection)
    query.translated(sql)  # refuse bad SQL before reading anything
    records = looking.values(logs.condensed(source, selection, lines, limit=limit))
    result = query.run(sql, records, memory)
    members = [f"c{number}" for number in range(len(result.columns))]
    row_type: Any = msgspec.defstruct("Row", list(zip(members, result.types, strict=True)))
    rows = (row_type(*map(_plain, row)) for row in result.rows)
    write_rows(rows, members, format, output, heads=_distinct(result.columns))
    return looking.tell()


def text_of(sql: str) -> str:
    """The SQL of a named query, of a file (@FILE) or of standard input (-), or the text itself.

    Raises:
        QueryError: there is no such query, or the file is no text.

    """
    if sql == "-":
        return _decoded(sys.stdin.buffer.read(), "standard input")
    if sql.startswith("@"):
        try:
            return _decoded(Path(sql[1:]).read_bytes(), sql[1:])
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise query.QueryError(f"{sql[1:]}: {why}; give a file with one SELECT") from error
    named = named_queries()
    if re.fullmatch(r"[\w-]+", sql) and sql not in named:
        raise query.QueryError(f"no query is called {sql}; there are {', '.join(named)}")
    return named.get(sql, sql)


def _decoded(text: bytes, where: str) -> str:
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise query.QueryError(f"{where}: not UTF-8, so no SQL") from None


def table_asked_for(sql: str) -> str | None:
    """The table that DESCRIBE or SHOW COLUMNS asks for; None for any other SQL."""
    found = _DESCRIBE.fullmatch(sql)
    return found[1].lower() if found else None


class _ColumnRow(msgspec.Struct, frozen=True):
    column: str
    type: str


def described(table: str, format: Format, output: Path | None) -> int:
    """List the columns of the table, with their types in Athena's words; returns 0.

    Raises:
        QueryError: there is no such table.
        OutputError: the list cannot be written.

    """
    if table != query.TABLE:
        raise query.QueryError(f"no table is called {table}; there is {query.TABLE}")
    rows = (_ColumnRow(name, str(kind)) for name, kind in query.column_types().items())
    write_rows(rows, _ColumnRow.__struct_fields__, format, output, fold=True)
    return 0


def _distinct(names: Sequence[str]) -> list[str]:
    """The names, numbered where they recur: a, a_1. Parquet takes a and A for one."""
    found: list[str] = []
    for name in names:
        tries = (f"{name}_{number}" if number else name for number in count())
        found.append(next(one for one in tries if one.lower() not in {known.lower() for known in found}))
    return found


def _plain(value: Any) -> Any:
    """A value that each output can write: structs, lists and numbers as they are, the rest as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if -(2**63) <= value < 2**63 else Decimal(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value if isinstance(value, str | float | bool | Decimal | None) else str(value)
