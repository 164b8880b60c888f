"""`download` copies log files under their keys, goes on where it was, and never leaves the folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audit.commands.download import _is_safe
from localaws.testing import LocalAws
from tests.audit.inside import Done, audit
from tests.audit.test_scan import record
from tests.corpus import log_file

Capsys = pytest.CaptureFixture[str]
BELOW = "team/AWSLogs/123456789012/CloudTrail/eu-west-1/2026/01"
FIRST, SECOND = f"{BELOW}/01/a.json.gz", f"{BELOW}/09/b.json.gz"
BODIES = {FIRST: log_file([record(eventID="1")]), SECOND: log_file([record(eventID="2")])}


@pytest.fixture
def client(local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """S3 with two log files and a digest in the bucket `downloaded`, emptied afterwards."""
    for name, value in local_aws.environment().items():
        monkeypatch.setenv(name, value)
    client = local_aws.client("s3")
    client.create_bucket(Bucket="downloaded")
    for name, body in BODIES.items():
        client.put_object(Bucket="downloaded", Key=name, Body=body)
    digest = FIRST.replace("/CloudTrail/", "/CloudTrail-Digest/")
    client.put_object(Bucket="downloaded", Key=digest, Body=b"digest")
    yield client
    for item in client.list_objects_v2(Bucket="downloaded").get("Contents", ()):
        client.delete_object(Bucket="downloaded", Key=item["Key"])
    client.delete_bucket(Bucket="downloaded")


def files(folder: Path) -> dict[str, bytes]:
    """What is in a folder, by path."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def download(capsys: Capsys, folder: Path, *arguments: str) -> Done:
    """Download the bucket into a folder."""
    return audit(capsys, "download", "s3://downloaded", folder, *arguments)


def test_the_copy_has_the_keys_and_the_bytes_of_the_log_files(
    client: Any, tmp_path: Path, capsys: Capsys
) -> None:
    """So that it reads as the bucket does."""
    done = download(capsys, tmp_path / "logs")
    assert (done.code, done.out) == (0, "")
    assert "2 log files" in done.said
    assert files(tmp_path / "logs") == BODIES
    copied, kept = (
        audit(capsys, "events", place, "--format", "jsonl").out
        for place in (tmp_path / "logs", "s3://downloaded")
    )
    assert copied == kept


def test_only_the_days_asked_for_are_copied(client: Any, tmp_path: Path, capsys: Capsys) -> None:
    """And the day after, on which their last events may have come."""
    assert download(capsys, tmp_path, "--start", "2026-01-01", "--end", "2026-01-02").code == 0
    assert set(files(tmp_path)) == {FIRST}


def test_a_second_run_fetches_what_is_new_and_leaves_the_rest_alone(
    client: Any, tmp_path: Path, capsys: Capsys
) -> None:
    """After an interruption as after a day."""
    (tmp_path / FIRST).parent.mkdir(parents=True)
    (tmp_path / FIRST).write_bytes(b"kept")
    done = download(capsys, tmp_path)
    assert "1 log file (" in done.said
    assert "1 were there already" in done.said
    assert files(tmp_path) == {FIRST: b"kept", SECOND: BODIES[SECOND]}


def test_an_empty_file_is_fetched_again(client: Any, tmp_path: Path, capsys: Capsys) -> None:
    """A copy by another tool that broke off is no log file."""
    (tmp_path / FIRST).parent.mkdir(parents=True)
    (tmp_path / FIRST).write_bytes(b"")
    assert download(capsys, tmp_path).code == 0
    assert files(tmp_path) == BODIES


def test_an_interrupted_write_leaves_no_half_file(
    client: Any, tmp_path: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file appears whole under its name or not at all, and the next run gets it."""

    def interrupted(self: Path, target: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", interrupted)
        done = download(capsys, tmp_path)
    assert (done.code, len(done.said.splitlines())) == (130, 1)
    assert f"interrupted; 0 log files (0.0 MiB) new in {tmp_path}" in done.said
    assert done.said.endswith("; the same command goes on from there\n")
    assert files(tmp_path) == {}
    assert download(capsys, tmp_path).code == 0
    assert files(tmp_path) == BODIES


@pytest.mark.parametrize(
    "key",
    [
        *("../a.json.gz", "a/../../b.json.gz", "/etc/a.json.gz", "a//b.json.gz", "./a.json.gz", ""),
        *("a/\x00.json.gz", "a\\..\\b.json.gz", "C:\\a.json.gz", "a\x1b[2J.json.gz", "a\n.json.gz"),
        *("x" * 256 + ".json.gz", "~/a.json.gz", "a\u202e.json.gz"),
    ],
)
def test_a_key_that_is_no_plain_path_below_a_folder_is_refused(key: str) -> None:
    """Whoever may write to the bucket chooses keys."""
    assert not _is_safe(key)
    assert _is_safe(FIRST)
    assert _is_safe(
        "my prefix/AWSLogs/o-abc/1/CloudTrail/us-gov-west-1/2026/01/01/1_CloudTrail_x_T0Z_a.json.gz"
    )


def test_an_object_that_would_leave_the_folder_is_a_finding_and_the_rest_is_copied(
    client: Any, tmp_path: Path, capsys: Capsys
) -> None:
    """Nothing is written outside, and whoever looks is told of the object."""
    client.put_object(Bucket="downloaded", Key="../escaped.json.gz", Body=b"x")
    done = download(capsys, tmp_path / "logs")
    assert done.code == 1
    assert done.said.startswith("IBT111 ")
    assert "../escaped.json.gz" in done.said
    assert files(tmp_path) == {f"logs/{name}": body for name, body in BODIES.items()}


def test_an_object_in_the_way_of_another_is_a_finding(client: Any, tmp_path: Path, capsys: Capsys) -> None:
    """A bucket may hold a and a/b, a folder may not."""
    client.put_object(Bucket="downloaded", Key=f"{FIRST}/c.json.gz", Body=b"x")
    done = download(capsys, tmp_path)
    assert done.code == 1
    assert "IBT111" in done.said
    assert len(files(tmp_path)) == 2


def test_a_folder_that_cannot_be_written_is_bad_input(client: Any, tmp_path: Path, capsys: Capsys) -> None:
    """At the first file, in one line."""
    (tmp_path / "file").write_text("in the way")
    done = download(capsys, tmp_path / "file")
    assert done.code == 2
    assert str(tmp_path / "file") in done.said
    assert len(done.said.splitlines()) == 1


def test_only_a_bucket_is_downloaded(tmp_path: Path, capsys: Capsys) -> None:
    """A folder can be read as it is."""
    done = audit(capsys, "download", tmp_path, tmp_path / os.sep)
    assert done.code == 2
    assert "download copies from S3" in done.said
