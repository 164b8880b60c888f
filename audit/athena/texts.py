"""Texts: https://trino.io/docs/current/functions/string.html."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from audit.athena.translator import (
    Scope,
    Translator,
    Typed,
    failing,
    literal_number,
    literal_text,
    quoted,
    rule,
    unanswered,
)
from audit.athena.types import BIGINT, BOOLEAN, INTEGERS, VARCHAR, array

_SHORT = "a length below 0"
# Letters that have a small or capital form in one of the engines alone, or another one.
_ODD = {
    "lower": r"[\x{1c89}\x{a7cb}\x{a7cc}\x{a7da}\x{a7dc}\x{10d50}-\x{10d65}]",
    "upper": r"[\x{df}\x{19b}\x{264}\x{1c8a}\x{a7cd}\x{a7db}\x{10d70}-\x{10d85}]",
}
# What Trino's trim takes for white space.
_BLANKS = (
    "\t\n\x0b\x0c\r \x1c\x1d\x1e\x1f\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2008\u2009\u200a\u2028\u2029\u205f\u3000"
)


@rule(exp.Lower, exp.Upper, names="lower upper")
def _case(t: Translator, node: Any, scope: Scope) -> Typed:
    value = t.of_type(node.this, scope, "varchar").sql
    name = "lower" if isinstance(node, exp.Lower) else "upper"
    plain = f"NOT regexp_matches({value}, {quoted(_ODD[name])})"
    return Typed(failing(plain, f"{name}({value})", f"{name} of a letter such as ß"), VARCHAR)


@rule(exp.Length, names="length")
def _length(t: Translator, node: Any, scope: Scope) -> Typed:
    return Typed(f"length({t.of_type(node.this, scope, 'varchar').sql})", BIGINT)


@rule(exp.Trim, parts="this position", names="trim ltrim rtrim")
def _trimmed(t: Translator, node: Any, scope: Scope) -> Typed:
    name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(str(node.args.get("position") or ""), "trim")
    return Typed(f"{name}({t.of_type(node.this, scope, 'varchar').sql}, {quoted(_BLANKS)})", VARCHAR)


def _check_known(t: Translator, nodes: Sequence[exp.Expr], node: exp.Expr, scope: Scope) -> None:
    """Refuse a function of nothing but NULLs: Athena cannot tell whether texts or bytes are meant."""
    if all(t.expression(each, scope).type.name == "unknown" for each in nodes):
        raise unanswered(node, "NULL of no type")


@rule(exp.Substring, parts="this start length", names="substr substring")
def _part(t: Translator, node: Any, scope: Scope) -> Typed:
    """A start below 0 counts from the end; there is nothing at 0, nor before the first letter."""
    _check_known(t, [node.this], node, scope)
    value = t.of_type(node.this, scope, "varchar").sql
    parts = [value, t.of_type(node.args["start"], scope, *INTEGERS).sql]
    if node.args.get("length") is not None:
        parts.append(t.of_type(node.args["length"], scope, *INTEGERS).sql)
    found = f"substr({', '.join(parts)})"
    if (literal_number(node.args["start"]) or 0) < 1:
        outside = f"{value} IS NOT NULL AND ({parts[1]} = 0 OR -({parts[1]}) > length({value}))"
        found = f"CASE WHEN {outside} THEN '' ELSE {found} END"
    return Typed(failing(f"{parts[2]} >= 0", found, _SHORT) if parts[2:] else found, VARCHAR)


@rule(exp.StrPosition, parts="this substr", names="strpos position")
def _position(t: Translator, node: Any, scope: Scope) -> Typed:
    value, sought = (t.of_type(part, scope, "varchar").sql for part in (node.this, node.args["substr"]))
    return Typed(f"strpos({value}, {sought})", BIGINT)


@rule(exp.StartsWith, names="starts_with")
def _begins(t: Translator, node: Any, scope: Scope) -> Typed:
    value, sought = (t.of_type(part, scope, "varchar").sql for part in (node.this, node.expression))
    return Typed(f"starts_with({value}, {sought})", BOOLEAN)


@rule(exp.Replace, parts="this expression replacement", names="replace")
def _replaced(t: Translator, node: Any, scope: Scope) -> Typed:
    value = t.of_type(node.this, scope, "varchar").sql
    sought = literal_text(node.expression, "replacing a text")
    new = node.args.get("replacement")
    if not sought:
        raise unanswered(node, "replacing an empty text")
    put = t.of_type(new, scope, "varchar").sql if new is not None else "''"
    return Typed(f"replace({value}, {quoted(sought)}, {put})", VARCHAR)


@rule(exp.DPipe)
@rule(exp.Concat, parts="expressions", names="concat")
def _joined(t: Translator, node: Any, scope: Scope) -> Typed:
    parts = node.expressions or [node.this, node.expression]
    if len(parts) < 2:
        raise unanswered(node)
    _check_known(t, parts, node, scope)
    return Typed(f"({' || '.join(t.of_type(part, scope, 'varchar').sql for part in parts)})", VARCHAR)


@rule(exp.ConcatWs, parts="expressions", names="concat_ws")
def _joined_by(t: Translator, node: Any, scope: Scope) -> Typed:
    return Typed(
        f"concat_ws({', '.join(t.of_type(part, scope, 'varchar').sql for part in node.expressions)})", VARCHAR
    )


def _mark(node: exp.Expr) -> str:
    mark = literal_text(node, "splitting a text")
    if not mark:
        raise unanswered(node, "splitting by an empty text")
    return quoted(mark)


@rule(exp.Split, names="split")
def _split(t: Translator, node: Any, scope: Scope) -> Typed:
    value = t.of_type(node.this, scope, "varchar").sql
    return Typed(f"string_split({value}, {_mark(node.expression)})", array(VARCHAR))


@rule(exp.SplitPart, parts="this delimiter part_index", names="split_part")
def _one_part(t: Translator, node: Any, scope: Scope) -> Typed:
    value, number = t.of_type(node.this, scope, "varchar").sql, literal_number(node.args["part_index"])
    if number is None or number < 1:
        raise unanswered(node, "a part that is no literal from 1 on")
    return Typed(f"list_extract(string_split({value}, {_mark(node.args['delimiter'])}), {number})", VARCHAR)
