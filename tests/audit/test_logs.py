"""Sources are listed and read whole: folders and buckets, in every layout, whatever lies among the logs."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from audit import logs
from audit.aws import Aws
from audit.commands.events import lines
from audit.facts import Facts, count
from audit.findings import Finding
from audit.keys import ObjectKind, day_of, kind_of
from audit.records import Record
from audit.selection import Selection, parse_time
from audit.sources.folder import Folder
from audit.sources.s3 import Bucket
from audit.sources.source import SourceError
from localaws.testing import LocalAws
from tests.audit.test_scan import record
from tests.corpus import log_file

ACCOUNT = "123456789012"


def key(day: str, name: str, prefix: str = "", region: str = "us-east-1") -> str:
    """A log file's key; `day` is YYYY/MM/DD."""
    stamp = day.replace("/", "")
    file = f"{ACCOUNT}_CloudTrail_{region}_{stamp}T0005Z_{name}.json.gz"
    return f"{prefix}AWSLogs/{ACCOUNT}/CloudTrail/{region}/{day}/{file}"


DIGEST = f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/us-east-1/2026/01/01/{ACCOUNT}_CloudTrail-Digest_x.json.gz"
INSIGHT = f"AWSLogs/{ACCOUNT}/CloudTrail-Insight/us-east-1/2026/01/01/{ACCOUNT}_CloudTrail-Insight_x.json.gz"


def event_ids(items: Any) -> list[str | None]:
    """The ids of the records among items, which must hold no finding."""
    found = list(items)
    assert not [item for item in found if isinstance(item, Finding)]
    return [item.event.event_id for item in found if isinstance(item, Record)]


def fill(folder: Path, keys: dict[str, bytes]) -> None:
    """Write objects below a folder."""
    for name, data in keys.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def test_keys_tell_logs_from_digests_and_insights() -> None:
    """By the folder or by the name; a bucket's other objects are neither."""
    assert kind_of(key("2026/01/01", "a")) is ObjectKind.LOG
    assert kind_of(DIGEST) is kind_of(DIGEST.rpartition("/")[2]) is ObjectKind.DIGEST
    assert kind_of(INSIGHT) is ObjectKind.INSIGHT
    assert kind_of("AWSLogs/readme.txt") is ObjectKind.OTHER


@pytest.mark.parametrize("odd", ["../../etc/passwd", "/2026/99/99/x.json.gz", "2026/02/30/x", "", "a" * 5000])
def test_odd_keys_name_no_day_and_raise_nothing(odd: str) -> None:
    """A key is parsed, never followed."""
    assert day_of(odd) is None


def test_a_key_s_day_comes_from_its_folder_or_its_name() -> None:
    """Both forms that downloads leave."""
    assert day_of(key("2026/01/31", "a")) == date(2026, 1, 31)
    assert day_of(key("2026/01/31", "a").rpartition("/")[2]) == date(2026, 1, 31)


def test_a_folder_gives_logs_only_in_order(tmp_path: Path) -> None:
    """Digests, insights and other files are passed over; plain JSON is read like gzip."""
    fill(
        tmp_path,
        {
            key("2026/01/02", "b"): log_file([record(eventID="2")]),
            key("2026/01/01", "a"): log_file([record(eventID="1")]),
            DIGEST: b"no log",
            INSIGHT: b"no log",
            "notes.txt": b"no log",
            "z/flat.json": b'{"Records": []}',
        },
    )
    assert event_ids(logs.read(str(tmp_path))) == ["1", "2"]
    assert event_ids(logs.read(str(tmp_path / key("2026/01/01", "a")))) == ["1"]


@pytest.mark.parametrize("compiled", [True, False], ids=["threads", "processes"])
def test_workers_give_what_one_process_gives(
    tmp_path: Path, compiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two threads or processes, the same records in the same order, findings included."""
    if not compiled:
        monkeypatch.setattr("audit.workers.NATIVE", None)
    fill(tmp_path, {key("2026/01/01", f"{n:03}"): log_file([record(eventID=f"{n}")] * 3) for n in range(40)})
    fill(tmp_path, {key("2026/01/01", "broken"): b"\x1f\x8bnonsense"})
    parts = {
        number: list(logs.condensed(str(tmp_path), Selection(), lines, processes=number)) for number in (1, 2)
    }
    texts = {number: b"".join(part.value for part in found) for number, found in parts.items()}
    assert texts[1] == texts[2]
    assert texts[2].count(b"\n") == 120
    for found in parts.values():
        assert [finding.kind.code for part in found for finding in part.tally.findings] == ["IBT102"]


def test_counts_are_the_same_however_the_files_are_shared_out(tmp_path: Path) -> None:
    """One process or two, each with every other file."""
    fill(
        tmp_path,
        {
            key("2026/01/01", f"{n:03}"): log_file(
                [record(eventID=f"{n}", sourceIPAddress=f"10.0.0.{n % 7}")]
            )
            for n in range(40)
        },
    )
    facts = {}
    for number in (1, 2):
        facts[number] = Facts()
        for part in logs.condensed(str(tmp_path), Selection(), count, processes=number, counts=True):
            facts[number].merge(part.value)
    assert facts[1] == facts[2]
    assert facts[1].total.count == 40


def test_a_time_range_leaves_other_days_unread(tmp_path: Path) -> None:
    """Files of days before the start, or more than a day after the end, are not even opened."""
    fill(
        tmp_path,
        {
            key("2025/12/31", "early"): b"broken, but unread",
            key("2026/01/01", "a"): log_file(
                [record(eventID="in"), record(eventTime="2025-12-31T23:59:59Z")]
            ),
            key("2026/01/02", "late"): log_file([record(eventID="late", eventTime="2026-01-01T23:59:59Z")]),
            key("2026/01/09", "after"): b"broken, but unread",
        },
    )
    range_ = Selection(start=parse_time("2026-01-01"), end=parse_time("2026-01-02T00:00:00Z"))
    assert event_ids(logs.read(str(tmp_path), range_)) == ["in", "late"]


def test_an_unreadable_file_is_a_finding_and_the_rest_goes_on(tmp_path: Path) -> None:
    """A link to nowhere stands for any file that cannot be opened."""
    fill(tmp_path, {key("2026/01/01", "a"): log_file([record(eventID="1")])})
    (tmp_path / "gone.json.gz").symlink_to("nowhere")
    found = list(logs.read(str(tmp_path)))
    assert [item.kind.code for item in found if isinstance(item, Finding)] == ["IBT101"]
    assert len(found) == 2


@pytest.mark.parametrize("source", ["/no/such/folder", "s3://", "s3:///prefix"])
def test_a_source_that_is_none_is_one_clear_line(source: str) -> None:
    """The message repeats the source and says what to give."""
    with pytest.raises(SourceError, match=r"s3://bucket"):
        list(logs.read(source))


@pytest.fixture(scope="module")
def bucket(local_aws: LocalAws) -> str:
    """A bucket with plain, prefixed and organization layouts, digests among them."""
    client = local_aws.client("s3")
    client.create_bucket(Bucket="trail-logs")
    objects = {
        key("2026/01/01", "a"): "plain-1",
        key("2026/01/02", "b", region="eu-west-1"): "plain-2",
        key("2026/02/01", "c"): "plain-3",
        key("2026/01/01", "d", "team/x/"): "prefixed",
        key("2026/01/01", "e").replace("AWSLogs/", "AWSLogs/o-abc123/"): "organization",
    }
    for name, event_id in objects.items():
        client.put_object(Bucket="trail-logs", Key=name, Body=log_file([record(eventID=event_id)]))
    client.put_object(Bucket="trail-logs", Key=DIGEST, Body=b"no log")
    client.put_object(Bucket="trail-logs", Key="../../escape.json.gz", Body=log_file([record(eventID="odd")]))
    return "trail-logs"


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("", ["odd", "organization", "plain-1", "plain-2", "plain-3", "prefixed"]),
        ("team/x", ["prefixed"]),
        ("team/x/", ["prefixed"]),
        ("AWSLogs/o-abc123/", ["organization"]),
        (f"AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/2026/01", ["plain-1"]),
        (key("2026/01/01", "a"), ["plain-1"]),
        ("nothing/here", []),
    ],
)
def test_every_layout_of_a_bucket_is_read(
    local_aws: LocalAws, bucket: str, prefix: str, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the bucket's root, a trail's prefix, a day's folder or one object."""
    for name, value in local_aws.environment().items():
        monkeypatch.setenv(name, value)
    assert sorted(map(str, event_ids(logs.read(Bucket(bucket, prefix, Aws()))))) == expected


def test_a_time_range_lists_only_its_days(
    local_aws: LocalAws, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys of other months never appear."""
    for name, value in local_aws.environment().items():
        monkeypatch.setenv(name, value)
    keys = list(Bucket(bucket).keys(date(2026, 1, 1), date(2026, 1, 2)))
    assert not [name for name in keys if "/2026/02/" in name or "Digest" in name]
    assert len([name for name in keys if "/2026/01/" in name]) == 4


def test_a_bucket_that_is_not_there_is_one_clear_line(
    local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the bucket and what to check."""
    for name, value in local_aws.environment().items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SourceError, match=r"s3://no-such-bucket/.*s3:ListBucket"):
        list(logs.read("s3://no-such-bucket"))


DAYS = [
    key("2026/01/01", "a", region="us-east-1"),
    key("2026/01/02", "b", region="eu-west-1"),
    key("2026/01/02", "b", region="us-east-1"),
    key("2026/02/01", "c", region="ap-south-1"),
]


def test_the_files_of_a_folder_come_day_by_day(tmp_path: Path) -> None:
    """The oldest day first, whatever the Region: what lists events lists them so, too."""
    fill(tmp_path, dict.fromkeys([*DAYS, "z/flat.json"], b""))
    assert list(Folder(tmp_path).keys(None, None)) == ["z/flat.json", *DAYS]
    assert list(Folder(tmp_path).keys(date(2026, 1, 2), date(2026, 1, 31))) == ["z/flat.json", *DAYS[1:3]]


def test_the_files_of_a_bucket_come_day_by_day(local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """As those of a folder do."""
    for name, value in local_aws.environment().items():
        monkeypatch.setenv(name, value)
    client = local_aws.client("s3")
    client.create_bucket(Bucket="by-day")
    for name in DAYS:
        client.put_object(Bucket="by-day", Key=name, Body=b"")
    assert list(Bucket("by-day").keys(None, None)) == DAYS


def test_a_folder_s_key_is_its_path_below_the_folder(tmp_path: Path) -> None:
    """Findings name it so that it can be found again."""
    fill(tmp_path, {"b/x.json.gz": b"", "a.json.gz": b""})
    assert list(Folder(tmp_path).keys(None, None)) == ["a.json.gz", "b/x.json.gz"]
