"""Rows as a Parquet file, written by DuckDB."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, get_args

import msgspec

from console.errors import OutputError, UserError
from console.json import encode
from console.streams import at_terminal

_LEAST_BYTES = 2**20  # of one row for which DuckDB has room anyway: it takes several times that of memory
_ROWS = 16_384  # written at a time, and so in memory together
_TYPES = {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE"}


def write_parquet(rows: Iterable[msgspec.Struct], names: Mapping[str, str], file: BinaryIO) -> None:
    """Write the members that `names` gives a column; numbers and booleans keep their types, the rest is text.

    Raises:
        UserError: DuckDB is not installed, or the file is a terminal.
        OutputError: DuckDB cannot write the rows.

    """
    if at_terminal(file):
        raise OutputError("Parquet is not for a terminal: give --output FILE, or send it into a pipe")
    try:
        import duckdb  # noqa: PLC0415 - only Parquet pays for its import
    except ModuleNotFoundError:
        raise UserError("--format parquet needs DuckDB: pip install duckdb") from None
    rows = iter(rows)
    first = next(rows, None)
    kinds = {part.name: _type(part.type) for part in msgspec.structs.fields(first)} if first else {}
    columns = {head: kinds.get(name, "VARCHAR") for name, head in names.items()}
    with tempfile.TemporaryDirectory() as folder:
        lines, result = Path(folder, "rows.jsonl"), Path(folder, "rows.parquet")
        longest = _LEAST_BYTES
        with lines.open("wb") as sink:
            for row in chain([first] if first else [], rows):
                line = encode({head: getattr(row, name) for name, head in names.items()}) + b"\n"
                longest = max(longest, sink.write(line))
        try:
            with duckdb.connect(config={"threads": 1, "temp_directory": folder}) as connection:
                connection.read_json(
                    str(lines), format="newline_delimited", columns=columns, maximum_object_size=longest
                ).write_parquet(str(result), row_group_size=_ROWS)
        except duckdb.Error as error:
            raise OutputError(f"cannot be written as Parquet: {str(error).splitlines()[0]}") from error
        with result.open("rb") as written:
            shutil.copyfileobj(written, file)


def _type(kind: Any) -> str:
    kinds = set(get_args(kind) or (kind,)) - {type(None)}
    return _TYPES.get(kinds.pop(), "VARCHAR") if len(kinds) == 1 else "VARCHAR"
