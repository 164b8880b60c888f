"""Writing results: table, json, jsonl, csv or parquet, to stdout or (all or nothing) to a file."""

from __future__ import annotations

import csv
import io
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import msgspec

from audit.errors import AuditError

_WIDEST = 48
MOST_TABLE_ROWS = 500  # a terminal is no place for more
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# Control characters, line separators, and the marks that turn the direction of writing.
_UNSAFE = (*range(32), *range(127, 160), 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))
_CONTROLS = {code: f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" for code in _UNSAFE}


class Format(StrEnum):
    """How a list is written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


class OutputError(AuditError):
    """The result cannot be written where or as asked; the message says how to mend it."""


@contextmanager
def opened(output: Path | None) -> Iterator[BinaryIO]:
    """A place for the result's bytes: stdout, or a file that appears whole under its name or not at all.

    Raises:
        OutputError: the file cannot be written.

    """
    if output is None:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        handle, name = tempfile.mkstemp(prefix=f".{output.name}.", dir=output.parent)
    except OSError as error:
        raise OutputError(f"--output {output}: {error.strerror}; give a path in a writable folder") from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(output)
    except OSError as error:
        raise OutputError(f"--output {output}: {error.strerror}") from error
    finally:
        Path(name).unlink(missing_ok=True)


def write_rows(
    rows: Iterable[msgspec.Struct],
    columns: Sequence[str],
    form: Format,
    output: Path | None,
    *,
    table_columns: Sequence[str] = (),
    title: str = "",
    heads: Sequence[str] = (),
) -> None:
    """Write rows of one Struct type. `table_columns` are those that fit a terminal (all, if empty).

    `heads` are the columns' names as written, where they differ from the members'.

    Raises:
        OutputError: the file cannot be written.

    """
    with opened(output) as file:
        if form is Format.TABLE:
            _write_table(rows, table_columns or columns, file, title, heads)
        elif form is Format.CSV:
            _write_csv(rows, columns, file, heads or columns)
        elif form is Format.JSONL:
            for row in rows:
                file.write(msgspec.json.encode(row) + b"\n")
        elif form is Format.JSON:
            _write_json(rows, file)
        else:
            _write_parquet(rows, heads or columns, file)


def _write_json(rows: Iterable[msgspec.Struct], file: BinaryIO) -> None:
    separator = b"[\n"
    for row in rows:
        file.write(separator + msgspec.json.encode(row))
        separator = b",\n"
    file.write(b"\n]\n" if separator == b",\n" else b"[]\n")


def _write_csv(
    rows: Iterable[msgspec.Struct], columns: Sequence[str], file: BinaryIO, heads: Sequence[str]
) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(heads)
    for row in rows:
        writer.writerow([_cell(getattr(row, name)) for name in columns])
    text.flush()
    text.detach()


def _cell(value: object) -> str:
    """A CSV cell that no spreadsheet takes for a formula: a leading apostrophe makes it text.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    text = plain(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) and isinstance(value, str) else text


def plain(value: object) -> str:
    """A value as people read it: nothing for None, yes or no for booleans."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def shown(value: object) -> str:
    """A value safe for a terminal: control characters (colours, cursor moves, line ends) are spelled out."""
    return plain(value).translate(_CONTROLS)


def _write_table(
    rows: Iterable[msgspec.Struct],
    columns: Sequence[str],
    file: BinaryIO,
    title: str,
    heads: Sequence[str] = (),
) -> None:
    """Aligned columns in plain text; a cell too wide for its column pushes the others on and is never cut."""
    rows = iter(rows)
    cells = [[shown(getattr(row, name)) for name in columns] for row in islice(rows, MOST_TABLE_ROWS)]
    heads = [name.strip("_").replace("_", " ").upper() for name in heads or columns]
    widths = [
        max(len(head), *(min(len(row[column]), _WIDEST) for row in cells)) if cells else len(head)
        for column, head in enumerate(heads)
    ]
    bold, plain_again = ("\x1b[1m", "\x1b[0m") if _colours(file) else ("", "")
    out = [f"{bold}{title}{plain_again}\n"] if title else []
    out.append(f"{bold}{_line(heads, widths)}{plain_again}\n")
    out += [f"{_line(row, widths)}\n" for row in cells]
    file.write("".join(out).encode())
    more = sum(1 for _ in rows)
    if more:
        note = f"{more:,} further rows are not shown; --format jsonl or csv gives all"
        print(note, file=sys.stderr)  # noqa: T201


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _colours(file: BinaryIO) -> bool:
    """Whether bold is welcome: on a terminal, unless NO_COLOR is set (https://no-color.org)."""
    return file is sys.stdout.buffer and sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _write_parquet(rows: Iterable[msgspec.Struct], columns: Sequence[str], file: BinaryIO) -> None:
    import duckdb  # noqa: PLC0415 - only Parquet pays for its import

    with tempfile.TemporaryDirectory() as folder:
        lines, result = Path(folder, "rows.jsonl"), Path(folder, "rows.parquet")
        with lines.open("wb") as sink:
            for row in rows:
                sink.write(msgspec.json.encode(row) + b"\n")
        with duckdb.connect() as connection:
            table = connection.read_json(
                str(lines), format="newline_delimited", columns=dict.fromkeys(columns, "VARCHAR")
            )
            table.write_parquet(str(result))
        file.write(result.read_bytes())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
