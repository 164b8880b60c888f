"""Times by a format of the caller's: MySQL's marks (date_format) and Joda's letters (format_datetime)."""

from __future__ import annotations

import re
from typing import Any

from sqlglot import exp

from audit.athena.translator import (
    Scope,
    Translator,
    Typed,
    call,
    failing,
    literal_text,
    quoted,
    rule,
    unanswered,
)
from audit.athena.types import VARCHAR, ZONED, Type, timestamp

# Which of Python's and DuckDB's marks of a time mean the same as MySQL's, once sqlglot has translated them.
_MARKS = {
    "%Y": r"\d{4}",
    "%m": r"\d{2}",
    "%d": r"\d{2}",
    "%H": r"\d{2}",
    "%M": r"\d{2}",
    "%S": r"\d{2}",
    **dict.fromkeys(
        ("%B", "%b", "%A", "%a", "%p", "%I", "%j", "%f", "%g", "%y", "%-d", "%-m", "%-H", "%-I"), ""
    ),
}
_MARK = re.compile(r"%-?.|[^%]", re.DOTALL)
_JODA = {
    "yyyy": "%Y",
    "YYYY": "%Y",
    "MM": "%m",
    "dd": "%d",
    "HH": "%H",
    "mm": "%M",
    "ss": "%S",
    "SSS": "%g",
    "MMM": "%b",
    "MMMM": "%B",
    "EEE": "%a",
    "EEEE": "%A",
    "a": "%p",
    "hh": "%I",
    "d": "%-d",
    "M": "%-m",
    "H": "%-H",
    "h": "%-I",
}
_JODA_PART = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']")


def _formatted(node: exp.Expr, value: Typed, form: str) -> Typed:
    if any(mark.startswith("%") and mark not in _MARKS for mark in _MARK.findall(form)):
        raise unanswered(node, "this format")
    return Typed(f"strftime({value.sql}, {quoted(form)})", VARCHAR)


def _from_joda(node: exp.Expr, form: str) -> str:
    """A format of Joda's in DuckDB's marks."""
    found, place = "", 0
    for part in _JODA_PART.finditer(form):
        if part.start() != place:
            break
        place = part.end()
        if part[2] and part[0] not in _JODA:
            raise unanswered(node, f"{part[0]} in a format")
        said = part[1].replace("''", "'") or "'" if part[1] is not None else part[0]
        found += _JODA[part[0]] if part[2] else said.replace("%", "%%")
    if place != len(form) or "%%" in found:
        raise unanswered(node, "this format")
    return found


@rule(exp.TimeToStr, parts="this format", names="date_format")
def _mysql_text(t: Translator, node: Any, scope: Scope) -> Typed:
    value = t.of_type(node.this, scope, "timestamp", "date", ZONED)
    return _formatted(node, value, literal_text(node.args["format"], "a format"))


@call("format_datetime")
def _joda_text(t: Translator, node: Any, scope: Scope) -> Typed:
    if len(node.expressions) != 2:
        raise unanswered(node)
    value = t.of_type(node.expressions[0], scope, "timestamp", "date", ZONED)
    return _formatted(node, value, _from_joda(node, literal_text(node.expressions[1], "a format")))


@rule(exp.StrToTime, parts="this format", names="date_parse")
def _mysql_time(t: Translator, node: Any, scope: Scope) -> Typed:
    return _read(node, t, scope, literal_text(node.args["format"], "a format"), timestamp(3))


@rule(exp.ParseDatetime, parts="this format", names="parse_datetime")
def _joda_time(t: Translator, node: Any, scope: Scope) -> Typed:
    form = _from_joda(node, literal_text(node.args["format"], "a format"))
    return _read(node, t, scope, form, timestamp(3, ZONED))


def _read(node: exp.Expr, t: Translator, scope: Scope, form: str, kind: Type) -> Typed:
    """A text of a fixed form as a time; a text of another one fails, which Athena might still read."""
    value = t.of_type(node.this, scope, "varchar").sql
    marks = _MARK.findall(form)
    if any(mark.startswith("%") and not _MARKS.get(mark) for mark in marks) or "%Y" not in marks:
        raise unanswered(node, "this format")
    pattern = "".join(_MARKS.get(mark) or re.escape(mark) for mark in marks)
    read = f"strptime({value}, {quoted(form)})"
    return Typed(
        failing(f"regexp_full_match({value}, {quoted(pattern)})", read, "a text of another format"), kind
    )
