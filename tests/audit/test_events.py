"""What a list of events shows: on what each call was, the newest so many, and the columns asked for."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from audit.resources import resource_of
from audit.selection import Selection
from tests.audit.inside import audit
from tests.audit.test_scan import read, record
from tests.corpus import log_file

Capsys = pytest.CaptureFixture[str]
ARN = "arn:aws:imagebuilder:eu-west-1:123456789012:"


def at(second: int, **changes: Any) -> dict[str, Any]:
    """A record of that second."""
    return record(eventID=str(second), eventTime=f"2026-01-01T00:00:{second:02}Z", **changes)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Five events in two files, the newest neither first nor last."""
    (tmp_path / "a.json.gz").write_bytes(log_file([at(4), at(1)]))
    (tmp_path / "b.json.gz").write_bytes(log_file([at(0), at(3), at(2)]))
    return tmp_path


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"requestParameters": {"imagePipelineArn": f"{ARN}image-pipeline/web"}}, "image-pipeline/web"),
        (
            {
                "eventName": "CreateComponent",
                "requestParameters": {"name": "harden", "kmsKeyId": "arn:aws:kms:eu-west-1:1:key/k"},
                "responseElements": {
                    "latestVersionReferences": {"latestVersionArn": f"{ARN}component/harden/x.x.x"},
                    "componentBuildVersionArn": f"{ARN}component/harden/1.0.0/1",
                },
            },
            "component/harden/1.0.0/1",
        ),
        ({"requestParameters": {"bucketName": "logs", "key": "a"}}, "logs"),
        ({"requestParameters": {"maxResults": 3, "logGroupName": "/aws/x"}}, "/aws/x"),
        ({"resources": [{"accountId": "1", "ARN": "arn:aws:iam::1:role/r"}]}, "role/r"),
        (
            {
                "errorCode": "AccessDenied",
                "errorMessage": f"User: arn:x may not perform: a on resource: {ARN}image/i because",
            },
            "image/i",
        ),
        ({"requestParameters": {"maxResults": 3}}, None),
        ({}, None),
    ],
)
def test_the_resource_is_what_the_call_made_or_was_asked_about(
    changes: dict[str, Any], expected: str | None
) -> None:
    """From the response of a creation, the request, the record's resources, or the refusal."""
    [found] = read("k", log_file([record(**changes)]), Selection()).records
    resource = resource_of(found)
    assert (resource and resource.name) == expected


def test_the_table_says_on_what_each_call_was(tmp_path: Path, capsys: Capsys) -> None:
    """With the rows of every other format: the short name, and the ARN."""
    event = record(requestParameters={"imagePipelineArn": f"{ARN}image-pipeline/web"})
    (tmp_path / "a.json.gz").write_bytes(log_file([event]))
    assert "image-pipeline/web" in audit(capsys, "events", tmp_path).out
    [row] = json.loads(audit(capsys, "events", tmp_path, "--format", "json").out)
    assert (row["resource"], row["resource_arn"]) == ("image-pipeline/web", f"{ARN}image-pipeline/web")


@pytest.mark.parametrize("format", ["table", "json", "jsonl", "csv"])
def test_a_limit_keeps_the_newest_oldest_first(format: str, logs: Path, capsys: Capsys) -> None:
    """Whichever files they are in, in each format alike."""
    out = audit(capsys, "events", logs, "--limit", "3", "--format", format).out
    times = [word for word in out.replace('"', " ").replace(",", " ").split() if word.startswith("2026-")]
    assert times == [f"2026-01-01T00:00:0{second}Z" for second in (2, 3, 4)]


def test_columns_are_those_asked_for_in_their_order(logs: Path, capsys: Capsys) -> None:
    """In a table as in CSV; `all` is every one."""
    done = audit(capsys, "events", logs, "--columns", "action, event_id", "--format", "csv", "--limit", "1")
    assert list(csv.reader(io.StringIO(done.out))) == [["action", "event_id"], ["ListImages", "4"]]
    table = audit(capsys, "events", logs, "--columns", "event_id,time").out
    assert table.splitlines()[0].split() == ["EVENT", "ID", "TIME"]
    assert "REQUEST ID" in audit(capsys, "events", logs, "--columns", "all").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--columns", "time,wo"], "'wo' is no column; there are time, who, action"),
        (["--columns", "time", "--format", "jsonl"], "--columns is not for --format jsonl"),
        (["--since", "2 hours"], "2 hours is not a time; give one such as 2026-01-31T13:00:00Z, or 30m, 2h"),
        (["--until", "99999999w"], "99999999w is not a time"),
        (["--limit", "0"], "--limit"),
    ],
)
def test_what_cannot_be_asked_for_is_told(
    arguments: list[str], said: str, logs: Path, capsys: Capsys
) -> None:
    """In one line, with what is allowed."""
    done = audit(capsys, "events", logs, *arguments)
    assert (done.code, done.out, done.said.count("\n")) == (2, "", 1)
    assert said in done.said


def test_a_time_can_be_given_as_so_long_ago(tmp_path: Path, capsys: Capsys) -> None:
    """By --since and --until, which are --start and --end."""
    now = datetime.now(UTC)
    events = [record(eventID=f"{h}", eventTime=(now - timedelta(hours=h)).isoformat()) for h in (1, 3, 30)]
    (tmp_path / "a.json.gz").write_bytes(log_file(events))

    def ids(*arguments: str) -> list[str]:
        out = audit(capsys, "events", tmp_path, "--format", "jsonl", *arguments).out
        return [json.loads(line)["eventID"] for line in out.splitlines()]

    assert ids("--since", "2h") == ids("--start", "120m") == ["1"]
    assert ids("--since", "1d", "--until", "7200s") == ["3"]
    assert ids("--until", "1d") == ids("--end", "1d") == ["30"]


def test_times_are_timestamps_in_parquet_whatever_their_form(tmp_path: Path, capsys: Capsys) -> None:
    """In UTC, so that they add and compare; ISO 8601 knows other forms than CloudTrail's."""
    events = [record(eventTime=time) for time in ("2026-01-01T02:00:00+02:00", "20260101T000001Z")]
    (tmp_path / "a.json.gz").write_bytes(log_file(events))
    output = tmp_path / "events.parquet"
    audit(capsys, "events", tmp_path / "a.json.gz", "--output", output)
    found = duckdb.read_parquet(str(output)).project("time")
    assert str(found.types[0]) == "TIMESTAMP WITH TIME ZONE"
    begin = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    assert duckdb.read_parquet(str(output)).project("epoch(time)").fetchall() == [(begin,), (begin + 1,)]
