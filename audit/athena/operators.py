"""Literals, names, logic, comparisons and arithmetic.

https://trino.io/docs/current/functions/decimal.html has the digits that decimals get by arithmetic.
"""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from audit.athena import times
from audit.athena.translator import (
    Scope,
    Translator,
    Typed,
    failing,
    literal_number,
    literal_text,
    member,
    quoted,
    rule,
    unanswered,
    written,
)
from audit.athena.types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    INTEGER,
    INTEGERS,
    MOST_DIGITS,
    UNKNOWN,
    VARBINARY,
    VARCHAR,
    QueryError,
    Type,
    as_decimal,
    common,
    common_of,
    decimal,
    is_number,
    is_time,
)

_DIVISION = "Division by zero"
_COMPARED = ("=", "<>", "<", "<=", ">", ">=")


@rule(exp.Literal, parts="this is_string")
def _literal(t: Translator, node: Any, scope: Scope) -> Typed:
    del t, scope
    text = str(node.this)
    if node.is_string:
        return Typed(quoted(text), VARCHAR)
    if "e" in text.lower():
        return Typed(f"CAST({text} AS DOUBLE)", DOUBLE)
    whole, point, fraction = text.partition(".")
    if not point:
        number = int(text)
        if number >= 2**63:
            raise QueryError(f"{text} is too large for a bigint, also to Athena")
        return Typed(text, INTEGER if number < 2**31 else BIGINT)
    digits = len(whole.lstrip("0")) + len(fraction)
    if digits > MOST_DIGITS:
        raise QueryError(f"{text} has more than {MOST_DIGITS} digits, also to Athena")
    kind = decimal(max(digits, 1), len(fraction))
    return Typed(f"CAST({quoted(text)} AS {kind.duck})", kind)


@rule(exp.Null)
def _null(t: Translator, node: Any, scope: Scope) -> Typed:
    del t, node, scope
    return Typed("NULL", UNKNOWN)


@rule(exp.Boolean)
def _boolean(t: Translator, node: Any, scope: Scope) -> Typed:
    del t, scope
    return Typed("true" if node.this else "false", BOOLEAN)


@rule(exp.HexString)
def _bytes(t: Translator, node: Any, scope: Scope) -> Typed:
    del t, scope
    return Typed(f"from_hex({quoted(str(node.this))})", VARBINARY)


@rule(exp.Paren)
def _paren(t: Translator, node: Any, scope: Scope) -> Typed:
    value = t.expression(node.this, scope)
    return Typed(f"({value.sql})", value.type)


@rule(exp.Column, parts="this table db catalog")
def _column(t: Translator, node: Any, scope: Scope) -> Typed:
    del t
    return scope.find([part.name.lower() for part in node.parts])


@rule(exp.Identifier, parts="this quoted")
def _argument(t: Translator, node: Any, scope: Scope) -> Typed:
    del t
    return scope.find([node.name.lower()])


@rule(exp.Dot)
def _member(t: Translator, node: Any, scope: Scope) -> Typed:
    if not isinstance(node.expression, exp.Identifier):
        raise unanswered(node)
    return member(t.expression(node.this, scope), [node.expression.name.lower()])


@rule(exp.Subquery, parts="this")
def _query(t: Translator, node: Any, scope: Scope) -> Typed:
    return t.queries.column_of(node.this, scope)


@rule(exp.Exists, parts="this")
def _exists(t: Translator, node: Any, scope: Scope) -> Typed:
    return Typed(f"EXISTS {t.queries.column_of(node.this, scope).sql}", BOOLEAN)


@rule(exp.And, exp.Or)
def _logic(t: Translator, node: Any, scope: Scope) -> Typed:
    word = "AND" if isinstance(node, exp.And) else "OR"
    return Typed(f"({t.condition(node.this, scope)} {word} {t.condition(node.expression, scope)})", BOOLEAN)


@rule(exp.Not)
def _not(t: Translator, node: Any, scope: Scope) -> Typed:
    return Typed(f"(NOT {t.condition(node.this, scope)})", BOOLEAN)


@rule(exp.Is)
def _is_null(t: Translator, node: Any, scope: Scope) -> Typed:
    if not isinstance(node.expression, exp.Null):
        raise unanswered(node)
    return Typed(f"({t.expression(node.this, scope).sql} IS NULL)", BOOLEAN)


_WORDS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM",
    exp.NullSafeNEQ: "IS DISTINCT FROM",
}


@rule(*_WORDS)
def _comparison(t: Translator, node: Any, scope: Scope) -> Typed:
    (one, other), kind = t.alike([node.this, node.expression], scope, written(node))
    _comparable(kind, node)
    return Typed(f"({one} {_WORDS[type(node)]} {other})", BOOLEAN)


def _comparable(kind: Type, node: exp.Expr) -> None:
    if kind.name in {"row", "array", "map", "json", "varbinary", "interval"}:
        raise unanswered(node, f"comparing {kind.name}s")


@rule(exp.Between, parts="this low high")
def _between(t: Translator, node: Any, scope: Scope) -> Typed:
    (one, low, high), kind = t.alike([node.this, node.args["low"], node.args["high"]], scope, written(node))
    _comparable(kind, node)
    return Typed(f"({one} >= {low} AND {one} <= {high})", BOOLEAN)


@rule(exp.In, parts="this expressions query")
def _in(t: Translator, node: Any, scope: Scope) -> Typed:
    if node.args.get("query") is None:
        (one, *others), kind = t.alike([node.this, *node.expressions], scope, written(node))
        _comparable(kind, node)
        return Typed(f"({one} IN ({', '.join(others)}))", BOOLEAN)
    value, found = t.expression(node.this, scope), t.expression(node.args["query"], scope)
    kind = common_of([value.type, found.type], written(node))
    _comparable(kind, node)
    if kind.duck != found.type.duck:
        raise unanswered(node, f"{value.type} among {found.type}")
    return Typed(f"({value.to(kind)} IN {found.sql})", BOOLEAN)


@rule(exp.Like, parts="this expression negate")
def _like(t: Translator, node: Any, scope: Scope) -> Typed:
    text, pattern = (t.of_type(part, scope, "varchar").sql for part in (node.this, node.expression))
    return Typed(f"({text} {'NOT ' if node.args.get('negate') else ''}LIKE {pattern})", BOOLEAN)


@rule(exp.Escape)
def _escape(t: Translator, node: Any, scope: Scope) -> Typed:
    mark = literal_text(node.expression, "ESCAPE by what")
    if not isinstance(node.this, exp.Like) or len(mark) != 1:
        raise unanswered(node)
    like = t.expression(node.this, scope).sql
    return Typed(f"({like[1:-1]} ESCAPE {quoted(mark)})", BOOLEAN)


@rule(exp.Case, parts="this ifs default")
def _case(t: Translator, node: Any, scope: Scope) -> Typed:
    results = [each.args["true"] for each in node.args["ifs"]]
    values, kind = t.alike([*results, node.args.get("default") or exp.Null()], scope, written(node))
    conditions = []
    for each in node.args["ifs"]:
        asked = exp.EQ(this=node.this, expression=each.this) if node.this else each.this
        conditions.append(t.condition(asked, scope))
    whens = (f"WHEN {asked} THEN {value}" for asked, value in zip(conditions, values, strict=False))
    return Typed(f"CASE {' '.join(whens)} ELSE {values[-1]} END", kind)


@rule(exp.If, parts="this true false", names="if")
def _if(t: Translator, node: Any, scope: Scope) -> Typed:
    return t.expression(
        exp.Case(ifs=[exp.If(this=node.this, true=node.args["true"])], default=node.args.get("false")), scope
    )


@rule(exp.Coalesce, parts="this expressions", names="coalesce")
def _coalesce(t: Translator, node: Any, scope: Scope) -> Typed:
    values, kind = t.alike([node.this, *node.expressions], scope, written(node))
    if len(values) < 2:
        raise QueryError("coalesce takes two values or more, also in Athena")
    return Typed(f"coalesce({', '.join(values)})", kind)


@rule(exp.Nullif, names="nullif")
def _nullif(t: Translator, node: Any, scope: Scope) -> Typed:
    value = t.expression(node.this, scope)
    same = t.condition(exp.EQ(this=node.this, expression=node.expression), scope)
    return Typed(f"CASE WHEN {same} THEN NULL ELSE {value.sql} END", value.type)


@rule(exp.Greatest, exp.Least, parts="this expressions", names="greatest least")
def _extreme(t: Translator, node: Any, scope: Scope) -> Typed:
    values, kind = t.alike([node.this, *node.expressions], scope, written(node))
    _comparable(kind, node)
    name = "greatest" if isinstance(node, exp.Greatest) else "least"
    absent = " OR ".join(f"{value} IS NULL" for value in values)  # else DuckDB would pass it over
    return Typed(f"CASE WHEN {absent} THEN NULL ELSE {name}({', '.join(values)}) END", kind)


@rule(exp.Neg)
def _negative(t: Translator, node: Any, scope: Scope) -> Typed:
    value = t.of_type(node.this, scope, *INTEGERS, "decimal", "double")
    return Typed(f"(-{value.sql})", value.type)


@rule(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, names="mod")
def _arithmetic(t: Translator, node: Any, scope: Scope) -> Typed:
    one, other = t.expression(node.this, scope), t.expression(node.expression, scope)
    if is_time(one.type) or is_time(other.type) or "interval" in {one.type.name, other.type.name}:
        return times.moved(node, one, other)
    both = common(one.type, other.type)
    if both is None or not is_number(both):
        raise QueryError(
            f"{written(node)}: {one.type} and {other.type} cannot be reckoned with, also by Athena"
        )
    word = _ARITHMETIC[type(node)]
    if both.name == "decimal":
        return _of_decimals(
            node,
            Typed(one.to(_decimal(one)), _decimal(one)),
            Typed(other.to(_decimal(other)), _decimal(other)),
        )
    left, right = one.to(both), other.to(both)
    if isinstance(node, exp.Div | exp.Mod):
        if both.name == "double" and isinstance(node, exp.Mod):
            raise unanswered(node, "the rest of doubles")
        word = "//" if word == "/" and both.name != "double" else word
        return Typed(failing(f"{right} <> 0", f"({left} {word} {right})", _DIVISION), both)
    return Typed(f"CAST({left} {word} {right} AS {both.duck})", both)


_ARITHMETIC: dict[type[exp.Expr], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "%",
}


def _decimal(value: Typed) -> Type:
    return decimal(1, 0) if value.type.name == "unknown" else as_decimal(value.type)


def _of_decimals(node: exp.Expr, one: Typed, other: Typed) -> Typed:
    (digits, scale), (others, other_scale) = one.type.digits, other.type.digits
    most = max(scale, other_scale)
    if isinstance(node, exp.Div):
        return divided(one, other)
    if isinstance(node, exp.Mul):
        if scale + other_scale > MOST_DIGITS:
            raise QueryError(f"{written(node)} has more than {MOST_DIGITS} digits, also to Athena")
        kind = decimal(digits + others, scale + other_scale)
        return Typed(f"CAST({one.sql} * {other.sql} AS {kind.duck})", kind)
    if isinstance(node, exp.Mod):
        raise unanswered(node, "the rest of decimals")
    kind = decimal(max(digits - scale, others - other_scale) + most + 1, most)
    return Typed(f"CAST({one.to(kind)} {_ARITHMETIC[type(node)]} {other.to(kind)} AS {kind.duck})", kind)


def divided(one: Typed, other: Typed) -> Typed:
    """The quotient of decimals, which in Trino has no more places than they have; halves go away from zero."""
    (digits, scale), (_, other_scale) = one.type.digits, other.type.digits
    kind = decimal(digits + other_scale + max(0, other_scale - scale), max(scale, other_scale))
    places = kind.digits[1]
    left = f"({_without_point(one.sql)} * {10 ** (places - scale + other_scale)}::HUGEINT)"
    right = _without_point(other.sql)
    whole = f"((2 * abs({left}) + abs({right})) // (2 * abs({right})))"
    signed = f"CASE WHEN ({left} < 0) <> ({right} < 0) THEN -{whole} ELSE {whole} END"
    shifted = f"CAST({signed} AS DECIMAL(38, 0))" + (
        f" * CAST('0.{1:0{places}}' AS DECIMAL({places}, {places}))" if places else ""
    )
    return Typed(f"CAST({failing(f'{right} <> 0', shifted, _DIVISION)} AS {kind.duck})", kind)


def _without_point(sql: str) -> str:
    """A decimal's digits as a whole number, exactly."""
    return f"CAST(replace(CAST({sql} AS VARCHAR), '.', '') AS HUGEINT)"


@rule(exp.Abs, names="abs")
def _absolute(t: Translator, node: Any, scope: Scope) -> Typed:
    value = t.of_type(node.this, scope, "bigint", *INTEGERS, "decimal", "double")
    return Typed(f"CAST(abs({value.sql}) AS {value.type.duck})", value.type)


@rule(exp.Ceil, exp.Floor, names="ceil ceiling floor")
def _whole(t: Translator, node: Any, scope: Scope) -> Typed:
    value = t.of_type(node.this, scope, "double", *INTEGERS)
    if value.type.name in INTEGERS:
        return value
    return Typed(f"{'ceil' if isinstance(node, exp.Ceil) else 'floor'}({value.sql})", value.type)


@rule(exp.Round, parts="this decimals", names="round")
def _rounded(t: Translator, node: Any, scope: Scope) -> Typed:
    """A rounded decimal keeps its places and gains a digit before them; without `decimals` it has no places."""
    value = t.of_type(node.this, scope, "double", *INTEGERS, "decimal")
    places = node.args.get("decimals")
    number = literal_number(places) if places is not None else 0
    if number is None or not 0 <= number <= MOST_DIGITS:
        raise unanswered(node, "rounding to places that are no literal from 0 on")
    if value.type.name in INTEGERS:
        return value
    if value.type.name == "double":
        if number > 15:
            raise unanswered(node, "more than 15 places of a double")
        return Typed(f"round({value.sql}, {number})", DOUBLE)
    digits, scale = value.type.digits
    kind = decimal(digits + 1, scale) if places is not None else decimal(digits - scale + (scale > 0), 0)
    return Typed(f"CAST(round({value.sql}, {min(number, scale)}) AS {kind.duck})", kind)
