"""SQL reads the events and nothing else, in Athena's dialect."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlglot

from audit import query
from tests.audit.test_scan import record

ROOT_CALL = json.dumps(record(eventID="root", errorCode="AccessDenied")).encode() + b"\n"
SERVICE_CALL = (
    json.dumps(
        record(
            eventID="service",
            eventName="StartImagePipelineExecution",
            userIdentity={"type": "AssumedRole", "arn": "arn:r", "invokedBy": "imagebuilder.amazonaws.com"},
            requestParameters={"imagePipelineArn": "arn:p"},
        )
    ).encode()
    + b"\n"
)
EVENTS = (ROOT_CALL, SERVICE_CALL)


def test_the_columns_are_those_of_athena_s_own_table() -> None:
    """Names in lower case, in the order of AWS's CREATE TABLE; free-form members are JSON text."""
    result = query.run("SELECT * FROM cloudtrail WHERE eventid = 'service'", EVENTS)
    assert result.columns[:5] == ("eventversion", "useridentity", "eventtime", "eventsource", "eventname")
    assert result.columns == tuple(name.lower() for name in query.COLUMNS)
    row = dict(zip(result.columns, result.rows[0], strict=True))
    assert json.loads(row["requestparameters"]) == {"imagePipelineArn": "arn:p"}
    assert row["errorcode"] is None


@pytest.mark.parametrize("name", query.named_queries())
def test_each_named_query_runs_here_and_is_athena_s_sql(name: str) -> None:
    """The same text parses as Trino and answers on this machine."""
    sql = query.named_queries()[name]
    assert sql.startswith("-- ")
    assert len(sqlglot.parse(sql, read="trino")) == 1
    query.run(sql, EVENTS)


def test_named_queries_find_what_they_are_for() -> None:
    """Pipelines started, root use, failures and calls by services, each from the events that show it."""
    run = {name: query.run(sql, EVENTS).rows for name, sql in query.named_queries().items()}
    assert [row[5] for row in run["who-started-pipelines"]] == ["arn:p"]
    assert [row[6] for row in run["root-use"]] == ["AccessDenied"]
    assert [row[3] for row in run["failures-by-identity"]] == [1]
    assert [row[0] for row in run["calls-by-services"]] == ["imagebuilder.amazonaws.com"]
    assert run["infrastructure-changes"] == []
    assert len(run["unusual-addresses"]) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM '{file}'",
        "SELECT content FROM read_text('{file}')",
        "SELECT * FROM glob('{file}')",
        "COPY cloudtrail TO '{file}'",
        "INSERT INTO cloudtrail SELECT * FROM cloudtrail",
        "DROP TABLE cloudtrail",
        "SET enable_external_access = true",
        "ATTACH '{file}'",
        "INSTALL httpfs",
        "SELECT 1; DROP TABLE cloudtrail",
        "not sql at all",
        "",
    ],
)
def test_sql_cannot_leave_the_table(sql: str, tmp_path: Path) -> None:
    """Files, settings, extensions and changes are refused, in one line."""
    file = tmp_path / "secret.csv"
    file.write_text("secret\n1\n")
    with pytest.raises(query.QueryError) as refusal:
        query.run(sql.format(file=file), EVENTS)
    assert "\n" not in str(refusal.value)
    assert file.read_text() == "secret\n1\n"


def test_times_with_a_zone_are_answered_in_utc() -> None:
    """Athena's from_iso8601_timestamp works on eventtime."""
    rows = query.run("SELECT max(from_iso8601_timestamp(eventtime)) AS t FROM cloudtrail", EVENTS).rows
    assert str(rows[0][0]).startswith("2026-01-01 00:00:00")


def test_no_events_give_an_empty_table() -> None:
    """A quiet trail is no error."""
    assert query.run("SELECT count(*) FROM cloudtrail", ()).rows == [(0,)]
