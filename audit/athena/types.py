"""Trino's types, as far as they are answered here, and how DuckDB holds their values.

https://trino.io/docs/current/language/types.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from audit.errors import AuditError


class QueryError(AuditError):
    """The SQL cannot be run; the message says why."""


@dataclass(frozen=True, slots=True)
class Type:
    """A type: `parts` are its elements', `fields` the names of a row's, `digits` what stands in brackets."""

    name: str
    parts: tuple[Type, ...] = ()
    fields: tuple[str, ...] = ()
    digits: tuple[int, ...] = ()

    def __str__(self) -> str:
        if self.name == "row":
            named = (f"{name} {part}".strip() for name, part in zip(self.fields, self.parts, strict=True))
            return f"row({', '.join(named)})"
        inside = ",".join(map(str, self.parts or self.digits))
        name, _, zone = self.name.partition(" ")
        return f"{name}({inside})" + (f" {zone}" if zone else "") if inside else self.name

    @property
    def duck(self) -> str:
        """DuckDB's name for what holds its values. Times with a zone are UTC here, so plain timestamps."""
        if self.name == "row":
            members = (
                f'"{name}" {part.duck}' for name, part in zip(members_of(self), self.parts, strict=True)
            )
            return f"STRUCT({', '.join(members)})"
        if self.name == "array":
            return f"{self.parts[0].duck}[]"
        if self.name == "map":
            return f"MAP({self.parts[0].duck}, {self.parts[1].duck})"
        if self.name == "decimal":
            return f"DECIMAL({self.digits[0]}, {self.digits[1]})"
        return _DUCK[self.name]


_DUCK = {
    **{
        name: name.upper()
        for name in ("boolean", "tinyint", "smallint", "integer", "bigint", "double", "date")
    },
    "varchar": "VARCHAR",
    "json": "VARCHAR",
    "unknown": "VARCHAR",
    "varbinary": "BLOB",
    "timestamp": "TIMESTAMP",
    "timestamp with time zone": "TIMESTAMP",
    "interval": "INTERVAL",
}
INTEGERS = ("tinyint", "smallint", "integer", "bigint")
_INTEGER_DIGITS = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}
ZONED = "timestamp with time zone"
MOST_DIGITS = 38  # of a decimal
MOST_PLACES = 3  # of a second: https://docs.aws.amazon.com/athena/latest/ug/data-types.html

BOOLEAN, INTEGER, BIGINT, DOUBLE = Type("boolean"), Type("integer"), Type("bigint"), Type("double")
VARCHAR, VARBINARY, DATE, JSON = Type("varchar"), Type("varbinary"), Type("date"), Type("json")
UNKNOWN, INTERVAL = Type("unknown"), Type("interval")


def decimal(digits: int, scale: int) -> Type:
    """The decimal of that many digits, or as many as there can be, so many of them after the point."""
    return Type("decimal", digits=(min(MOST_DIGITS, digits), scale))


def timestamp(digits: int, name: str = "timestamp") -> Type:
    """A timestamp with that many digits of a second's fraction."""
    return Type(name, digits=(digits,))


def array(of: Type) -> Type:
    """The array of such elements."""
    return Type("array", (of,))


def members_of(row: Type) -> list[str]:
    """The names under which DuckDB holds a row's fields; nameless ones are named by their place."""
    return [name or f"_{place}" for place, name in enumerate(row.fields)]


def is_number(kind: Type) -> bool:
    """Whether one can reckon with it."""
    return kind.name in {*INTEGERS, "decimal", "double"}


def is_time(kind: Type) -> bool:
    """Whether it is a date or a timestamp."""
    return kind.name in {"date", "timestamp", ZONED}


def as_decimal(kind: Type) -> Type:
    """The decimal that holds every value of an integer type; a decimal itself."""
    return kind if kind.name == "decimal" else decimal(_INTEGER_DIGITS[kind.name], 0)


def common(one: Type, other: Type) -> Type | None:
    """The type to which Trino turns both without being asked; None where there is none."""
    if one == other or other.name == "unknown":
        return one
    if one.name == "unknown":
        return other
    if is_number(one) and is_number(other):
        return _common_number(one, other)
    if is_time(one) and is_time(other):
        names = ("date", "timestamp", ZONED)
        name = max(one.name, other.name, key=names.index)
        return timestamp(max((*one.digits, *other.digits, 0)), name)
    if one.name == other.name and one.name in {"array", "map"}:
        parts = [common(mine, theirs) for mine, theirs in zip(one.parts, other.parts, strict=True)]
        return Type(one.name, tuple(part for part in parts if part)) if all(parts) else None
    return None


def _common_number(one: Type, other: Type) -> Type:
    names = {one.name, other.name}
    if "double" in names:
        return DOUBLE
    if "decimal" not in names:
        return max(one, other, key=lambda kind: INTEGERS.index(kind.name))
    (digits, scale), (others, other_scale) = as_decimal(one).digits, as_decimal(other).digits
    most = max(scale, other_scale)
    return decimal(max(digits - scale, others - other_scale) + most, most)


def common_of(kinds: Sequence[Type], what: str) -> Type:
    """The type that all of these have in common.

    Raises:
        QueryError: there is none.

    """
    found = kinds[0]
    for kind in kinds[1:]:
        both = common(found, kind)
        if both is None:
            raise QueryError(
                f"{what}: {found} and {kind} are different types, also to Athena: cast one of them"
            )
        found = both
    return found


def read_type(kind: exp.Expr) -> Type:
    """The type that a text names, as sqlglot read it.

    Raises:
        QueryError: it is none that is answered here.

    """
    name = kind.this.name if isinstance(kind, exp.DataType) and isinstance(kind.this, exp.DType) else ""
    inside = [int(part.name) for part in kind.expressions if isinstance(part, exp.DataTypeParam)]
    if name in {"STRUCT", "ROW"}:
        parts = [
            (part.name, part.args["kind"]) for part in kind.expressions if isinstance(part, exp.ColumnDef)
        ]
        if parts and len(parts) == len(kind.expressions):
            return Type(
                "row", tuple(read_type(of) for _, of in parts), tuple(named.lower() for named, _ in parts)
            )
    if name in {"ARRAY", "LIST", "MAP"}:
        return Type("map" if name == "MAP" else "array", tuple(map(read_type, kind.expressions)))
    if name == "DECIMAL":
        return decimal(*((*inside, 0)[:2] if inside else (MOST_DIGITS, 0)))
    if name in {"TIMESTAMP", "TIMESTAMPTZ"} and (not inside or inside[0] <= MOST_PLACES):
        return timestamp(inside[0] if inside else 3, ZONED if name == "TIMESTAMPTZ" else "timestamp")
    if name in _NAMED and (name == "VARCHAR" or not inside):
        return _NAMED[name]
    raise QueryError(f"{kind.sql('athena')}: values of this type are not answered here")


_NAMED = {
    "BOOLEAN": BOOLEAN,
    "TINYINT": Type("tinyint"),
    "SMALLINT": Type("smallint"),
    "INT": INTEGER,
    "BIGINT": BIGINT,
    "DOUBLE": DOUBLE,
    "VARCHAR": VARCHAR,
    "TEXT": VARCHAR,
    "DATE": DATE,
    "VARBINARY": VARBINARY,
}
