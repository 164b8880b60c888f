"""A translated query: its SQL, and the names and types of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audit.athena.translator import Typed
from audit.athena.types import Type


@dataclass(frozen=True, slots=True)
class Relation:
    """A query's SQL, whose columns are c0, c1, …; their names in Athena ("" for none) and types."""

    sql: str
    names: tuple[str, ...]
    types: tuple[Type, ...]


def cast_columns(side: Relation, kinds: Sequence[Type]) -> str:
    """Return the SQL of a relation whose columns are made of these types."""
    columns = (
        f"{Typed(f'c{place}', mine).to(kind)} AS c{place}"
        for place, (mine, kind) in enumerate(zip(side.types, kinds, strict=True))
    )
    return f"SELECT {', '.join(columns)} FROM ({side.sql})"
