"""SQL reads the events and nothing else, in Athena's dialect."""

from __future__ import annotations

import json
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlglot

from audit import query
from audit.athena.types import VARCHAR
from audit.commands.query import run as command
from audit.commands.query import text_of
from audit.queries import named_queries
from audit.selection import Selection
from audit.sources.folder import Folder
from console.output import Format
from tests.audit.test_scan import record
from tests.corpus import log_file

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


def answer(sql: str, *changes: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows over a record for each of these changes, or over the two above."""
    lines = [json.dumps(record(**change)).encode() + b"\n" for change in changes]
    return list(query.run(sql, lines or EVENTS).rows)


def test_the_columns_are_those_of_athena_s_own_table() -> None:
    """Names in lower case, in the order of AWS's CREATE TABLE; free-form members are JSON text."""
    result = query.run("SELECT * FROM cloudtrail WHERE eventid = 'service'", EVENTS)
    assert result.columns[:5] == ("eventversion", "useridentity", "eventtime", "eventsource", "eventname")
    assert result.columns == tuple(name.lower() for name in query.COLUMNS)
    row = dict(zip(result.columns, next(result.rows), strict=True))
    assert json.loads(row["requestparameters"]) == {"imagePipelineArn": "arn:p"}
    assert row["errorcode"] is None


@pytest.mark.parametrize("name", named_queries())
def test_each_named_query_runs_here_and_is_athena_s_sql(name: str) -> None:
    """The same text parses as Trino and answers on this machine."""
    sql = named_queries()[name]
    assert sql.startswith("-- ")
    assert len(sqlglot.parse(sql, read="trino")) == 1
    query.run(sql, EVENTS)


def test_named_queries_find_what_they_are_for() -> None:
    """Pipelines started, root use, failures and calls by services, each from the events that show it."""
    run = {name: answer(sql) for name, sql in named_queries().items()}
    assert [row[5] for row in run["who-started-pipelines"]] == ["arn:p"]
    assert [row[6] for row in run["root-use"]] == ["AccessDenied"]
    assert [row[3] for row in run["failures-by-identity"]] == [1]
    assert [row[0] for row in run["calls-by-services"]] == ["imagebuilder.amazonaws.com"]
    assert run["infrastructure-changes"] == []
    assert len(run["unusual-addresses"]) == 1


def test_named_queries_name_who_has_no_arn() -> None:
    """An Identity Center user, whose arn CloudTrail leaves empty, and whoever lends a service permission."""
    person = {"type": "IdentityCenterUser", "arn": "", "onBehalfOf": {"userId": "u-1"}}
    lent = {"type": "IAMUser", "userName": "ana", "invokedBy": "ec2.amazonaws.com"}
    changes = [{"userIdentity": person, "errorCode": "x"}, {"userIdentity": lent, "errorCode": "y"}]
    run = {name: answer(sql, *changes) for name, sql in named_queries().items()}
    assert {row[0] for row in run["failures-by-identity"]} == {"u-1", "ana"}
    assert [row[0] for row in run["unusual-addresses"]] == ["u-1"]
    assert [row[1] for row in run["calls-by-services"]] == ["ana"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM '{file}'",
        "SELECT content FROM read_text('{file}')",
        "SELECT * FROM glob('{file}')",
        "COPY cloudtrail TO '{file}'",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM sqlite_scan('{file}', 'a')",
        "SELECT * FROM range(3)",
        "SELECT * FROM LATERAL read_text('{file}')",
        "WITH gone AS (DELETE FROM cloudtrail RETURNING *) SELECT * FROM gone",
        "SHOW TABLES",
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
def test_sql_cannot_leave_the_table(sql: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Files, settings, extensions and changes are refused, in one line and before anything is read."""
    file = tmp_path / "secret.csv"
    file.write_text("secret\n1\n")
    with pytest.raises(query.QueryError) as refusal:
        query.translated(sql.format(file=file))
    assert "\n" not in str(refusal.value)
    assert not caplog.records
    assert file.read_text() == "secret\n1\n"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM '{file}'",
        "SELECT * FROM sqlite_scan('{file}', 'a')",
    ],
)
def test_duckdb_itself_has_neither_files_nor_extensions(sql: str, tmp_path: Path) -> None:
    """A second lock, should the first one ever let something through."""
    file = tmp_path / "secret.csv"
    file.write_text("secret\n1\n")
    with pytest.raises(query.QueryError, match=r"Permission Error|Catalog Error"):
        list(query.answered(query.Translation(sql.format(file=file), (), ()), EVENTS))


def test_times_with_a_zone_are_answered_in_utc() -> None:
    """Athena's from_iso8601_timestamp works on eventtime."""
    rows = answer("SELECT max(from_iso8601_timestamp(eventtime)) AS t FROM cloudtrail")
    assert str(rows[0][0]).startswith("2026-01-01 00:00:00")


def test_no_events_give_an_empty_table() -> None:
    """A quiet trail is no error."""
    assert list(query.run("SELECT count(*) FROM cloudtrail", ()).rows) == [(0,)]


def test_structs_have_athena_s_members_too() -> None:
    """All in lower case, as the table's columns."""
    user = {"type": "IAMUser", "principalId": "AIDA1", "onBehalfOf": {"userId": "u"}}
    sql = "SELECT useridentity, resources, tlsdetails FROM cloudtrail"
    ((who, resources, tls),) = answer(
        sql, {"userIdentity": user, "resources": [{"ARN": "a"}], "tlsDetails": {"cipherSuite": "c"}}
    )
    assert (who["principalid"], who["onbehalfof"]["userid"], tls["ciphersuite"]) == ("AIDA1", "u", "c")
    assert resources == [{"arn": "a", "accountid": None, "type": None}]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("7 / 2", 3),
        ("count(*) / 2 FROM cloudtrail", 0),
        ("n / 2 FROM (SELECT count(*) AS n FROM cloudtrail) AS t", 0),
        ("1.5 / 2", Decimal("0.8")),
        ("round(100.0 * 1 / 3, 2)", Decimal("33.30")),
        ("date_add('day', 1, date '2026-01-31')", date(2026, 2, 1)),
        ("regexp_replace('ab', '(a)(b)', '$2$1')", "ba"),
        (r"regexp_replace('ab', 'b', '\$')", "a$"),
        ("json_extract_scalar(requestparameters, '$.tags.a') FROM cloudtrail", "b"),
        ("json_extract_scalar(requestparameters, '$.tags') FROM cloudtrail", None),
        ("json_extract_scalar(requestparameters, '$.none') FROM cloudtrail", None),
        ("element_at(resources, 1).arn FROM cloudtrail", "arn:x"),
        ("t.arn FROM cloudtrail CROSS JOIN UNNEST(resources) AS t", "arn:x"),
        ("arn FROM cloudtrail CROSS JOIN UNNEST(resources) AS t(arn, accountid, type)", "arn:x"),
        ("one.arn FROM cloudtrail CROSS JOIN UNNEST(resources) AS t(one)", "arn:x"),
        ("t.one.arn FROM cloudtrail, UNNEST(resources) t(one) WHERE one.arn = 'arn:x'", "arn:x"),
        ("one.arn FROM cloudtrail LEFT JOIN UNNEST(resources) AS t(one) ON TRUE", "arn:x"),
        (
            "n FROM cloudtrail CROSS JOIN UNNEST(resources) WITH ORDINALITY AS t(one, n) WHERE one.arn <> ''",
            1,
        ),
        ("count(DISTINCT one.arn) FROM cloudtrail CROSS JOIN UNNEST(resources) AS t(one)", 1),
        ("date_diff('hour', from_iso8601_timestamp(eventtime), timestamp '2026-01-02') FROM cloudtrail", 24),
        ("count_if(regexp_like(eventname, '^List')) FROM cloudtrail", 1),
        ("cardinality(array_agg(eventid)) FROM cloudtrail", 1),
        ("approx_distinct(eventid) FROM cloudtrail", 1),
        ("arbitrary(EventName) FROM CloudTrail", "ListImages"),
        ("1; -- and nothing else", 1),
    ],
)
def test_athena_s_words_mean_what_they_mean_there(expression: str, expected: Any) -> None:
    """Integers divide to integers, groups are $1, and what is no scalar is none."""
    event = {"requestParameters": {"tags": {"a": "b"}}, "resources": [{"ARN": "arn:x"}]}
    assert answer(f"SELECT {expression}", event) == [(expected,)]


def test_what_has_no_equivalent_is_refused_instead_of_answered_otherwise() -> None:
    """In one line that names it."""
    with pytest.raises(query.QueryError, match="not answered here: the function reduce"):
        query.translated("SELECT reduce(array[1, 2], 0, (s, x) -> s + x, s -> s * 2)")


def test_sql_nested_too_deeply_is_refused() -> None:
    """In one line, as any other bad SQL."""
    with pytest.raises(query.QueryError, match="nested"):
        query.translated(f"SELECT {'(' * 3000}1{')' * 3000}")


def test_nameless_columns_are_named_as_athena_names_them() -> None:
    """By their place."""
    result = query.run("SELECT eventname, count(*), 1 AS one FROM cloudtrail GROUP BY 1", EVENTS)
    assert result.columns == ("eventname", "_col1", "one")


def test_a_member_of_another_form_is_null_and_its_record_stays() -> None:
    """One odd event must not keep the others from being asked."""
    odd: list[dict[str, Any]] = [{"eventID": "1", "tlsDetails": "x"}, {"eventID": "2", "addendum": [1]}]
    rows = answer("SELECT eventid, addendum.reason, tlsdetails.tlsversion FROM cloudtrail ORDER BY 1", *odd)
    assert rows == [("1", None, None), ("2", None, None)]


def test_rows_come_as_they_are_fetched() -> None:
    """A result larger than the memory has a first row."""
    steps = "UNNEST(sequence(1, 10000))"
    many = f"SELECT a.x FROM {steps} AS a(x), {steps} AS b(y), {steps} AS c(z)"  # noqa: S608 - of our own
    assert next(query.run(many, EVENTS).rows)


def test_nothing_is_left_in_the_working_folder() -> None:
    """What the memory does not hold goes where temporary files go."""
    setting = query.Translation("SELECT current_setting('temp_directory')", ("place",), (VARCHAR,))
    _, (place,) = query.answered(setting, EVENTS)
    assert Path(place).parent == Path(tempfile.gettempdir())
    assert not Path(place).exists()


@pytest.mark.parametrize("form", list(Format))
def test_each_format_takes_any_answer(form: Format, tmp_path: Path) -> None:
    """Columns named twice or oddly, structs, maps, bytes, decimals, huge numbers, NUL, no time zone."""
    sql = """
      SELECT 1 AS a, 2 AS A, 3 AS "a_1", 4 AS "q""\n", -1.5 AS d, x'41' AS b, useridentity,
        current_timestamp AS t, map(array[date '2026-01-01'], array[1]) AS m, requestparameters,
        row(1, NULL) AS r, NULL AS n
      FROM cloudtrail
    """
    (tmp_path / "a.json.gz").write_bytes(log_file([record(requestParameters={"x": "a\0b"})]))
    assert command(sql, Folder(tmp_path), Selection(), format=form, output=tmp_path / "out") == 0
    if form is Format.JSON:
        ((row),) = msgspec.json.decode((tmp_path / "out").read_bytes())
        assert (row["a"], row["A_1"], row["a_1_1"], row["d"], row["b"]) == (1, 2, 3, -1.5, "41")
        assert row["m"] == {"2026-01-01": 1}


def test_a_name_that_no_query_has_is_answered_by_those_there_are() -> None:
    """A slip in a name is not taken for SQL."""
    with pytest.raises(query.QueryError, match=r"no query is called root-uze; there are .*root-use"):
        text_of("root-uze")


def test_a_query_that_takes_too_much_memory_says_how_to_go_on() -> None:
    """DuckDB's own advice, to change settings that nobody can change, reaches nobody."""
    records = [
        json.dumps(record(eventID=f"{n:036}", userAgent="x" * 20_000)).encode() + b"\n" for n in range(9_000)
    ]
    with pytest.raises(query.QueryError, match=r"more than 16 MiB of memory .* --memory-mib"):
        list(query.run("SELECT * FROM cloudtrail ORDER BY useragent, eventid", records, 16 * 2**20).rows)
