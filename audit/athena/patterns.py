"""Regular expressions: https://trino.io/docs/current/functions/regexp.html.

A pattern is a literal, written anew for RE2, DuckDB's engine: to Trino the vertical tab is white space, and
the end is also before a last line end. What RE2 has no word for is refused.
"""

from __future__ import annotations

import re
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
from audit.athena.types import BOOLEAN, VARCHAR

_BLANK = r"\t\n\x0b\f\r "
_SAME = frozenset("dDwWbBtnrf")  # after a backslash
_MARK = re.compile(r"[^A-Za-z0-9]", re.ASCII)
_GROUPS = re.compile(r"\(\?(?!:|i\))")  # anything but (?:…) and a leading (?i)


def pattern_of(node: exp.Expr, whole: exp.Expr) -> str:
    """A pattern in RE2's words."""
    text = literal_text(node, "a pattern")
    if _GROUPS.search(text) or "(?i)" in text[1:] or re.search(r"\[\[|&&|\[:|[*+?}]\+", text):
        raise unanswered(whole, "this pattern")
    found, inside = "", False
    for piece in re.findall(r"\\.|\[\^?|.", text, re.DOTALL):
        if inside and piece.startswith("["):
            raise unanswered(whole, "a class in a class")
        if piece.startswith("\\") and len(piece) == 2:
            found += _escaped(piece[1], whole, inside=inside)
        elif piece == "$" and not inside:
            found += r"(?:\n?\z)" if isinstance(whole, exp.RegexpLike) else r"\z"
        elif piece == "\\":
            raise unanswered(whole, "a pattern that ends early")
        else:
            found += piece
        inside = piece.startswith("[") or (inside and piece != "]")
    return found


def _escaped(letter: str, whole: exp.Expr, *, inside: bool) -> str:
    if letter == "s":
        return _BLANK if inside else f"[{_BLANK}]"
    if letter == "S" and not inside:
        return f"[^{_BLANK}]"
    if (letter in _SAME and not (inside and letter in "bB")) or _MARK.fullmatch(letter):
        return f"\\{letter}"
    raise unanswered(whole, f"\\{letter} in a pattern")


def _value(t: Translator, node: Any, scope: Scope, pattern: str) -> str:
    """The text that a pattern is held against, if both engines see the same in it."""
    value = t.of_type(node.this, scope, "varchar").sql
    if re.search(r"\\[bB]", pattern):  # a border of words, which Trino knows in all scripts
        value = failing(
            f"NOT regexp_matches({value}, '[^\\x00-\\x7f]')", value, r"\b beside a letter beyond ASCII"
        )
    if r"\z" in pattern and not isinstance(node, exp.RegexpLike):
        value = failing(f"NOT ends_with({value}, chr(10))", value, "$ before a line end")
    return value


@rule(exp.RegexpLike, names="regexp_like")
def _like(t: Translator, node: Any, scope: Scope) -> Typed:
    pattern = pattern_of(node.expression, node)
    return Typed(f"regexp_matches({_value(t, node, scope, pattern)}, {quoted(pattern)})", BOOLEAN)


@rule(exp.RegexpExtract, parts="this expression group", names="regexp_extract")
def _extracted(t: Translator, node: Any, scope: Scope) -> Typed:
    pattern = pattern_of(node.expression, node)
    value, said = _value(t, node, scope, pattern), quoted(pattern)
    group = literal_number(node.args["group"]) if node.args.get("group") else 0
    if group is None or (group and re.search(r"\||\)[?*{]", pattern)):
        raise unanswered(node, "a group that may be none")
    return Typed(
        f"CASE WHEN regexp_matches({value}, {said}) THEN regexp_extract({value}, {said}, {group}) END",
        VARCHAR,
    )


@rule(exp.RegexpReplace, parts="this expression replacement", names="regexp_replace")
def _replaced(t: Translator, node: Any, scope: Scope) -> Typed:
    """All matches; groups are marked by a dollar there and a backslash here."""
    pattern, new = pattern_of(node.expression, node), literal_text(node.args["replacement"], "a replacement")
    if "${" in new or re.search(r"\$\d\d|\$\D|\$$|\\$", new.replace(r"\$", "")):
        raise unanswered(node, "a group by its name, above 9 or none")

    def said(found: re.Match[str]) -> str:
        return f"\\{found[1]}" if found[1] else found[0][1:].replace("\\", "\\\\")

    put = re.sub(r"\\.|\$(\d)", said, new, flags=re.DOTALL)
    done = f"regexp_replace({_value(t, node, scope, pattern)}, {quoted(pattern)}, {quoted(put)}, 'g')"
    empty = f"NOT regexp_full_match('', {quoted(pattern)})"
    return Typed(failing(empty, done, "replacing by a pattern that an empty text matches"), VARCHAR)
