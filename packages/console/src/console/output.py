"""Writing results: table, json, jsonl, csv or parquet, to stdout or (all or nothing) to a file."""

from __future__ import annotations

import csv
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, get_args

import msgspec

from console.errors import OutputError

_WIDEST = 48
MOST_TABLE_ROWS = 500  # a terminal is no place for more
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# Control characters, line separators, and the marks that turn the direction of writing.
_UNSAFE = (*range(32), *range(127, 160), 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))
_MOST_BYTES = 256 * 2**20  # of one row of a Parquet file
_PARQUET_TYPES = {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE"}
_JSON = msgspec.json.Encoder(decimal_format="number")
_CONTROLS = {code: f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" for code in _UNSAFE}
_JSON_CONTROLS = {code: f"\\u{code:04x}" for code in _UNSAFE}


class Format(StrEnum):
    """How a list is written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


@contextmanager
def opened(output: Path | None) -> Iterator[BinaryIO]:
    """A place for the result's bytes: stdout, or a file that appears whole under its name or not at all.

    Raises:
        OutputError: the file cannot be written.

    """
    if output is None:
        with _stdout() as file:
            yield file
        return
    with _reported(output):
        place = output.resolve()  # what a link leads to is written, and the link stays
        special = place.exists() and not (place.is_file() or place.is_dir())
    if special:  # a device or a pipe, never to be replaced
        with _reported(output), output.open("wb") as file:
            yield file
        return
    try:
        handle, name = tempfile.mkstemp(prefix=f".{place.name[:100]}.", dir=place.parent)
    except OSError as error:
        raise OutputError(f"--output {output}: {error.strerror}; give a path in a writable folder") from error
    try:
        with _reported(output):
            with os.fdopen(handle, "wb") as file:
                yield file
            Path(name).chmod(place.stat().st_mode if place.exists() else 0o666 & ~_umask())
            Path(name).replace(place)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _stdout() -> Iterator[BinaryIO]:
    """Standard output. A full disk is told as any other place's; a reader who left is the caller's matter."""
    try:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left has nowhere to go
        raise OutputError(f"standard output: {error.strerror}") from error


@contextmanager
def _reported(output: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"--output {output}: {error.strerror}") from error


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

    `heads` are the columns' names as written, where they differ from the members', one for each of `columns`.

    Raises:
        OutputError: the file cannot be written.

    """
    names = dict(zip(columns, heads or columns, strict=True))
    encode = partial(_encode, names) if heads else _encode_whole
    with opened(output) as file:
        if form is Format.TABLE:
            _write_table(rows, {name: names[name] for name in table_columns or columns}, file, title)
        elif form is Format.CSV:
            _write_csv(rows, names, file)
        elif form is Format.JSONL:
            for row in rows:
                file.write(encode(row) + b"\n")
        elif form is Format.JSON:
            _write_json(rows, encode, file)
        else:
            _write_parquet(rows, names, file)


def _encode(names: Mapping[str, str], row: msgspec.Struct) -> bytes:
    return _escaped(_JSON.encode({head: getattr(row, name) for name, head in names.items()}))


def _encode_whole(row: msgspec.Struct) -> bytes:
    return _escaped(_JSON.encode(row))


def _escaped(line: bytes) -> bytes:
    """The same JSON; what a terminal might take for an order is escaped."""
    return line if line.isascii() else line.decode().translate(_JSON_CONTROLS).encode()


def _write_json(
    rows: Iterable[msgspec.Struct], encode: Callable[[msgspec.Struct], bytes], file: BinaryIO
) -> None:
    separator = b"[\n"
    for row in rows:
        file.write(separator + encode(row))
        separator = b",\n"
    file.write(b"\n]\n" if separator == b",\n" else b"[]\n")


def _write_csv(rows: Iterable[msgspec.Struct], names: Mapping[str, str], file: BinaryIO) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    written = _cell if not _terminal(file) else lambda value: _cell(value).translate(_CONTROLS)
    writer.writerow(map(written, names.values()))
    for row in rows:
        writer.writerow([written(getattr(row, name)) for name in names])
    text.flush()
    text.detach()


def _cell(value: object) -> str:
    """A CSV cell that no spreadsheet takes for a formula: a leading apostrophe makes it text.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    text = plain(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) and isinstance(value, str) else text


def plain(value: object) -> str:
    """A value as people read it: nothing for None, yes or no for booleans, JSON for what has parts."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list):
        return _JSON.encode(value).decode()
    return str(value)


def shown(value: object) -> str:
    """A value safe for a terminal: control characters (colours, cursor moves, line ends) are spelled out."""
    return plain(value).translate(_CONTROLS)


def _write_table(
    rows: Iterable[msgspec.Struct], names: Mapping[str, str], file: BinaryIO, title: str
) -> None:
    rows = iter(rows)
    cells = [[getattr(row, name) for name in names] for row in islice(rows, MOST_TABLE_ROWS)]
    heads = [name.strip("_").replace("_", " ") for name in names.values()]
    file.write(table(heads, cells, title=title, bold=colours(file)))
    more = sum(1 for _ in rows)
    if more:
        note = f"{more:,} further rows are not shown; --format jsonl or csv gives all"
        print(note, file=sys.stderr)  # noqa: T201


def table(
    heads: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "", bold: bool = False
) -> bytes:
    """Aligned columns in plain text; a cell too wide for its column pushes the others on and is never cut."""
    cells = [[shown(value) for value in row] for row in rows]
    heads = [shown(head.upper()) for head in heads]
    widths = [
        max(len(head), *(min(len(row[column]), _WIDEST) for row in cells)) if cells else len(head)
        for column, head in enumerate(heads)
    ]
    on, off = ("\x1b[1m", "\x1b[0m") if bold else ("", "")
    out = [f"{on}{shown(title)}{off}\n"] if title else []
    out.append(f"{on}{_line(heads, widths)}{off}\n")
    out += [f"{_line(row, widths)}\n" for row in cells]
    return "".join(out).encode()


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def colours(file: BinaryIO) -> bool:
    """Whether bold is welcome: on a terminal, unless NO_COLOR is set (https://no-color.org)."""
    return _terminal(file) and not os.environ.get("NO_COLOR")


def _terminal(file: BinaryIO) -> bool:
    return file is sys.stdout.buffer and sys.stdout.isatty()


def _write_parquet(rows: Iterable[msgspec.Struct], names: Mapping[str, str], file: BinaryIO) -> None:
    """Numbers and booleans keep their types, whatever else there is becomes text."""
    import duckdb  # noqa: PLC0415 - only Parquet pays for its import

    rows = iter(rows)
    first = next(rows, None)
    kinds = {part.name: _parquet_type(part.type) for part in msgspec.structs.fields(first)} if first else {}
    columns = {head: kinds.get(name, "VARCHAR") for name, head in names.items()}
    with tempfile.TemporaryDirectory() as folder:
        lines, result = Path(folder, "rows.jsonl"), Path(folder, "rows.parquet")
        with lines.open("wb") as sink:
            for row in chain([first] if first else [], rows):
                sink.write(_encode(names, row) + b"\n")
        try:
            duckdb.read_json(
                str(lines), format="newline_delimited", columns=columns, maximum_object_size=_MOST_BYTES
            ).write_parquet(str(result))
        except duckdb.Error as error:
            raise OutputError(f"not to be written as Parquet: {str(error).splitlines()[0]}") from error
        with result.open("rb") as written:
            shutil.copyfileobj(written, file)


def _parquet_type(kind: Any) -> str:
    kinds = set(get_args(kind) or (kind,)) - {type(None)}
    return _PARQUET_TYPES.get(kinds.pop(), "VARCHAR") if len(kinds) == 1 else "VARCHAR"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
