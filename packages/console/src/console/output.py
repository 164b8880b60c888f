"""The one writer of results: a list as table, JSON, JSON lines, CSV or Parquet; other text as it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec

from console import json
from console.files import opened
from console.messages import say
from console.streams import at_terminal, standard_output
from console.tables import MOST_TABLE_ROWS, tables
from console.text import csv_cell, json_safe, safe

Time = Annotated[str, msgspec.Meta(extra={"parquet": "TIMESTAMPTZ"})]
"""The type of an ISO 8601 time, UTC if unsaid: text, but a timestamp in UTC in Parquet."""
LocalTime = Annotated[str, msgspec.Meta(extra={"parquet": "TIMESTAMP"})]
"""The same of a time whose zone is not known."""


class Format(StrEnum):
    """What a result can be written as. A command says which of these it takes."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    HTML = "html"
    MARKDOWN = "md"


LIST_FORMATS = (Format.TABLE, Format.JSON, Format.JSONL, Format.CSV)
DATA_FORMATS = (*LIST_FORMATS, Format.PARQUET)


def write_rows(
    rows: Iterable[msgspec.Struct],
    columns: Sequence[str],
    format: Format,
    output: Path | None,
    *,
    table_columns: Sequence[str] = (),
    title: str = "",
    heads: Sequence[str] = (),
    fold: bool = False,
) -> None:
    """Write rows of one Struct type. `table_columns` are those that a table has (all, if empty).

    `heads` are the columns' names as written, where they differ from the members', one for each of `columns`.
    A table on standard output has its first MOST_TABLE_ROWS rows, in a file all of them.
    With `fold`, the cells of a table that is too wide for the terminal are folded instead of cut.

    Raises:
        OutputError: the file cannot be written.

    """
    names = dict(zip(columns, heads or columns, strict=True))
    encode = partial(_encode, names) if heads else json.encode
    with opened(output) as file:
        if format is Format.TABLE:
            shown = {name: names[name] for name in table_columns or columns}
            most = MOST_TABLE_ROWS if output is None else None
            _write_table(rows, shown, file, title, fold=fold, most=most)
        elif format is Format.CSV:
            _write_csv(rows, names, file)
        elif format is Format.PARQUET:
            from console.parquet import write_parquet  # noqa: PLC0415 - seldom asked for

            write_parquet(rows, names, file)
        elif format is Format.JSON:
            file.writelines(_array(map(_json_line, _encoded(rows, encode))))
        else:
            file.writelines(map(_json_line, _encoded(rows, encode)))


@contextmanager
def growing(columns: Sequence[str], format: Format) -> Iterator[Callable[[Sequence[msgspec.Struct]], None]]:
    """Write rows to standard output bit by bit, as a table or CSV without end: each bit is seen at once.

    Raises:
        OutputError: nothing can be written there.

    """
    names, begun = {name: name for name in columns}, False
    with standard_output() as file, tables(file) as table:

        def write(rows: Sequence[msgspec.Struct]) -> None:
            nonlocal begun
            if rows and format is Format.CSV:
                _write_csv(rows, names, file, heads=not begun)
            elif rows:
                cells = [[getattr(row, name) for name in names] for row in rows]
                table.more(cells) if begun else table.write(columns, cells)
            begun = begun or bool(rows)
            file.flush()

        yield write


def write_json_lines(lines: Iterable[bytes], output: Path | None) -> None:
    """Write JSON as it is, byte for byte; on a terminal, characters that it would obey are escaped.

    Raises:
        OutputError: the file cannot be written.

    """
    with opened(output) as file:
        file.writelines(map(_json_line, lines) if at_terminal(file) else lines)


def write_text(text: str, output: Path | None, option: str = "--output") -> None:
    """Write a text of this program's own, such as a page or a document; `option` is what named the file.

    Raises:
        OutputError: the file cannot be written.

    """
    with opened(output, option) as file:
        lines = text.split("\n") if at_terminal(file) else ()
        file.write(("\n".join(map(safe, lines)) if lines else text).encode())


def _encode(names: Mapping[str, str], row: msgspec.Struct) -> bytes:
    return json.encode({head: getattr(row, name) for name, head in names.items()})


def _encoded(rows: Iterable[msgspec.Struct], encode: Callable[[msgspec.Struct], bytes]) -> Iterator[bytes]:
    return (encode(row) + b"\n" for row in rows)


def _json_line(line: bytes) -> bytes:
    """The same JSON; what a terminal might take for an order is escaped."""
    if line.isascii() and b"\x7f" not in line:
        return line
    return json_safe(line.decode(errors="surrogateescape")).encode()


def _array(lines: Iterable[bytes]) -> Iterator[bytes]:
    separator = b"[\n"
    for line in lines:
        yield separator + line.removesuffix(b"\n")
        separator = b",\n"
    yield b"\n]\n" if separator == b",\n" else b"[]\n"


def _write_csv(
    rows: Iterable[msgspec.Struct], names: Mapping[str, str], file: BinaryIO, *, heads: bool = True
) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True, errors="backslashreplace")
    terminal = at_terminal(file)
    writer = csv.writer(text, lineterminator="\n" if terminal else "\r\n")
    written = (lambda value: safe(csv_cell(value))) if terminal else csv_cell
    try:
        if heads:
            writer.writerow(list(map(written, names.values())))
        values = _getter(list(names))
        for row in rows:
            writer.writerow(list(map(written, values(row))))
    finally:
        text.detach()  # else standard output would be closed with it


def _getter(names: Sequence[str]) -> Callable[[msgspec.Struct], Sequence[object]]:
    """What gives the members of a row, all at once."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda row: [getattr(row, name) for name in names]


def _write_table(
    rows: Iterable[msgspec.Struct],
    names: Mapping[str, str],
    file: BinaryIO,
    title: str,
    *,
    fold: bool,
    most: int | None,
) -> None:
    rows = iter(rows)
    cells = [[getattr(row, name) for name in names] for row in islice(rows, most)]
    with tables(file) as written:
        written.write(list(names.values()), cells, title=title, fold=fold)
    more = sum(1 for _ in rows)
    if more:
        say(f"{more:,} further rows are not shown; --format jsonl or csv gives all")
