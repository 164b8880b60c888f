"""No field of a record, whatever its type or value, ends the reading or hides another record."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audit import logs
from audit.commands.events import lines, rows
from audit.facts import count
from audit.findings import Finding
from audit.records import Record
from audit.report import deed_rows, recent_changes, sections
from audit.selection import Selection, parse_time
from tests import ROOT
from tests.audit.test_scan import (
    reader,  # noqa: F401 - every property holds with the C reader and without: pytest finds it here
    record,
)
from tests.corpus import log_file

NO_TIMES: tuple[Any, ...] = (
    *("garbage", "", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00Z"),
    *("2026-02-30T00:00:00Z", "2026-01-01T23:59:60Z", "2026-01-01T25:00:00Z", "2026-01-01T00:00:00+99:00"),
    *("12026-01-01T00:00:00Z", "2026-01-01T00:00:00ZZ", "\0", "x" * 100_000, None, 5, 1e400, True, [], {}),
)
TIMES = ("2026-01-01T00:00:00+02:00", "2026-01-01T00:00:00", "2026-01-01T00:00:00.123Z", "2026-01-01")
RANGES = (
    Selection(),
    Selection(start=parse_time("2020-01-01"), end=parse_time("2030-01-01")),
    Selection(identities=frozenset({"a"}), failed=False),
)
ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 10**400, 1e308, "", "\0", "\x1b[2J", "é\U0001f600", "a" * 5000),
    *([], {}, [[]], {"": None}, [1, "x", None], {"a": {"b": [{}]}}, "arn:aws:imagebuilder:::", ":", "/"),
    *("arn:aws:sts::1:assumed-role/a", "ANONYMOUS_PRINCIPAL", "=1+1", "9" * 4000, "2026-01-01T00:00:00Z"),
)


def read(folder: Path, selection: Selection) -> tuple[list[str | None], list[str]]:
    """The ids of the records of a folder, and the codes of the findings."""
    items = list(logs.read(str(folder), selection))
    ids = [item.event.event_id for item in items if isinstance(item, Record)]
    return ids, [item.kind.code for item in items if isinstance(item, Finding)]


@pytest.mark.parametrize("selection", RANGES[:2], ids=["all", "in a range of time"])
@pytest.mark.parametrize("time", NO_TIMES, ids=lambda time: ascii(time)[:30])
def test_a_record_at_no_time_is_a_finding_and_the_others_are_shown(
    tmp_path: Path, time: Any, selection: Selection
) -> None:
    """With and without a filter by time: whether a record is sound does not depend on what is asked."""
    records = [record(eventID="before"), record(eventID="bad", eventTime=time), record(eventID="after")]
    (tmp_path / "a.json.gz").write_bytes(log_file(records))
    assert read(tmp_path, selection) == (["before", "after"], ["IBT107"])


@pytest.mark.parametrize("time", TIMES)
def test_a_time_in_another_form_of_iso_8601_is_a_time(tmp_path: Path, time: str) -> None:
    """With an offset, without one, with fractions."""
    (tmp_path / "a.json.gz").write_bytes(log_file([record(eventID="1", eventTime=time)]))
    for selection in RANGES[:2]:
        assert read(tmp_path, selection) == (["1"], [])


@pytest.mark.parametrize("command", ["events", "report", "query"])
def test_no_command_is_blinded_by_one_bad_time(tmp_path: Path, command: str) -> None:
    """Exit code 1, the finding on stderr, the other record on stdout."""
    records = [record(eventTime="garbage"), record(eventName="CreateImage")]
    (tmp_path / "a.json.gz").write_bytes(log_file(records))
    if command == "query":
        arguments = ["query", "SELECT eventname FROM cloudtrail", "--source", str(tmp_path)]
    else:
        arguments = [command, str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "audit", *arguments, "--start", "2020-01-01"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr[:7]) == (1, "IBT107 ")
    assert "CreateImage" in done.stdout


def paths(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The place of each member of a record, at any depth."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield (*path, name)
            yield from paths(part, (*path, name))


def changed(item: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """The record with another value in one place."""
    name, *rest = path
    return item | {name: changed(item[name], tuple(rest), value) if rest else value}


def full_record() -> dict[str, Any]:
    """A record with every member that is read."""
    session = {
        "sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::1:role/a", "accountId": "1", "userName": "a"},
        "attributes": {"mfaAuthenticated": "false", "creationDate": "2026-01-01T00:00:00Z"},
        "webIdFederationData": {"federatedProvider": "p", "attributes": {}},
        "sourceIdentity": "ana",
    }
    user = dict.fromkeys(("accountId", "userName", "invokedBy", "identityProvider", "accessKeyId"), "1")
    user |= {"type": "AssumedRole", "principalId": "AROA:a", "arn": "arn:aws:sts::1:assumed-role/a/b"}
    texts = ("awsRegion", "sourceIPAddress", "userAgent", "errorCode", "errorMessage", "requestID")
    return record(
        userIdentity=user | {"onBehalfOf": {"userId": "u"}, "sessionContext": session},
        requestParameters={"name": "x"},
        responseElements={"imageArn": "arn:aws:imagebuilder:us-east-1:1:image/x/1.0.0/1"},
        readOnly=False,
        recipientAccountId="1",
        **dict.fromkeys(texts, "text"),
    )


@pytest.mark.parametrize("kind", ["AssumedRole", "Root", "FederatedUser", "WebIdentityUser", "new", None])
def test_no_value_of_any_field_raises_out_of_the_reading(tmp_path: Path, kind: str | None) -> None:
    """Each member, each odd value: the record is read or is a finding, and the one behind it is read."""
    whole = changed(full_record(), ("userIdentity", "type"), kind)
    odd = [changed(whole, path, value) for path in paths(whole) for value in ODD_VALUES]
    files = [log_file([item, record(eventID=f"behind {n}")]) for n, item in enumerate(odd)]
    for number, data in enumerate(files):
        (tmp_path / f"{number:05}.json.gz").write_bytes(data)
    for selection in RANGES:
        found = list(logs.read(str(tmp_path), selection))
        records = [item for item in found if isinstance(item, Record)]
        if selection is not RANGES[2]:
            behind = {item.event.event_id for item in records} & {f"behind {n}" for n in range(len(odd))}
            assert len(behind) == len(odd)
        assert {item.kind.code for item in found if isinstance(item, Finding)} <= {"IBT107"}
        assert len(rows(records)) == lines(records).count(b"\n") == len(records)
        facts = count(records)
        assert list(deed_rows(facts)) or not records
        assert [*sections(facts), recent_changes(facts)]


def test_5_000_random_records_never_end_the_commands(tmp_path: Path) -> None:
    """All formats of `events`, and `report`, go through what any mix of odd values has left."""
    chance = random.Random(int(os.environ.get("FUZZ_SEED", "23")))  # noqa: S311
    whole = full_record()
    places = list(paths(whole))
    records = []
    for _ in range(5000):
        item = whole
        for path in chance.sample(places, 2):
            try:
                item = changed(item, path, chance.choice(ODD_VALUES))
            except (KeyError, TypeError):
                continue  # its parent has just been replaced
        records.append(item)
    (tmp_path / "a.json").write_text(json.dumps({"Records": records}))
    for arguments in (
        *(["events", "--format", form] for form in ("table", "json", "jsonl", "csv", "parquet")),
        *(["report", "--format", form] for form in ("table", "json")),
        ["report", "--html", str(tmp_path / "page.html")],
    ):
        command = [sys.executable, "-m", "audit", arguments[0], str(tmp_path / "a.json"), *arguments[1:]]
        done = subprocess.run([*command, "--start", "2020-01-01"], cwd=ROOT, capture_output=True, check=False)
        assert done.returncode == 1, done.stderr[-500:]
        told = done.stderr.decode().splitlines()
        assert all(
            line.startswith(("IBT107 ", "the newest", "looked at 1 log file, ")) or "not shown" in line
            for line in told
        )
