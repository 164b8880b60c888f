"""Rows as a Parquet file, written by DuckDB."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, BinaryIO, get_args, get_origin

import msgspec

from console.errors import OutputError, UserError
from console.json import encode
from console.streams import at_terminal

_LOCAL, _UTC = "TIMESTAMP", "TIMESTAMPTZ"
_LEAST_BYTES = 2**20  # of one row for which DuckDB has room anyway: it takes several times that of memory
_ROWS = 16_384  # written at a time, and so in memory together
_TYPES = {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE"}


def write_parquet(rows: Iterable[msgspec.Struct], names: Mapping[str, str], file: BinaryIO) -> None:
    """Write the members that `names` gives a column; numbers, booleans and times keep their types.

    The rest is text.

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
    times = {name: kinds[name] for name in names if kinds.get(name) in (_LOCAL, _UTC)}
    with tempfile.TemporaryDirectory() as folder:
        lines, result = Path(folder, "rows.jsonl"), Path(folder, "rows.parquet")
        longest = _LEAST_BYTES
        with lines.open("wb") as sink:
            for row in chain([first] if first else [], rows):
                values = {name: getattr(row, name) for name in names}
                values |= {name: _moment(values[name], kind) for name, kind in times.items()}
                line = encode({names[name]: value for name, value in values.items()}) + b"\n"
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


def _moment(text: str | None, kind: str) -> str | None:
    """A time in the one form that DuckDB reads, whatever zone it is in; ISO 8601 has others."""
    if text is None:
        return None
    time = datetime.fromisoformat(text.removesuffix(" UTC"))  # as Athena writes a zone
    if kind == _LOCAL:
        return time.replace(tzinfo=None).isoformat(" ")
    return (time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)).isoformat(" ")


def _type(kind: Any) -> str:
    alternatives = (kind,) if get_origin(kind) is Annotated else get_args(kind) or (kind,)
    kinds = [one for one in alternatives if one is not type(None)]
    if len(kinds) != 1:
        return "VARCHAR"
    if get_origin(kinds[0]) is Annotated:
        return str(kinds[0].__metadata__[0].extra["parquet"])
    return _TYPES.get(kinds[0], "VARCHAR")
