"""Literals, names, logic, comparisons and conditions."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from audit.athena.translator import (
    Scope,
    Translator,
    Typed,
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
    MOST_DIGITS,
    UNKNOWN,
    VARBINARY,
    VARCHAR,
    QueryError,
    Type,
    common_of,
    decimal,
)


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
