"""Filters find what they are meant to find, and what cannot be meant is refused in one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.audit.inside import audit
from tests.audit.test_scan import record
from tests.corpus import log_file

Capsys = pytest.CaptureFixture[str]


def logs_of(folder: Path, *changes: dict[str, Any]) -> Path:
    """A log file with a record for each of these changes, each with its place as its id."""
    path = folder / "a.json.gz"
    path.write_bytes(log_file([record(eventID=str(at), **change) for at, change in enumerate(changes)]))
    return path


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--identity", "", "give something"),
        ("--event-name", "", "give something"),
        ("--event-source", "", "give something"),
        ("--account", "", "12 digits"),
        ("--account", "1234", "12 digits"),
        ("--account", "12345678901²", "12 digits"),
        ("--source-ip", "", "an address, a network"),
        ("--source-ip", "203.0.113", "an address, a network"),
        ("--source-ip", "203.0.113.9/33", "an address, a network"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_bad_input(
    tmp_path: Path, capsys: Capsys, option: str, value: str, told: str
) -> None:
    """Nothing, or everything, would be a wrong answer."""
    done = audit(capsys, "events", logs_of(tmp_path, {}), option, value)
    assert (done.code, done.out, len(done.said.splitlines())) == (2, "", 1)
    assert option in done.said
    assert told in done.said


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--source-ip", "203.0.113.9"), ["0"]),
        (("--source-ip", "203.0.113.0/24"), ["0", "1"]),
        (("--source-ip", "2001:db8::/32"), ["2"]),
        (("--source-ip", "ec2.amazonaws.com"), ["3"]),
        (("--source-ip", "AWS Internal"), ["4"]),
        (("--source-ip", "203.0.113.10", "--source-ip", "2001:db8::1"), ["1", "2"]),
        (("--identity", "ANA"), ["5"]),
        (("--identity", "aidaexample"), ["5"]),
    ],
)
def test_addresses_networks_services_and_names_in_any_case_are_found(
    tmp_path: Path, capsys: Capsys, options: tuple[str, ...], expected: list[str]
) -> None:
    """As CloudTrail writes them in sourceIPAddress and userIdentity."""
    sources = ["203.0.113.9", "203.0.113.10", "2001:db8::1", "ec2.amazonaws.com", "AWS Internal"]
    ana = {"type": "IAMUser", "userName": "Ana", "principalId": "AIDAEXAMPLE"}
    logs = logs_of(tmp_path, *({"sourceIPAddress": one} for one in sources), {"userIdentity": ana})
    done = audit(capsys, "events", logs, *options, "--format", "json")
    assert [row["event_id"] for row in json.loads(done.out)] == expected


def test_events_that_do_not_say_whether_they_changed_anything_are_counted(
    tmp_path: Path, capsys: Capsys
) -> None:
    """Neither filter takes them, and both say how many of those otherwise wanted there were."""
    logs = logs_of(tmp_path, {"readOnly": True}, {"readOnly": False}, {}, {"eventName": "Other"})
    for option, expected in (("--read-only", "0"), ("--changes", "1")):
        done = audit(capsys, "events", logs, option, "--event-name", "ListImages", "--format", "json")
        assert [row["event_id"] for row in json.loads(done.out)] == [expected]
        assert "\n1 more said neither whether they read nor" in done.said
    assert "said neither" not in audit(capsys, "events", logs).said
