"""Where the SQL of a query comes from, and what is answered without any logs."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import duckdb
import pytest

from audit import query
from audit.queries import named_queries
from tests.audit.inside import Done, audit
from tests.audit.test_scan import record
from tests.corpus import log_file

Capsys = pytest.CaptureFixture[str]
SQL = "SELECT eventid FROM cloudtrail"


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """One event."""
    (tmp_path / "a.json.gz").write_bytes(log_file([record(eventID="1")]))
    return tmp_path / "a.json.gz"


@pytest.mark.parametrize("arguments", [["@{}"], ["--file", "{}"]])
def test_sql_is_taken_from_a_file(arguments: list[str], logs: Path, tmp_path: Path, capsys: Capsys) -> None:
    """With the mark at its beginning that some editors put there."""
    (tmp_path / "q.sql").write_text(f"-- a comment\n{SQL};\n", "utf-8-sig")
    words = [one.format(tmp_path / "q.sql") for one in arguments]
    done = audit(capsys, "query", *words, "--source", logs, "--format", "json")
    assert (done.code, json.loads(done.out)) == (0, [{"eventid": "1"}])


@pytest.mark.parametrize("arguments", [["-"], ["--file", "-"]])
def test_sql_is_taken_from_standard_input(
    arguments: list[str], logs: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As programs that make SQL hand it over."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SQL.encode())))
    done = audit(capsys, "query", *arguments, "--source", logs, "--format", "json")
    assert (done.code, json.loads(done.out)) == (0, [{"eventid": "1"}])


def test_a_named_query_s_sql_is_printed_and_runs_as_it_is(logs: Path, tmp_path: Path, capsys: Capsys) -> None:
    """To begin one's own with; it needs no logs."""
    done = audit(capsys, "query", "root-use", "--show")
    assert (done.code, done.said) == (0, "")
    assert done.out == named_queries()["root-use"].rstrip() + "\n"
    (tmp_path / "q.sql").write_text(done.out)
    assert audit(capsys, "query", f"@{tmp_path / 'q.sql'}", "--source", logs).code == 0


@pytest.mark.parametrize(
    "sql",
    [
        "DESCRIBE cloudtrail",
        "desc CloudTrail;",
        "SHOW COLUMNS IN cloudtrail",
        "show columns from `cloudtrail`",
    ],
)
def test_the_columns_are_described_as_athena_does_without_logs(sql: str, capsys: Capsys) -> None:
    """Each with its type."""
    done = audit(capsys, "query", sql, "--format", "json")
    assert done.code == 0
    found = {row["column"]: row["type"] for row in json.loads(done.out)}
    assert list(found) == [name.lower() for name in query.COLUMNS]
    assert found["eventtime"] == "varchar"
    assert found["resources"] == "array(row(arn varchar, accountid varchar, type varchar))"


MISTAKES: dict[str, tuple[list[str], str]] = {
    "no such file": (["@no-such.sql"], "no-such.sql: No such file or directory; give a file"),
    "a folder": (["@."], ".: Is a directory"),
    "no text": (["@binary"], "binary: not UTF-8, so no SQL"),
    "two at once": ([SQL, "--file", "q.sql"], "SQL is given twice"),
    "another table": (["DESCRIBE events"], "no table is called events; there is cloudtrail"),
    "no such query": (["root-us", "--show"], "no query is called root-us; there are"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_in_one_line(
    name: str, tmp_path: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before any log is read."""
    monkeypatch.chdir(tmp_path)
    Path("binary").write_bytes(b"\xff\xfe\x00")
    arguments, said = MISTAKES[name]
    done: Done = audit(capsys, "query", *arguments)
    assert (done.code, done.out, done.said.count("\n")) == (2, "", 1)
    assert said in done.said


def test_timestamps_of_a_query_are_timestamps_in_parquet(logs: Path, tmp_path: Path, capsys: Capsys) -> None:
    """With a zone and without one."""
    zoned = "from_iso8601_timestamp(eventtime)"
    sql = f"SELECT {zoned} AS a, CAST({zoned} AS timestamp) AS b, eventtime FROM cloudtrail"  # noqa: S608
    output = tmp_path / "q.parquet"
    assert audit(capsys, "query", sql, "--source", logs, "--output", output).code == 0
    found = duckdb.read_parquet(str(output))
    assert [str(kind) for kind in found.types] == ["TIMESTAMP WITH TIME ZONE", "TIMESTAMP", "VARCHAR"]
    assert found.project("epoch(a) = epoch(b)").fetchall() == [(True,)]
