"""`events --follow` prints each event once, as its log file comes, and ends cleanly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from audit.commands.follow import _Listing
from audit.sources.folder import Folder
from localaws.testing import LocalAws
from tests import ROOT
from tests.audit.inside import audit
from tests.audit.test_scan import record
from tests.corpus import log_file

NOW = datetime.now(UTC)
BELOW = "AWSLogs/123456789012/CloudTrail/us-east-1"


def key(day: datetime, name: str) -> str:
    """A log file's key in CloudTrail's layout."""
    return f"{BELOW}/{day:%Y/%m/%d}/{name}.json.gz"


def put(folder: Path, day: datetime, name: str, *event_ids: str) -> None:
    """A log file appears, whole."""
    path = folder / key(day, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = log_file([record(eventID=one, eventTime=day.isoformat()) for one in event_ids])
    path.with_suffix(".part").write_bytes(text)
    path.with_suffix(".part").rename(path)


@contextmanager
def following(
    source: object, *arguments: str, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """`audit events SOURCE --follow`, ended by Ctrl-C with exit code 130."""
    command = [sys.executable, "-m", "audit", "events", str(source), "--follow", "--poll-seconds", "0.1"]
    with subprocess.Popen(
        [*command, *arguments],
        cwd=ROOT,
        env=os.environ | (environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
            process.send_signal(signal.SIGINT)
            assert process.stdout is not None
            assert process.stdout.read() == ""
            assert process.wait() == 130
        finally:
            process.kill()


def events(process: subprocess.Popen[str], number: int) -> list[str]:
    """The ids of the next so many events, waited for."""
    assert process.stdout is not None
    return [json.loads(process.stdout.readline())["eventID"] for _ in range(number)]


def said(process: subprocess.Popen[str]) -> str:
    """The next line on stderr, waited for."""
    assert process.stderr is not None
    return process.stderr.readline()


def test_new_log_files_are_printed_once_each(tmp_path: Path) -> None:
    """Those that are there already are passed over, and that is said."""
    put(tmp_path, NOW, "before", "old")
    with following(tmp_path, "--format", "jsonl") as process:
        assert "log files there already: 1, whose events --since 1d shows" in said(process)
        put(tmp_path, NOW, "b", "1", "2")
        assert events(process, 2) == ["1", "2"]
        put(tmp_path, NOW, "a", "3")
        assert events(process, 1) == ["3"]


def test_with_a_start_the_events_since_then_come_first(tmp_path: Path) -> None:
    """Of days long past, too, and then each new one."""
    put(tmp_path, NOW - timedelta(days=9), "a", "too old")
    put(tmp_path, NOW - timedelta(days=5), "a", "past")
    put(tmp_path, NOW, "a", "today")
    with following(tmp_path, "--format", "jsonl", "--since", "7d") as process:
        assert events(process, 2) == ["past", "today"]
        put(tmp_path, NOW, "b", "new")
        assert events(process, 1) == ["new"]


def test_a_bucket_is_followed_as_a_folder_is(local_aws: LocalAws) -> None:
    """In the layout of the trail."""
    client = local_aws.client("s3")
    client.create_bucket(Bucket="followed")
    with following(
        "s3://followed", "--format", "jsonl", environment=dict(local_aws.environment())
    ) as process:
        assert "following s3://followed" in said(process)
        client.put_object(Bucket="followed", Key=key(NOW, "a"), Body=log_file([record(eventID="1")]))
        assert events(process, 1) == ["1"]


@pytest.mark.parametrize(("format", "heads"), [("table", "EVENT ID"), ("csv", "event_id")])
def test_a_table_without_end_has_its_heads_once(format: str, heads: str, tmp_path: Path) -> None:
    """And each event at once."""
    with following(tmp_path, "--columns", "event_id", "--format", format) as process:
        assert "following" in said(process)
        assert process.stdout is not None
        put(tmp_path, NOW, "a", "1")
        assert [process.stdout.readline().strip() for _ in range(2)] == [heads, "1"]
        put(tmp_path, NOW, "b", "a-longer-id")
        assert process.stdout.readline().strip() == "a-longer-id"


def test_a_damaged_file_is_told_and_the_next_one_is_read(tmp_path: Path) -> None:
    """Its finding comes when it is met, once."""
    with following(tmp_path, "--format", "jsonl") as process:
        assert "following" in said(process)
        path = tmp_path / key(NOW, "a")
        path.parent.mkdir(parents=True)
        path.write_bytes(b"no log")
        assert said(process).startswith("IBT102 ")
        put(tmp_path, NOW, "b", "1")
        assert events(process, 1) == ["1"]


def test_only_the_names_of_days_that_may_still_grow_are_remembered(tmp_path: Path) -> None:
    """However long it goes on: memory stays flat."""
    for days in range(30):
        put(tmp_path, NOW - timedelta(days=days), "a", "1")
    listing = _Listing(Folder(tmp_path))
    assert len(list(listing.new(date(2000, 1, 1)))) == 30
    assert len(listing.known) <= 2
    assert list(listing.new(NOW.date())) == []


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--output", "a.jsonl"], "--output"),
        (["--limit", "3"], "--limit"),
        (["--end", "2099-01-01"], "--end"),
        (["--format", "json"], "--format json: use table, csv, jsonl"),
        (["--format", "parquet"], "--format parquet"),
    ],
)
def test_what_needs_an_end_does_not_go_with_following(
    arguments: list[str],
    named: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One line, at once."""
    monkeypatch.chdir(tmp_path)
    done = audit(capsys, "events", tmp_path, "--follow", *arguments)
    assert (done.code, done.out) == (2, "")
    assert f"--follow has no end, so it does not go with {named}" in done.said


def test_a_place_that_is_none_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing would ever come."""
    done = audit(capsys, "events", tmp_path / "nowhere", "--follow")
    assert (done.code, done.out) == (2, "")
    assert "no such folder" in done.said
