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
from pathlib import Path
from typing import BinaryIO

import msgspec

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}


class Format(StrEnum):
    """How a list is written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


class OutputError(Exception):
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
) -> None:
    """Write rows of one Struct type. `table_columns` are those that fit a terminal (all, if empty).

    Raises:
        OutputError: the file cannot be written.

    """
    with opened(output) as file:
        if form is Format.TABLE:
            _write_table(rows, table_columns or columns, file, title)
        elif form is Format.CSV:
            _write_csv(rows, columns, file)
        elif form is Format.JSONL:
            for row in rows:
                file.write(msgspec.json.encode(row) + b"\n")
        elif form is Format.JSON:
            _write_json(rows, file)
        else:
            _write_parquet(rows, columns, file)


def _write_json(rows: Iterable[msgspec.Struct], file: BinaryIO) -> None:
    separator = b"[\n"
    for row in rows:
        file.write(separator + msgspec.json.encode(row))
        separator = b",\n"
    file.write(b"\n]\n" if separator == b",\n" else b"[]\n")


def _write_csv(rows: Iterable[msgspec.Struct], columns: Sequence[str], file: BinaryIO) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(columns)
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


def _write_table(rows: Iterable[msgspec.Struct], columns: Sequence[str], file: BinaryIO, title: str) -> None:
    from rich.console import Console  # noqa: PLC0415 - only tables pay for its import
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(title=title or None, title_justify="left", title_style="bold")
    for name in columns:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(shown(getattr(row, name))) for name in columns))
    terminal = file is sys.stdout.buffer and sys.stdout.isatty()
    text = io.TextIOWrapper(file, encoding="utf-8", newline="\n", write_through=True)
    Console(file=text, width=None if terminal else 200, force_terminal=terminal).print(table)
    text.flush()
    text.detach()


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
