"""What is wrong with a query is said in its own words: no names of the translation or of its parts."""

from __future__ import annotations

import json

import pytest

from audit import query
from tests.audit.test_scan import record


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (
            "SELECT eventname, count(*) FROM cloudtrail",
            'column "eventname" must appear in the GROUP BY clause',
        ),
        (
            "SELECT eventname FROM cloudtrail GROUP BY 1 HAVING eventtime > 'a'",
            'column "eventtime" must appear in the GROUP BY clause',
        ),
        (
            "SELECT a.x, count(*) FROM (SELECT eventname AS x, eventid FROM cloudtrail) a GROUP BY eventid",
            'column "x" must appear in the GROUP BY clause',
        ),
        ("SELECT eventname FROM", "Expected table name at the end of the query"),
        ("SELECT eventname FROM WHERE", "Expected table name, not WHERE"),
        ("SELECT count(*) FROM cloudtrail WHERE", "a part of WHERE is missing"),
        ("EXPLAIN SELECT 1", "EXPLAIN is not answered here: there is no plan"),
        ("SHOW TABLES", "SHOW is answered only for columns: the one table is cloudtrail"),
        ("DELETE FROM cloudtrail", "only one SELECT is run"),
    ],
)
def test_a_fault_is_told_in_the_words_of_the_query(sql: str, said: str) -> None:
    """With the columns' names as they are written, and where the query ends."""
    with pytest.raises(query.QueryError) as fault:
        list(query.run(sql, [json.dumps(record()).encode() + b"\n"]).rows)
    assert said in str(fault.value)
    for inner in ("r1", "_4", "Token", "sqlglot", "class", "Binder"):
        assert inner not in str(fault.value)
