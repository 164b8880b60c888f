"""Lists as tables for people, and as JSON, JSON lines or CSV for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from enum import StrEnum

from rich.console import Console
from rich.table import Table

Row = Mapping[str, str | int | bool]


class ListFormat(StrEnum):
    """How a list is written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


def listing(rows: Sequence[Row], columns: Sequence[str], how: ListFormat) -> str:
    """Return the rows as text, ending in a newline; a table has just the columns named."""
    if how is ListFormat.JSON:
        return json.dumps(list(rows), indent=2) + "\n"
    if how is ListFormat.JSONL:
        return "".join(f"{json.dumps(row)}\n" for row in rows)
    if how is ListFormat.CSV:
        return _csv(rows, columns)
    return _table(rows, columns)


def _csv(rows: Sequence[Row], columns: Sequence[str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _table(rows: Sequence[Row], columns: Sequence[str]) -> str:
    table = Table(show_lines=False, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(str(row[column]) for column in columns))
    text = io.StringIO()
    Console(file=text, width=160, color_system=None, markup=False, emoji=False).print(table)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"
