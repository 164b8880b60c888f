"""Arrays, maps and rows: https://trino.io/docs/current/functions/array.html."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from audit.athena.translator import (
    Field,
    Scope,
    Translator,
    Typed,
    call,
    failing,
    literal_number,
    rule,
    unanswered,
    written,
)
from audit.athena.types import BIGINT, BOOLEAN, INTEGERS, UNKNOWN, VARCHAR, QueryError, Type, array, common_of

_MOST_STEPS = 10_000  # of a sequence, in Trino too


@rule(exp.Array, parts="expressions")
def _array(t: Translator, node: Any, scope: Scope) -> Typed:
    if not node.expressions:
        return Typed("[]", array(UNKNOWN))
    values, kind = t.alike(node.expressions, scope, written(node))
    return Typed(f"[{', '.join(values)}]", array(kind))


@rule(exp.Struct, parts="expressions", names="row")
def _row(t: Translator, node: Any, scope: Scope) -> Typed:
    values = [t.expression(part, scope) for part in node.expressions]
    members = (f"'_{place}': {value.to(value.type)}" for place, value in enumerate(values))
    kind = Type("row", tuple(value.type for value in values), ("",) * len(values))
    return Typed(f"{{{', '.join(members)}}}", kind)


@rule(exp.Map, parts="keys values", names="map")
def _map(t: Translator, node: Any, scope: Scope) -> Typed:
    keys, values = (t.of_type(node.args[part], scope, "array") for part in ("keys", "values"))
    return Typed(f"map({keys.sql}, {values.sql})", Type("map", (keys.type.parts[0], values.type.parts[0])))


@rule(exp.Bracket, parts="this expressions offset", names="element_at")
def _element(t: Translator, node: Any, scope: Scope) -> Typed:
    """element_at gives NULL for what is not there, a[1] fails."""
    value, lenient = t.of_type(node.this, scope, "array", "map"), bool(node.args.get("safe"))
    if value.type.name == "map":
        if not lenient:
            raise unanswered(node, "a map's member: use element_at")
        key = t.expression(node.expressions[0], scope)
        common_of([value.type.parts[0], key.type], written(node))
        return Typed(f"map_extract({value.sql}, {key.to(value.type.parts[0])})[1]", value.type.parts[1])
    if lenient:
        place = t.of_type(node.expressions[0], scope, *INTEGERS).sql
        found = failing(
            f"{place} <> 0", f"list_extract({value.sql}, {place})", "SQL array indices start at 1"
        )
        return Typed(found, value.type.parts[0])
    number = literal_number(node.expressions[0])
    if number is None or number < 0:
        raise unanswered(node, "a place that is no literal from 1 on: use element_at")
    found = f"list_extract({value.sql}, {number + 1})"  # sqlglot counts from 0
    there = f"len({value.sql}) > {number}"
    return Typed(
        failing(there, found, f"an array has no element {number + 1}; element_at gives NULL for it"),
        value.type.parts[0],
    )


@rule(exp.ArraySize, parts="this", names="cardinality")
def _size(t: Translator, node: Any, scope: Scope) -> Typed:
    value = t.of_type(node.this, scope, "array", "map")
    return Typed(
        f"CAST({'len' if value.type.name == 'array' else 'cardinality'}({value.sql}) AS BIGINT)", BIGINT
    )


@rule(exp.ArrayContains, parts="this expression", names="contains")
def _contains(t: Translator, node: Any, scope: Scope) -> Typed:
    """Not known, rather than false, where an element is not known."""
    value, sought = t.of_type(node.this, scope, "array"), t.expression(node.expression, scope)
    kind = common_of([value.type.parts[0], sought.type], written(node))
    if kind.name in {"row", "array", "map"} or kind.duck != value.type.parts[0].duck:
        raise unanswered(node)
    wanted = sought.to(kind)
    answer = (
        f"WHEN list_contains({value.sql}, {wanted}) THEN true "
        f"WHEN list_count({value.sql}) < len({value.sql}) THEN NULL ELSE false"
    )
    return Typed(f"CASE WHEN {value.sql} IS NULL OR {wanted} IS NULL THEN NULL {answer} END", BOOLEAN)


@rule(exp.ArrayToString, names="array_join")
def _joined(t: Translator, node: Any, scope: Scope) -> Typed:
    value = t.of_type(node.this, scope, "array")
    if value.type.parts[0] != VARCHAR:
        raise unanswered(node, f"joining {value.type}")
    mark = t.of_type(node.expression, scope, "varchar").sql
    joined = f"coalesce(array_to_string({value.sql}, {mark}), '')"
    return Typed(f"CASE WHEN {value.sql} IS NOT NULL AND {mark} IS NOT NULL THEN {joined} END", VARCHAR)


@rule(exp.ArraySort, parts="this nulls_first", names="array_sort")
def _sorted(t: Translator, node: Any, scope: Scope) -> Typed:
    value = t.of_type(node.this, scope, "array")
    if value.type.parts[0].name in {"row", "array", "map", "boolean"}:
        raise unanswered(node)
    return Typed(f"list_sort({value.sql}, 'ASC', 'NULLS LAST')", value.type)


@rule(exp.GenerateSeries, parts="start end", names="sequence")
def _sequence(t: Translator, node: Any, scope: Scope) -> Typed:
    start, end = (t.of_type(node.args[part], scope, "bigint", *INTEGERS) for part in ("start", "end"))
    begin, last = f"CAST({start.sql} AS BIGINT)", f"CAST({end.sql} AS BIGINT)"
    few = f"abs({last} - {begin}) < {_MOST_STEPS}"
    steps = f"generate_series({begin}, {last}, CASE WHEN {last} < {begin} THEN -1 ELSE 1 END)"
    return Typed(failing(few, steps, f"a sequence of more than {_MOST_STEPS} steps"), array(BIGINT))


def _each(
    t: Translator, node: exp.Expr, function: Any, scope: Scope
) -> tuple[Typed, str, Callable[..., Typed]]:
    """An array, the name that its elements have in a lambda, and how that one's body is translated."""
    value = t.of_type(node, scope, "array")
    if not isinstance(function, exp.Lambda) or len(function.expressions) != 1:
        raise QueryError(f"{written(function)}: a lambda of one argument is needed, also by Athena")
    name = t.name("e")
    known = Field(function.expressions[0].name.lower(), "", Typed(name, value.type.parts[0]))
    return value, name, lambda: t.expression(function.this, Scope((known,), scope))


@rule(exp.ArrayFilter, names="filter")
def _filtered(t: Translator, node: Any, scope: Scope) -> Typed:
    value, name, body = _each(t, node.this, node.expression, scope)
    return Typed(f"list_filter({value.sql}, lambda {name}: {_condition(body())})", value.type)


@rule(exp.Transform, names="transform")
def _transformed(t: Translator, node: Any, scope: Scope) -> Typed:
    value, name, body = _each(t, node.this, node.expression, scope)
    made = body()
    return Typed(f"list_transform({value.sql}, lambda {name}: {made.to(made.type)})", array(made.type))


def _condition(value: Typed) -> str:
    if value.type not in {BOOLEAN, UNKNOWN}:
        raise QueryError(f"a lambda's condition is {value.type}, also to Athena")
    return value.to(BOOLEAN)


@call("any_match")
@call("all_match")
@call("none_match")
def _match(t: Translator, node: Any, scope: Scope) -> Typed:
    """Not known where what is known does not decide it."""
    if len(node.expressions) != 2:
        raise unanswered(node)
    value, name, body = _each(t, node.expressions[0], node.expressions[1], scope)
    answers = f"list_transform({value.sql}, lambda {name}: {_condition(body())})"
    sought, found = {
        "any_match": ("true", "true"),
        "all_match": ("false", "false"),
        "none_match": ("true", "false"),
    }[node.name.lower()]
    otherwise = "false" if found == "true" else "true"
    decided = f"WHEN list_contains({answers}, {sought}) THEN {found}"
    unknown = f"WHEN list_count({answers}) < len({answers}) THEN NULL"
    return Typed(f"CASE WHEN {value.sql} IS NULL THEN NULL {decided} {unknown} ELSE {otherwise} END", BOOLEAN)
