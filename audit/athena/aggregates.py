"""Aggregates and windows: https://trino.io/docs/current/functions/aggregate.html."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from audit.athena.numbers import divided
from audit.athena.translator import (
    Scope,
    Translator,
    Typed,
    call,
    literal_number,
    only,
    quoted,
    rule,
    unanswered,
    written,
)
from audit.athena.types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    INTEGERS,
    MOST_DIGITS,
    VARCHAR,
    QueryError,
    array,
    decimal,
)

_ORDERED = (
    *INTEGERS,
    "varchar",
    "boolean",
    "decimal",
    "double",
    "date",
    "timestamp",
    "timestamp with time zone",
)


def _argument(t: Translator, node: exp.Expr, scope: Scope, *names: str) -> tuple[str, Typed]:
    """DISTINCT or nothing, and the one argument."""
    if not isinstance(node, exp.Distinct):
        return "", t.of_type(node, scope, *names) if names else t.expression(node, scope)
    only(node, frozenset({"expressions"}))
    if len(node.expressions) != 1:
        raise QueryError(f"{written(node)}: one value can be distinct, also in Athena")
    inner = node.expressions[0]
    return "DISTINCT ", t.of_type(inner, scope, *names) if names else t.expression(inner, scope)


@rule(exp.Count, parts="this", names="count")
def _count(t: Translator, node: Any, scope: Scope) -> Typed:
    if node.this is None or isinstance(node.this, exp.Star):
        return Typed("count(*)", BIGINT)
    distinct, value = _argument(t, node.this, scope)
    return Typed(f"count({distinct}{value.sql})", BIGINT)


@rule(exp.CountIf, parts="this", names="count_if")
def _count_if(t: Translator, node: Any, scope: Scope) -> Typed:
    return Typed(f"count(CASE WHEN {t.condition(node.this, scope)} THEN 1 END)", BIGINT)


@rule(exp.ApproxDistinct, parts="this", names="approx_distinct")
def _about(t: Translator, node: Any, scope: Scope) -> Typed:
    """The exact number, which is as near as can be."""
    return Typed(f"count(DISTINCT {t.expression(node.this, scope).sql})", BIGINT)


@rule(exp.Sum, parts="this", names="sum")
def _sum(t: Translator, node: Any, scope: Scope) -> Typed:
    distinct, value = _argument(t, node.this, scope, *INTEGERS, "decimal", "double")
    kind = BIGINT if value.type.name in INTEGERS else value.type
    kind = decimal(MOST_DIGITS, kind.digits[1]) if kind.digits else kind
    return _of_all(f"sum({distinct}{value.sql})", kind)


def _of_all(sql: str, kind: Any) -> Typed:
    """An aggregate with its type; FILTER and OVER, which follow, are put inside by _followed."""
    return Typed(f"CAST({sql} AS {kind.duck})", kind)


@rule(exp.Avg, parts="this", names="avg")
def _average(t: Translator, node: Any, scope: Scope) -> Typed:
    distinct, value = _argument(t, node.this, scope, *INTEGERS, "decimal", "double")
    if value.type.name != "decimal":
        return Typed(f"avg({distinct}{value.sql})", DOUBLE)
    total = Typed(f"sum({distinct}{value.sql})", decimal(MOST_DIGITS, value.type.digits[1]))
    number = Typed(f"nullif(count({distinct}{value.sql}), 0)", decimal(19, 0))
    return Typed(f"CAST({divided(total, number).sql} AS {value.type.duck})", value.type)


@rule(exp.Min, exp.Max, parts="this", names="min max")
def _extreme(t: Translator, node: Any, scope: Scope) -> Typed:
    value = t.of_type(node.this, scope, *_ORDERED)
    return Typed(f"{'min' if isinstance(node, exp.Min) else 'max'}({value.sql})", value.type)


@rule(exp.AnyValue, parts="this", names="arbitrary any_value")
def _any(t: Translator, node: Any, scope: Scope) -> Typed:
    value = t.expression(node.this, scope)
    return Typed(f"any_value({value.sql})", value.type)


@rule(exp.ArgMax, exp.ArgMin, names="max_by min_by")
def _of_extreme(t: Translator, node: Any, scope: Scope) -> Typed:
    value, by = t.expression(node.this, scope), t.of_type(node.expression, scope, *_ORDERED)
    name = "arg_max_null" if isinstance(node, exp.ArgMax) else "arg_min_null"
    return Typed(f"{name}({value.sql}, {by.sql}) FILTER (WHERE {by.sql} IS NOT NULL)", value.type)


@rule(exp.LogicalAnd, exp.LogicalOr, parts="this", names="bool_and bool_or")
def _all_or_any(t: Translator, node: Any, scope: Scope) -> Typed:
    return Typed(
        f"bool_{'and' if isinstance(node, exp.LogicalAnd) else 'or'}{t.condition(node.this, scope)}", BOOLEAN
    )


@call("every")
def _every(t: Translator, node: Any, scope: Scope) -> Typed:
    if len(node.expressions) != 1:
        raise unanswered(node)
    return Typed(f"bool_and{t.condition(node.expressions[0], scope)}", BOOLEAN)


def order_by(t: Translator, node: exp.Expr | None, scope: Scope) -> str:
    """ORDER BY with the place of NULLs said, or nothing."""
    if node is None:
        return ""
    return f"ORDER BY {', '.join(_ordered(t, each, scope) for each in node.expressions)}"


def _ordered(t: Translator, node: exp.Expr, scope: Scope) -> str:
    value = t.of_type(node.this, scope, *_ORDERED)
    return value.sql + direction(node)


def direction(node: exp.Expr) -> str:
    """ASC or DESC, and where NULLs stand."""
    only(node, frozenset({"this", "desc", "nulls_first"}))
    way, nulls = (
        ("DESC" if node.args.get("desc") else "ASC"),
        ("FIRST" if node.args.get("nulls_first") else "LAST"),
    )
    return f" {way} NULLS {nulls}"


@rule(exp.ArrayAgg, parts="this", names="array_agg")
def _listed(t: Translator, node: Any, scope: Scope) -> Typed:
    inner, order = (node.this.this, node.this) if isinstance(node.this, exp.Order) else (node.this, None)
    distinct, value = _argument(t, inner, scope)
    return Typed(
        f"array_agg({distinct}{value.to(value.type)} {order_by(t, order, scope)})", array(value.type)
    )


@rule(exp.GroupConcat, parts="this separator", names="listagg")
def _joined(t: Translator, node: Any, scope: Scope) -> Typed:
    if not isinstance(node.this, exp.Order):
        raise QueryError("listagg needs WITHIN GROUP (ORDER BY …), also in Athena")
    value = t.of_type(node.this.this, scope, "varchar").sql
    mark = node.args.get("separator")
    between = "''" if mark is None else quoted(mark.name)
    if mark is not None and not mark.is_string:
        raise unanswered(node)
    return Typed(f"string_agg({value}, {between} {order_by(t, node.this, scope)})", VARCHAR)


_PLAIN = (exp.Count, exp.CountIf, exp.Min, exp.Max, exp.AnyValue, exp.LogicalAnd, exp.LogicalOr, exp.ArrayAgg)
_SUMS = (exp.Sum, exp.Avg)


def _followed(node: exp.Expr, value: Typed, clause: str) -> Typed:
    """An aggregate with FILTER or OVER, which belongs to the call and not to the cast around it."""
    inner = node.this if isinstance(node, exp.Filter) else node
    if isinstance(inner, exp.Avg) and value.type != DOUBLE:
        raise unanswered(node, "the average of decimals with FILTER or OVER")
    if isinstance(inner, exp.Sum):
        summed, _, kind = value.sql.removeprefix("CAST(").rpartition(" AS ")
        return Typed(f"CAST({summed} {clause} AS {kind}", value.type)
    return Typed(f"{value.sql} {clause}", value.type)


@rule(exp.Filter)
def _filtered(t: Translator, node: Any, scope: Scope) -> Typed:
    if not isinstance(node.this, (*_PLAIN, *_SUMS)) or not isinstance(node.expression, exp.Where):
        raise unanswered(node)
    clause = f"FILTER (WHERE {t.condition(node.expression.this, scope)})"
    return _followed(node.this, t.expression(node.this, scope), clause)


@rule(exp.RowNumber, exp.Rank, exp.DenseRank, parts="", names="row_number rank dense_rank")
def _number(t: Translator, node: Any, scope: Scope) -> Typed:
    del t, scope
    names = {exp.RowNumber: "row_number", exp.Rank: "rank", exp.DenseRank: "dense_rank"}
    return Typed(f"{names[type(node)]}()", BIGINT)


@rule(exp.Lag, exp.Lead, parts="this offset", names="lag lead")
def _neighbour(t: Translator, node: Any, scope: Scope) -> Typed:
    value, steps = t.expression(node.this, scope), 1
    if node.args.get("offset") is not None:
        steps = literal_number(node.args["offset"]) or 0
    if steps < 1:
        raise unanswered(node)
    return Typed(f"{'lag' if isinstance(node, exp.Lag) else 'lead'}({value.sql}, {steps})", value.type)


@rule(exp.FirstValue, exp.LastValue, parts="this", names="first_value last_value")
def _end(t: Translator, node: Any, scope: Scope) -> Typed:
    value = t.expression(node.this, scope)
    return Typed(f"{'first' if isinstance(node, exp.FirstValue) else 'last'}_value({value.sql})", value.type)


_WINDOWED = (exp.RowNumber, exp.Rank, exp.DenseRank, exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue)


@rule(exp.Window, parts="this partition_by order spec over")
def _window(t: Translator, node: Any, scope: Scope) -> Typed:
    inner = node.this.this if isinstance(node.this, exp.Filter) else node.this
    distinct = isinstance(inner.this, exp.Distinct)
    if not isinstance(inner, (*_WINDOWED, *_PLAIN, *_SUMS)) or node.args.get("over") != "OVER" or distinct:
        raise unanswered(node)
    parts = [t.expression(part, scope).sql for part in node.args.get("partition_by") or ()]
    partition = f"PARTITION BY {', '.join(parts)}" if parts else ""
    order, frame = order_by(t, node.args.get("order"), scope), _frame(node)
    return _followed(inner, t.expression(node.this, scope), f"OVER ({partition} {order} {frame})")


def _frame(node: exp.Expr) -> str:
    spec = node.args.get("spec")
    if spec is None:
        return ""
    only(spec, frozenset({"kind", "start", "start_side", "end", "end_side"}))
    if str(spec.args.get("kind")).upper() != "ROWS":
        raise unanswered(node, "a frame other than ROWS")
    ends = [_frame_end(node, spec.args.get(end), spec.args.get(f"{end}_side")) for end in ("start", "end")]
    return f"ROWS BETWEEN {ends[0]} AND {ends[1] or 'CURRENT ROW'}"


def _frame_end(node: exp.Expr, end: Any, side: Any) -> str:
    if end is None:
        return ""
    number = str(end).upper() if isinstance(end, str) else str(literal_number(end))
    if number not in {"UNBOUNDED", "CURRENT ROW"} and not number.isdecimal():
        raise unanswered(node, "this frame")
    return f"{number} {str(side or '').upper()}".strip()
