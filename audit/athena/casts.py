"""CAST and TRY_CAST. Texts are read where both engines read them alike; other forms are refused."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from audit.athena import times
from audit.athena.translator import Scope, Translator, Typed, quoted, rule, unanswered, written
from audit.athena.types import INTEGERS, ZONED, Type, is_number, is_time, members_of, read_type

_WHOLE = r" *[+-]?\d+ *"
_NUMBER = r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?"
_NO_INTEGER = r"[ -~]*"
_NO_NUMBER = r"[A-Za-z./:@_-]*[A-HJ-MO-Za-hj-mo-z@_/:][A-Za-z./:@_-]*"  # neither digits nor NaN nor Infinity
_DECIMAL = r"[+-]?\d+(\.\d+)?"


@rule(exp.Cast, exp.TryCast, parts="this to")
def _cast(t: Translator, node: Any, scope: Scope) -> Typed:
    kind, trying = read_type(node.args["to"]), isinstance(node, exp.TryCast)
    if not trying and node.this.is_string and is_time(kind):
        found = times.literal(node.this.name, kind)
        if found is not None:
            return found
    value = t.expression(node.this, scope)
    source = value.type
    if source.name == "unknown":
        return Typed(f"CAST(NULL AS {kind.duck})", kind)
    if source.name == "varchar":
        return Typed(_from_text(value.sql, kind, node, trying=trying), kind)
    if kind.name == "varchar":
        return Typed(_to_text(value, node), kind)
    if source.name == kind.name == "row" and _row(source, kind):
        return _row_as(value, kind)
    if not _plain(source, kind):
        raise unanswered(node, f"{source} as {kind}")
    return Typed(f"{'TRY_CAST' if trying else 'CAST'}({value.sql} AS {kind.duck})", kind)


def _plain(source: Type, kind: Type) -> bool:
    """Whether both engines turn the one into the other in the same way."""
    if source.name == kind.name and source.name in {"boolean", "double", "date", "varbinary"}:
        return True
    if is_number(source) and is_number(kind):
        return source.name != "double"  # whose halves go to even numbers in DuckDB
    if is_time(source) and is_time(kind):
        return kind.name == "date" or source.name == "date" or kind.digits >= source.digits
    return False


def _row(source: Type, kind: Type) -> bool:
    return len(source.parts) == len(kind.parts) and all(
        part == other or (part.name == "unknown") or _plain(part, other)
        for part, other in zip(source.parts, kind.parts, strict=True)
    )


def _row_as(value: Typed, kind: Type) -> Typed:
    held, members = members_of(value.type), members_of(kind)
    parts = (
        f"{quoted(name)}: CAST(struct_extract({value.sql}, {quoted(old)}) AS {part.duck})"
        for name, old, part in zip(members, held, kind.parts, strict=True)
    )
    return Typed(f"CASE WHEN {value.sql} IS NOT NULL THEN {{{', '.join(parts)}}} END", kind)


def _from_text(sql: str, kind: Type, node: exp.Expr, *, trying: bool) -> str:
    """A text as another type, if it has the form that both engines read alike.

    Trino reads some further forms: TRY_CAST gives NULL only for what is surely none of them.
    """
    if kind.name == "varchar":
        if node.args["to"].expressions:
            raise unanswered(node, "cutting a text by its type: use substr")
        return sql
    if kind.name == "boolean":
        known = (
            f"CASE WHEN lower({sql}) IN ('true', 't', '1') THEN true WHEN lower({sql}) IN ('false', 'f', '0')"
        )
        return f"{known} THEN false WHEN {sql} IS NOT NULL THEN {_error(node)} END"
    forms = {"double": _NUMBER, "decimal": _DECIMAL, "date": times.DAY, "timestamp": times.MOMENT}
    form = _WHOLE if kind.name in INTEGERS else forms.get(kind.name)
    if form is None or (kind.name == "timestamp" and kind.digits != (3,)):
        raise unanswered(node, f"varchar as {kind}")
    fits = f"WHEN regexp_full_match({sql}, {quoted(form)}) THEN"
    nothing = quoted(_NO_INTEGER if kind.name in INTEGERS else _NO_NUMBER)
    none = f"WHEN regexp_full_match({sql}, {nothing}) THEN NULL" if trying else ""
    cast = f"{'TRY_CAST' if trying else 'CAST'}({sql} AS {kind.duck})"
    return f"CASE {fits} {cast} {none} WHEN {sql} IS NOT NULL THEN {_error(node)} END"


def _error(node: exp.Expr) -> str:
    return f"error({quoted(f'{written(node)}: there is a text that cannot be cast')})"


def _to_text(value: Typed, node: exp.Expr) -> str:
    if node.args["to"].expressions:
        raise unanswered(node, "cutting a text by its type: use substr")
    if value.type.name in {*INTEGERS, "boolean", "decimal", "date", "varchar"}:
        return f"CAST({value.sql} AS VARCHAR)"
    if value.type.name in {"timestamp", ZONED}:
        return times.text(value)
    raise unanswered(node, f"the text of {value.type}")
