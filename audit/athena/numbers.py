"""Arithmetic, with the digits that decimals get by it.

https://trino.io/docs/current/functions/decimal.html
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
    rule,
    unanswered,
    written,
)
from audit.athena.types import (
    DOUBLE,
    INTEGERS,
    MOST_DIGITS,
    QueryError,
    Type,
    as_decimal,
    common,
    decimal,
    is_number,
    is_time,
)

_DIVISION = "Division by zero"


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
    """The quotient of decimals, which in Trino has no more places than they; halves go away from zero."""
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
    """A rounded decimal keeps its places and gains a digit before them; without `decimals` it has none."""
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
