"""No answer is silent: how much was looked at is said, and a place or a name that is none is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from localaws.testing import LocalAws
from tests.audit.inside import audit
from tests.audit.test_scan import record
from tests.corpus import log_file

Capsys = pytest.CaptureFixture[str]
READERS = (["events"], ["report"], ["query", "SELECT 1 FROM cloudtrail", "--source"])


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Two log files of one day, three records, one of another service."""
    folder = tmp_path / "AWSLogs/123456789012/CloudTrail/us-east-1/2026/01/01"
    folder.mkdir(parents=True)
    (folder / "a.json.gz").write_bytes(log_file([record(eventID="1"), record(eventID="2")]))
    (folder / "b.json.gz").write_bytes(log_file([record(eventSource="signin.amazonaws.com")]))
    return tmp_path


@pytest.mark.parametrize("reader", READERS, ids=" ".join)
def test_each_reader_says_how_much_it_looked_at(reader: list[str], logs: Path, capsys: Capsys) -> None:
    """On stderr, so that the answer stays clean."""
    done = audit(capsys, *reader, logs)
    assert (done.code, done.said) == (0, "looked at 2 log files, 3 records\n")


@pytest.mark.parametrize("reader", READERS, ids=" ".join)
def test_filters_that_nothing_passes_are_named(reader: list[str], logs: Path, capsys: Capsys) -> None:
    """Whoever sees no events also sees by what they were left out."""
    done = audit(capsys, *reader, logs, "--identity", "nobody such", "--failed")
    assert done.code == 0
    assert done.said.startswith("looked at 2 log files, 3 records: none that is wanted (")
    assert "identity nobody such" in done.said
    assert "only failed" in done.said


@pytest.mark.parametrize("reader", READERS, ids=" ".join)
def test_a_place_without_log_files_is_bad_input_and_nothing_is_written(
    reader: list[str], tmp_path: Path, capsys: Capsys
) -> None:
    """A mistyped folder or prefix must not look like a quiet account."""
    (tmp_path / "notes.txt").write_text("no log")
    output = tmp_path / "out.csv"
    done = audit(capsys, *reader, tmp_path, "--output", output)
    assert (done.code, done.out) == (2, "")
    assert f"{tmp_path}: no log file (*.json.gz) is there" in done.said
    assert "check the name and the prefix" in done.said
    assert not output.exists()


def test_days_without_log_files_are_an_answer(logs: Path, capsys: Capsys) -> None:
    """The place is right; nothing was delivered in these days."""
    done = audit(capsys, "events", logs, "--start", "2026-02-01", "--format", "json")
    assert (done.code, json.loads(done.out)) == (0, [])
    assert "looked at 0 log files, 0 records: none that is wanted" in done.said


def test_a_wrong_prefix_of_a_bucket_is_bad_input(
    local_aws: LocalAws, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3 lists nothing below it, without an error."""
    for name, value in local_aws.environment().items():
        monkeypatch.setenv(name, value)
    client = local_aws.client("s3")
    client.create_bucket(Bucket="looking-logs")
    client.put_object(Bucket="looking-logs", Key="team/AWSLogs/a.json.gz", Body=log_file([record()]))
    assert audit(capsys, "events", "s3://looking-logs/team").code == 0
    done = audit(capsys, "events", "s3://looking-logs/taem")
    assert (done.code, done.out) == (2, "")
    assert "s3://looking-logs/taem: no log file" in done.said


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (
            ["--event-source", "imagebuilder"],
            "no event source is called so; did you mean imagebuilder.amazonaws.com?",
        ),
        (["--event-source", "imagebuild.amazonaws.com"], "did you mean imagebuilder.amazonaws.com?"),
        (["--event-name", "createimage"], "did you mean CreateImage or"),
        (["--event-name", "StartPipeline"], "did you mean StartImagePipelineExecution?"),
        (["--event-name", "Qqqq"], "is no action of imagebuilder.amazonaws.com; see"),
    ],
)
def test_a_name_that_aws_does_not_have_is_told_with_those_like_it(
    filters: list[str], said: str, logs: Path, capsys: Capsys
) -> None:
    """Exit code 2, in one line, instead of an empty table."""
    done = audit(capsys, "events", logs, *filters, "--format", "json")
    assert (done.code, done.out) == (2, "")
    assert said.removesuffix("; see") in done.said
    assert len(done.said.splitlines()) == 1


@pytest.mark.parametrize(
    "filters",
    [
        ["--event-source", "signin.amazonaws.com"],  # botocore has no such service, and yet it has events
        ["--event-source", "lambda.amazonaws.com", "--event-name", "CreateFunction20150331"],
        ["--event-source", "monitoring.amazonaws.com"],
        ["--event-name", "CreateImage"],
        ["--event-source", "all", "--event-name", "ConsoleLogin"],
    ],
    ids=" ".join,
)
def test_a_name_that_may_be_right_is_no_mistake(filters: list[str], logs: Path, capsys: Capsys) -> None:
    """Rare events, and events of services that no client exists for."""
    assert audit(capsys, "events", logs, *filters).code == 0
