"""The named queries: SQL in Athena's words, each in a file whose first line says what it answers."""

from __future__ import annotations

from pathlib import Path

import msgspec

from console.output import Format, write_rows

_FOLDER = Path(__file__).parent


class _QueryRow(msgspec.Struct, frozen=True):
    name: str
    answers: str


def named_queries() -> dict[str, str]:
    """The SQL of each named query by its name; its first line is a comment that says what it answers."""
    return {path.stem: path.read_text("utf-8") for path in sorted(_FOLDER.glob("*.sql"))}


def listed(format: Format, output: Path | None) -> int:
    """Name the queries and what each answers; returns 0.

    Raises:
        OutputError: the list cannot be written.

    """
    rows = [_QueryRow(name, sql.splitlines()[0].removeprefix("-- ")) for name, sql in named_queries().items()]
    write_rows(rows, _QueryRow.__struct_fields__, format, output, fold=True)
    return 0
