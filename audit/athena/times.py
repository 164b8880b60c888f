"""Dates and times. The zone is UTC throughout, so a timestamp with a zone is held without it.

https://trino.io/docs/current/functions/datetime.html
"""

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
    written,
)
from audit.athena.types import (
    BIGINT,
    DATE,
    DOUBLE,
    INTEGERS,
    INTERVAL,
    VARCHAR,
    ZONED,
    QueryError,
    Type,
    common_of,
    is_time,
    timestamp,
)

DAY = r"\d{4}-\d{2}-\d{2}"
MOMENT = DAY + r"( \d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?)?"
_ISO = DAY + r"(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z?)?"
_LITERAL = re.compile(rf"({DAY})(?: (\d\d:\d\d)(?::(\d\d)(?:\.(\d{{1,3}}))?)?)?( UTC)?")
_STEPS = {
    "MILLISECOND": "to_milliseconds({})",
    "SECOND": "to_seconds({})",
    "MINUTE": "to_minutes({})",
    "HOUR": "to_hours({})",
    "DAY": "to_days({})",
    "WEEK": "to_days(7 * ({}))",
    "MONTH": "to_months({})",
    "QUARTER": "to_months(3 * ({}))",
    "YEAR": "to_months(12 * ({}))",
}
_OF_A_DAY = frozenset({"MILLISECOND", "SECOND", "MINUTE", "HOUR"})
_NAMES = ("date", "timestamp", ZONED)


def text(value: Typed) -> str:
    """A timestamp's text, as Trino writes it: with as many places as its type has, and its zone."""
    places = value.type.digits[0]
    form = "%Y-%m-%d %H:%M:%S" + (".%f" if places else "")
    whole = f"strftime({value.sql}, '{form}')"
    cut = f"left({whole}, {20 + places})" if places else whole
    return f"({cut} || ' UTC')" if value.type.name == ZONED else cut


def literal(written_as: str, kind: Type) -> Typed | None:
    """A literal of a date or time, whose type follows from its text; None if it has not that form."""
    found = _LITERAL.fullmatch(written_as)
    if found is None or (kind.name == "date" and found[2]) or (kind.name == ZONED) != bool(found[5]):
        return None
    if kind.name == "date":
        return Typed(f"CAST({quoted(written_as)} AS DATE)", DATE)
    plain = f"{found[1]} {found[2] or '00:00'}:{found[3] or '00'}.{found[4] or '0'}"
    return Typed(f"CAST({quoted(plain)} AS TIMESTAMP)", timestamp(kind.digits[0], kind.name))


def moved(node: exp.Expr, one: Typed, other: Typed) -> Typed:
    """A time and an interval, added or subtracted."""
    if isinstance(node, exp.Add) and one.type == INTERVAL:
        one, other = other, one
    if not isinstance(node, exp.Add | exp.Sub) or not is_time(one.type) or other.type != INTERVAL:
        raise unanswered(node, f"{one.type} and {other.type}")
    unit = "HOUR" if "to_" in other.sql and not re.search("to_(days|months)", other.sql) else "DAY"
    if one.type == DATE and unit in _OF_A_DAY:
        raise QueryError(f"{written(node)}: a date has no hours, also to Athena: cast it to timestamp")
    word = "+" if isinstance(node, exp.Add) else "-"
    return Typed(f"CAST({one.sql} {word} {other.sql} AS {one.type.duck})", one.type)


@rule(exp.Interval, parts="this unit")
def _interval(t: Translator, node: Any, scope: Scope) -> Typed:
    del t, scope
    unit = node.args["unit"].name.upper() if node.args.get("unit") else ""
    number = literal_text(node.this, "an interval")
    if (
        unit not in _STEPS
        or unit in {"WEEK", "QUARTER", "MILLISECOND"}
        or not re.fullmatch(r"-?\d{1,9}", number)
    ):
        raise unanswered(node)
    return Typed(_STEPS[unit].format(number), INTERVAL)


@rule(exp.CurrentTimestamp, exp.Localtimestamp, exp.CurrentDate, parts="", names="now")
def _now(t: Translator, node: Any, scope: Scope) -> Typed:
    del scope
    if isinstance(node, exp.CurrentDate):
        return Typed(f"DATE '{t.now:%Y-%m-%d}'", DATE)
    kind = timestamp(3, "timestamp" if isinstance(node, exp.Localtimestamp) else ZONED)
    return Typed(f"TIMESTAMP '{t.now.isoformat(' ', 'milliseconds')}'", kind)


@rule(exp.AtTimeZone, parts="this zone")
def _zone(t: Translator, node: Any, scope: Scope) -> Typed:
    value = t.of_type(node.this, scope, ZONED)
    if literal_text(node.args["zone"], "a zone") != "UTC":
        raise unanswered(node, "zones other than UTC")
    return value


@rule(exp.FromISO8601Timestamp, parts="this", names="from_iso8601_timestamp")
def _from_iso(t: Translator, node: Any, scope: Scope) -> Typed:
    value = t.of_type(node.this, scope, "varchar").sql
    read = failing(
        f"regexp_full_match({value}, {quoted(_ISO)})", f"CAST(rtrim({value}, 'Z') AS TIMESTAMP)", _UNREAD
    )
    return Typed(read, timestamp(3, ZONED))


_UNREAD = "a text that is no time such as 2026-01-31T13:00:00Z"


@rule(exp.FromISO8601Date, parts="this", names="from_iso8601_date")
def _from_iso_date(t: Translator, node: Any, scope: Scope) -> Typed:
    value = t.of_type(node.this, scope, "varchar").sql
    read = failing(f"regexp_full_match({value}, {quoted(DAY)})", f"CAST({value} AS DATE)", _UNREAD)
    return Typed(read, DATE)


@call("to_iso8601")
def _to_iso(t: Translator, node: Any, scope: Scope) -> Typed:
    value = t.of_type(_one(node), scope, *_NAMES)
    if value.type == DATE:
        return Typed(f"CAST({value.sql} AS VARCHAR)", VARCHAR)
    if value.type != timestamp(3, ZONED):
        raise unanswered(node, str(value.type))
    return Typed(f"strftime({value.sql}, '%Y-%m-%dT%H:%M:%S.%gZ')", VARCHAR)


def _one(node: exp.Anonymous) -> exp.Expr:
    if len(node.expressions) != 1:
        raise unanswered(node)
    found: exp.Expr = node.expressions[0]
    return found


@rule(exp.Date, parts="this", names="date")
def _date(t: Translator, node: Any, scope: Scope) -> Typed:
    return t.expression(exp.Cast(this=node.this, to=exp.DataType.build("date")), scope)


@rule(exp.UnixToTime, parts="this", names="from_unixtime")
def _from_unix(t: Translator, node: Any, scope: Scope) -> Typed:
    value = t.of_type(node.this, scope, *INTEGERS)
    return Typed(f"make_timestamp(CAST({value.sql} AS BIGINT) * 1000000)", timestamp(3, ZONED))


@rule(exp.TimeToUnix, parts="this", names="to_unixtime")
def _to_unix(t: Translator, node: Any, scope: Scope) -> Typed:
    return Typed(f"epoch({t.of_type(node.this, scope, 'timestamp', ZONED).sql})", DOUBLE)


def _unit(node: exp.Expr, kind: Type) -> str:
    unit = node.args["unit"]
    name = unit.name.upper() if isinstance(unit, exp.Var | exp.Literal) else ""
    if name not in _STEPS:
        raise unanswered(node, "this unit")
    if kind == DATE and name in _OF_A_DAY:
        raise QueryError(
            f"{written(node)}: a date has no {name.lower()}s, also to Athena: cast it to timestamp"
        )
    return name


@rule(exp.TimestampTrunc, exp.DateTrunc, parts="this unit", names="date_trunc")
def _truncated(t: Translator, node: Any, scope: Scope) -> Typed:
    value = t.of_type(node.this, scope, *_NAMES)
    unit = _unit(node, value.type)
    return Typed(f"CAST(date_trunc('{unit.lower()}', {value.sql}) AS {value.type.duck})", value.type)


@rule(exp.DateAdd, parts="this expression unit", names="date_add")
def _added(t: Translator, node: Any, scope: Scope) -> Typed:
    value, number = t.of_type(node.this, scope, *_NAMES), t.of_type(node.expression, scope, *INTEGERS)
    step = _STEPS[_unit(node, value.type)].format(f"CAST({number.sql} AS INTEGER)")
    return Typed(f"CAST({value.sql} + {step} AS {value.type.duck})", value.type)


@rule(exp.DateDiff, parts="this expression unit", names="date_diff")
def _difference(t: Translator, node: Any, scope: Scope) -> Typed:
    """Whole units that have passed, as date_sub counts them; DuckDB's date_diff counts borders crossed."""
    later, earlier = t.of_type(node.this, scope, *_NAMES), t.of_type(node.expression, scope, *_NAMES)
    kind = common_of([later.type, earlier.type], written(node))
    unit = _unit(node, kind)
    return Typed(f"date_sub('{unit.lower()}', {earlier.to(kind)}, {later.to(kind)})", BIGINT)


_PARTS: dict[type[exp.Expr], str] = {
    exp.Year: "year",
    exp.Quarter: "quarter",
    exp.Month: "month",
    exp.Week: "week",
    exp.WeekOfYear: "week",
    exp.Day: "day",
    exp.DayOfMonth: "day",
    exp.DayOfWeekIso: "isodow",
    exp.DayOfYear: "dayofyear",
    exp.Hour: "hour",
    exp.Minute: "minute",
    exp.Second: "second",
}
_EXTRACTED = {
    **{
        name: name.lower() for name in ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND")
    },
    "DAY_OF_MONTH": "day",
    "DAY_OF_WEEK": "isodow",
    "DOW": "isodow",
    "DAY_OF_YEAR": "dayofyear",
    "DOY": "dayofyear",
}


@rule(
    *_PARTS,
    parts="this",
    names="year quarter month week week_of_year day day_of_month day_of_week dow day_of_year doy "
    "hour minute second",
)
def _part(t: Translator, node: Any, scope: Scope) -> Typed:
    return _part_of(_PARTS[type(node)], node.this, t, scope)


@rule(exp.Extract, names="extract")
def _extracted(t: Translator, node: Any, scope: Scope) -> Typed:
    if node.name.upper() not in _EXTRACTED:
        raise unanswered(node)
    return _part_of(_EXTRACTED[node.name.upper()], node.expression, t, scope)


def _part_of(part: str, node: exp.Expr, t: Translator, scope: Scope) -> Typed:
    names = _NAMES[1:] if part in {"hour", "minute", "second"} else _NAMES
    value = t.of_type(node, scope, *names)
    return Typed(f"CAST(date_part('{part}', {value.sql}) AS BIGINT)", BIGINT)
