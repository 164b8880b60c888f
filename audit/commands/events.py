"""`audit events`: the delivered records of Image Builder (or any service), listed or downloaded."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import TypeVar

from audit import logs
from audit.commands.looking import Looking
from audit.records import Record
from audit.rows import TABLE_COLUMNS, EventRow, row_of
from audit.selection import Selection
from audit.sources.source import Source
from audit.unpack import DEFAULT_LIMIT
from console.messages import say
from console.output import Format, write_json_lines, write_rows
from console.tables import MOST_TABLE_ROWS

T = TypeVar("T")


def events(
    source: Source,
    selection: Selection,
    *,
    format: Format = Format.TABLE,
    output: Path | None = None,
    limit: int = DEFAULT_LIMIT,
    newest: int | None = None,
    columns: Sequence[str] = (),
) -> int:
    """List the wanted events of a source, only the `newest` so many of them where that is given.

    `limit` bounds a log file's decompressed bytes. `columns` are those written;
    without them all are, or a table's own.

    Returns 0, or 1 when anything was found wrong with the log files.

    Raises:
        SourceError: the source cannot be listed, or has no log file.
        UnknownNameError: nothing was found by a name that AWS does not have.
        OutputError: the result cannot be written.

    """
    looking = Looking(source, selection)
    if format is Format.JSONL:
        write_json_lines(_lines(source, selection, looking, limit, newest), output)
        return looking.tell()
    parts = looking.values(logs.condensed(source, selection, rows, limit=limit))
    write_events(chain.from_iterable(parts), format, output, newest, columns)
    return looking.tell()


def write_events(
    found: Iterable[EventRow], format: Format, output: Path | None, newest: int | None, columns: Sequence[str]
) -> None:
    """Write events as rows, as `events` and `history` do; those of a table, and the newest, in order of time.

    Raises:
        OutputError: the result cannot be written.

    """
    time, shown = attrgetter("time"), format is Format.TABLE and output is None
    if shown or newest is not None:
        most = min(MOST_TABLE_ROWS, newest or MOST_TABLE_ROWS) if shown else newest
        found = newest_of(found, most or MOST_TABLE_ROWS, time, told=newest is None)
    elif format is Format.TABLE:
        found = sorted(found, key=time)
    names = columns or EventRow.__struct_fields__
    write_rows(found, names, format, output, table_columns=columns or TABLE_COLUMNS)


def newest_of(found: Iterable[T], most: int, time: Callable[[T], str], *, told: bool) -> list[T]:
    """The newest so many, oldest first, without keeping the others; `told`: say how many others there are."""
    total = 0

    def counted() -> Iterator[T]:
        nonlocal total
        for total, item in enumerate(found, 1):  # noqa: B007 - counted for the note below
            yield item

    kept = heapq.nlargest(most, counted(), key=time)
    if told and total > len(kept):
        say(f"the newest {len(kept)} of {total:,} events; --format jsonl or csv gives all")
    return sorted(kept, key=time)


def _lines(
    source: Source, selection: Selection, looking: Looking, limit: int, newest: int | None
) -> Iterable[bytes]:
    """CloudTrail's own records as lines."""
    if newest is None:
        return looking.values(logs.condensed(source, selection, lines, limit=limit))
    parts = looking.values(logs.condensed(source, selection, timed_lines, limit=limit))
    kept = newest_of(chain.from_iterable(parts), newest, itemgetter(0), told=False)
    return map(itemgetter(1), kept)


def lines(records: Iterable[Record]) -> bytes:
    """CloudTrail's own records, one a line."""
    return b"".join([record.line() + b"\n" for record in records])


def timed_lines(records: Iterable[Record]) -> list[tuple[str, bytes]]:
    """CloudTrail's own records, one a line, each with its time."""
    return [(record.event.event_time, record.line() + b"\n") for record in records]


def rows(records: Iterable[Record]) -> list[EventRow]:
    """The records as flat rows."""
    return list(map(row_of, records))
