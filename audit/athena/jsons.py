"""JSON in texts: https://trino.io/docs/current/functions/json.html."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from audit.athena.translator import Scope, Translator, Typed, call, failing, quoted, rule, unanswered
from audit.athena.types import BIGINT, JSON, VARCHAR

# Numbers that DuckDB writes anew: Trino leaves a scalar's letters as they are.
_REWRITTEN = r"(^|[:\[,{])-0([^0-9]|$)|(^|[:\[,])-?[0-9]+[eE.]|(^|[:\[,])-?[0-9]{17}"
_MINUS_ZERO = r"(^|[:\[,\s])-0([^0-9.]|$)"
_NOT_EXACT = "a number in JSON with a point, an exponent or very many digits"


def _path(node: exp.Expr, whole: exp.Expr) -> str:
    """A path of names and places in DuckDB's words."""
    if not isinstance(node, exp.JSONPath):
        raise unanswered(whole, "a path that is no literal of names and places")
    found = ""
    for part in node.expressions:
        if isinstance(part, exp.JSONPathRoot):
            found += "$"
        elif isinstance(part, exp.JSONPathKey) and isinstance(part.this, str) and '"' not in part.this:
            found += f'."{part.this}"'
        elif isinstance(part, exp.JSONPathSubscript) and isinstance(part.this, int) and part.this >= 0:
            found += f"[{part.this}]"
        else:
            raise unanswered(whole, "this path")
    return quoted(found)


def _found(t: Translator, node: Any, scope: Scope) -> tuple[str, str]:
    """What stands at a path (NULL in a text that is no JSON), and its kind."""
    value, path = t.of_type(node.this, scope, "varchar", "json").sql, _path(node.expression, node)
    sound = f"CASE WHEN json_valid({value}) THEN {value} END"
    return f"json_extract({sound}, {path})", f"json_type({sound}, {path})"


@rule(exp.JSONExtractScalar, names="json_extract_scalar")
def _scalar(t: Translator, node: Any, scope: Scope) -> Typed:
    found, kind = _found(t, node, scope)
    text = f"json_extract_string({found}, '$')"
    minus = f"{text} = '0' AND regexp_matches({t.expression(node.this, scope).sql}, {quoted(_MINUS_ZERO)})"
    exact = failing(f"{kind} <> 'DOUBLE' AND NOT ({minus})", text, _NOT_EXACT)
    return Typed(f"CASE WHEN {kind} NOT IN ('OBJECT', 'ARRAY') THEN {exact} END", VARCHAR)


@rule(exp.JSONExtract, names="json_extract")
def _part(t: Translator, node: Any, scope: Scope) -> Typed:
    found = f"CAST({_found(t, node, scope)[0]} AS VARCHAR)"
    return Typed(failing(f"NOT regexp_matches({found}, {quoted(_REWRITTEN)})", found, _NOT_EXACT), JSON)


@rule(exp.JSONFormat, names="json_format")
def _text(t: Translator, node: Any, scope: Scope) -> Typed:
    return Typed(t.of_type(node.this, scope, "json").sql, VARCHAR)


@call("json_array_length")
def _length(t: Translator, node: Any, scope: Scope) -> Typed:
    if len(node.expressions) != 1:
        raise unanswered(node)
    value = t.of_type(node.expressions[0], scope, "varchar", "json").sql
    kind = f"json_type(CASE WHEN json_valid({value}) THEN {value} END)"
    return Typed(f"CASE WHEN {kind} = 'ARRAY' THEN CAST(json_array_length({value}) AS BIGINT) END", BIGINT)
