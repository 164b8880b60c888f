"""Each query has the answer that a real Trino gave it, or is refused in one line; never another answer."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from typing import Any

import pytest

from audit import query
from audit.queries import named_queries
from tests.audit.trino.record import ANSWERS, queries
from tests.audit.trino.records import lines

TRUTH: dict[str, Any] = json.loads(ANSWERS.read_text())
# What Trino answers and we do not, by its reason. Whoever adds a rule takes its queries off this list.
# Athena, unlike Trino, lets one name stand for the whole row:
# https://docs.aws.amazon.com/athena/latest/ug/filtering-with-unnest.html
ATHENA_S_OWN = ("SELECT r.arn FROM cloudtrail CROSS JOIN UNNEST(resources) AS t(r)",)
REFUSED = (ANSWERS.parent / "refused.txt").read_text().splitlines()
# Named queries whose text changed after Trino was asked; empty again when `record` has run.
UNASKED = (
    *("calls-by-services", "failures-by-identity", "infrastructure-changes", "root-use"),
    "who-started-pipelines",
)


def plain(value: Any) -> Any:
    """A value as Trino's protocol has it: rows are lists, decimals and dates text, bytes base64."""
    if isinstance(value, dict):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, bool | int | float | str) or value is None:
        return value
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def same(ours: Any, theirs: Any) -> bool:
    """Whether two values are one; Trino's rows are lists without the names."""
    if isinstance(ours, dict) and isinstance(theirs, list):
        return same(list(ours.values()), theirs)
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(ours, float) and isinstance(theirs, int | float):
        return ours == pytest.approx(theirs, rel=1e-12)
    return ours == theirs and isinstance(ours, bool) == isinstance(theirs, bool)


def answer(sql: str) -> list[list[Any]]:
    """Our rows."""
    return [[plain(value) for value in row] for row in query.run(sql, lines()).rows]


def in_order(sql: str, rows: list[list[Any]]) -> list[Any]:
    """The rows as they came where the query says in which order, else in one of our own."""
    return rows if "order by" in sql.lower() else sorted(rows, key=json.dumps)


def test_all_queries_have_been_asked() -> None:
    """The answers on file are to the queries on file, but for named ones that changed since: UNASKED."""
    later = [named_queries()[name] for name in UNASKED]
    assert list(TRUTH) == [sql for sql in queries() if sql not in later]
    assert set(REFUSED) <= set(TRUTH)


@pytest.mark.parametrize("sql", [sql for sql in TRUTH if "error" not in TRUTH[sql] and sql not in REFUSED])
def test_what_is_answered_is_answered_as_by_trino(sql: str) -> None:
    """The same names of columns and the same rows."""
    rows = answer(sql)
    assert len(rows) == len(TRUTH[sql]["rows"])
    for ours, theirs in zip(in_order(sql, rows), in_order(sql, TRUTH[sql]["rows"]), strict=True):
        assert same(ours, theirs), (ours, theirs)
    names = [name.rpartition(" ")[0] if " (" not in name else name for name in TRUTH[sql]["columns"]]
    for ours, theirs in zip(query.translated(sql).columns, TRUTH[sql]["columns"], strict=True):
        assert theirs.lower().startswith(f"{ours.lower()} "), names


@pytest.mark.parametrize(
    "sql",
    [sql for sql in TRUTH if ("error" in TRUTH[sql] or sql in REFUSED) and sql not in ATHENA_S_OWN],
)
def test_what_trino_or_we_refuse_is_refused_in_one_line(sql: str) -> None:
    """Before, or while, it runs; nothing of an answer is taken for the whole."""
    with pytest.raises(query.QueryError) as refusal:
        answer(sql)
    assert "\n" not in str(refusal.value)
