"""The command line: what goes to stdout, what to stderr, and with which exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from localaws.testing import LocalAws
from tests.audit.test_scan import record
from tests.corpus import log_file

ROOT = Path(__file__).parents[2]


def audit(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m audit`."""
    command = [sys.executable, "-m", "audit", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Three events, one failed and one of another service."""
    records = [
        record(eventID="1", eventName="ListImages", readOnly=True, requestID="r-1"),
        record(eventID="2", eventName="CreateImage", readOnly=False, errorCode="AccessDeniedException"),
        record(eventID="3", eventName="RunInstances", eventSource="ec2.amazonaws.com"),
    ]
    (tmp_path / "a.json.gz").write_bytes(log_file(records))
    return tmp_path


def event_ids(*arguments: str) -> list[str]:
    """The ids that `events --format jsonl` prints."""
    done = audit("events", *arguments, "--format", "jsonl")
    assert (done.returncode, done.stderr.splitlines()[:-1]) == (0, []), done.stderr
    assert done.stderr.startswith("looked at 1 log file, 3 records")
    return [json.loads(line)["eventID"] for line in done.stdout.splitlines()]


def test_jsonl_is_cloudtrail_s_own_record_unchanged(logs: Path) -> None:
    """Byte for byte what the log file held, one a line."""
    done = audit("events", str(logs), "--event-id", "1", "--format", "jsonl")
    assert (
        done.stdout
        == json.dumps(record(eventID="1", eventName="ListImages", readOnly=True, requestID="r-1")) + "\n"
    )


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([], ["1", "2"]),
        (["--event-source", "all"], ["1", "2", "3"]),
        (["--event-source", "ec2.amazonaws.com"], ["3"]),
        (["--failed"], ["2"]),
        (["--succeeded"], ["1"]),
        (["--read-only"], ["1"]),
        (["--changes"], ["2"]),
        (["--event-name", "CreateImage", "--event-name", "ListImages"], ["1", "2"]),
        (["--request-id", "r-1"], ["1"]),
        (["--identity", "root of"], ["1", "2"]),
        (["--identity", "nobody such"], []),
        (["--start", "2026-01-01T00:00:01Z"], []),
        (["--end", "2026-01-01T01:00:00+00:00"], ["1", "2"]),
    ],
)
def test_filters_choose_events(logs: Path, filters: list[str], expected: list[str]) -> None:
    """Each filter keeps what it names; without any, Image Builder's events are shown."""
    assert event_ids(str(logs), *filters) == expected


def test_findings_go_to_stderr_with_exit_code_1_and_the_rest_is_shown(logs: Path) -> None:
    """A broken file does not hide the sound one."""
    (logs / "b.json.gz").write_bytes(b"\x1f\x8b" + b"broken " * 9)
    for command in (["events"], ["report"]):
        done = audit(*command, str(logs))
        assert done.returncode == 1
        assert "ListImages" in done.stdout
        assert done.stderr.startswith("IBT102 ")
        assert "b.json.gz" in done.stderr
        assert done.stderr.splitlines()[1:] == ["looked at 2 log files, 3 records"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["events", "/no/such/folder"],
        ["report", "s3://"],
        ["events", ".", "--start", "yesterday"],
        ["events", ".", "--start", "2026-02-01", "--end", "2026-01-01"],
        ["events", ".", "--format", "xml"],
        ["events"],
        ["query", "DROP TABLE cloudtrail", "--source", "."],
        ["query", "root-use"],
        ["nonsense"],
    ],
)
def test_bad_input_is_exit_code_2_without_a_traceback(arguments: list[str]) -> None:
    """One message on stderr, nothing on stdout."""
    done = audit(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["events", "report", "query"])
def test_each_command_s_help_shows_an_example(command: str) -> None:
    """The example is a line that can be run."""
    assert f"Example: python -m audit {command}" in audit(command, "--help").stdout


@pytest.mark.parametrize("form", ["table", "json", "csv", "parquet"])
def test_output_goes_to_the_file_and_nothing_to_stdout(logs: Path, tmp_path: Path, form: str) -> None:
    """--output holds what stdout would have."""
    target = tmp_path / "out"
    done = audit("events", str(logs), "--format", form, "--output", str(target))
    assert (done.returncode, done.stdout) == (0, "")
    assert target.stat().st_size > 0


def test_the_report_has_a_line_for_each_deed_and_a_page(logs: Path, tmp_path: Path) -> None:
    """The terminal's title counts; --html writes the page instead."""
    assert audit("report", str(logs)).stdout.startswith("Who did what: 2 events, 1 failed")
    page = tmp_path / "page.html"
    assert audit("report", str(logs), "--html", str(page)).returncode == 0
    assert "AccessDeniedException" in page.read_text()


def test_query_answers_and_lists_its_named_queries(logs: Path) -> None:
    """SQL in Athena's words, or a name."""
    done = audit(
        "query", "SELECT eventname FROM cloudtrail ORDER BY 1", "--source", str(logs), "--format", "csv"
    )
    assert done.stdout.split() == ["eventname", "CreateImage", "ListImages"]
    assert "who-started-pipelines" in audit("query").stdout


def test_a_missing_region_is_said_and_none_is_taken_for_it(local_aws: LocalAws, tmp_path: Path) -> None:
    """Event history of a Region that nobody named would be a wrong answer."""
    found = {**os.environ, **local_aws.environment(), "AWS_CONFIG_FILE": str(tmp_path / "none")}
    surroundings = {name: value for name, value in found.items() if not name.endswith("_REGION")}
    command = [sys.executable, "-m", "audit", "history"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False, env=surroundings
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "audit: no Region to ask cloudtrail in; give --region REGION, or set AWS_REGION or the profile's"
        " region\n"
    )
