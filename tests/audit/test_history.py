"""Event history, viewed and downloaded from the local AWS as from any other."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.local_aws import ACCOUNT_ID, ROOT, LocalAws

REGIONS = ("us-east-1", "eu-west-1")
NOW = datetime.now(UTC).replace(microsecond=0)


def record(number: int, region: str) -> dict[str, Any]:
    """A management event; several share a second, and every third is another user's."""
    user = "alice" if number % 3 else "bob"
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": f"AIDA{user.upper()}",
            "arn": f"arn:aws:iam::{ACCOUNT_ID}:user/{user}",
            "accountId": ACCOUNT_ID,
            "accessKeyId": f"AKIA{user.upper():X<16}",
            "userName": user,
        },
        "eventTime": (NOW - timedelta(seconds=60 + number // 7)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "imagebuilder.amazonaws.com" if number % 2 else "ec2.amazonaws.com",
        "eventName": "ListImages" if number % 2 else "DescribeImages",
        "awsRegion": region,
        "sourceIPAddress": "192.0.2.7",
        "userAgent": "test",
        "requestParameters": None,
        "responseElements": None,
        "requestID": f"request-{region}-{number}",
        "eventID": f"00000000-0000-4000-8000-{REGIONS.index(region):04}{number:08}",
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT_ID,
        "eventCategory": "Management",
    } | ({"errorCode": "AccessDenied", "errorMessage": "no"} if number % 5 == 0 else {})


EVENTS = [record(number, region) for region in REGIONS for number in range(330)]


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    """A local AWS whose Event history holds the events above."""
    with LocalAws.started("--delivery-seconds", "0.1") as local:
        local.control("records", {"Records": EVENTS})
        yield local


def command(*arguments: str) -> list[str]:
    """`audit history` over both Regions, up to the newest event above."""
    regions = [word for region in REGIONS for word in ("--event-region", region)]
    end = (NOW - timedelta(seconds=30)).isoformat()
    return [sys.executable, "-m", "audit", "history", *regions, "--end", end, *arguments]


def run(aws: LocalAws, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    return subprocess.run(
        command(*arguments),
        cwd=ROOT,
        env=dict(aws.environment()),
        capture_output=True,
        text=True,
        check=False,
    )


def found(text: str) -> list[str]:
    """The event IDs of JSON lines, in their order."""
    return [json.loads(line)["eventID"] for line in text.splitlines()]


def test_a_download_holds_each_event_once_and_unchanged(aws: LocalAws) -> None:
    """All Regions, all services: the records as CloudTrail gave them."""
    answer = run(aws, "--event-source", "all", "--format", "jsonl")
    assert answer.returncode == 0, answer.stderr
    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    assert sorted(lines, key=lambda one: one["eventID"]) == sorted(EVENTS, key=lambda one: one["eventID"])
    times = [line["eventTime"] for line in lines]
    assert times == sorted(times, reverse=True)


def test_filters_that_the_api_cannot_combine_all_hold(aws: LocalAws) -> None:
    """Event, user, result and time together, though LookupEvents takes one attribute."""
    start = NOW - timedelta(seconds=90)
    answer = run(
        aws,
        *("--event-name", "ListImages", "--identity", "user/bob", "--failed", "--read-only"),
        *("--start", start.isoformat(), "--format", "jsonl"),
    )
    wanted = [
        event["eventID"]
        for event in EVENTS
        if event["eventName"] == "ListImages"
        and event["userIdentity"]["userName"] == "bob"
        and "errorCode" in event
        and datetime.fromisoformat(event["eventTime"]) >= start
    ]
    assert wanted
    assert sorted(found(answer.stdout)) == sorted(wanted)


def test_by_default_only_image_builder_is_shown(aws: LocalAws) -> None:
    """As with every command of audit."""
    answer = run(aws, "--format", "jsonl")
    sources = Counter(json.loads(line)["eventSource"] for line in answer.stdout.splitlines())
    assert set(sources) == {"imagebuilder.amazonaws.com"}


def test_nothing_is_lost_or_doubled_under_throttling(aws: LocalAws) -> None:
    """Throttled calls are made again, with the same page."""
    aws.control(
        "faults",
        [
            {
                "kind": "throttle",
                "service": "cloudtrail",
                "operation": "LookupEvents",
                "after": 2,
                "count": 3,
            },
            {"kind": "drop", "service": "cloudtrail", "operation": "LookupEvents", "after": 6, "count": 1},
        ],
    )
    try:
        answer = run(aws, "--event-source", "all", "--format", "jsonl")
    finally:
        aws.control("faults", method="DELETE")
    assert answer.returncode == 0, answer.stderr
    assert sorted(found(answer.stdout)) == sorted(event["eventID"] for event in EVENTS)


def test_an_interrupted_download_goes_on_where_it_was(aws: LocalAws, tmp_path: Path) -> None:
    """Stopped after some pages, the same command gives the whole, asking for little twice."""
    output = tmp_path / "history.jsonl"
    arguments = ("--event-source", "all", "--format", "jsonl", "--output", str(output))
    with subprocess.Popen(
        command(*arguments), cwd=ROOT, env=dict(aws.environment()), stderr=subprocess.PIPE, text=True
    ) as process:
        kept = output.with_name("history.jsonl.part") / f"{ACCOUNT_ID}.us-east-1.jsonl"
        while not (kept.exists() and kept.read_bytes().count(b"\n") >= 2):
            assert process.poll() is None, process.stderr and process.stderr.read()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the same command goes on" in said
    assert "Traceback" not in said
    assert not output.exists()
    with kept.open("ab") as torn:
        torn.write(b'{"until": "20')
    answer = run(aws, *arguments)
    assert answer.returncode == 0, answer.stderr
    assert sorted(found(output.read_text())) == sorted(event["eventID"] for event in EVENTS)
    assert not kept.parent.exists()


def test_a_download_does_not_go_on_with_other_filters(aws: LocalAws, tmp_path: Path) -> None:
    """What another query kept is not taken for this one's."""
    part = tmp_path / "history.csv.part"
    part.mkdir()
    (part / "query.json").write_text('{"filters": {}, "begun": "2026-01-01T00:00:00+00:00"}')
    answer = run(aws, "--format", "csv", "--output", str(tmp_path / "history.csv"))
    assert answer.returncode == 2
    assert "interrupted download of other events" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_one_region_that_refuses_does_not_hide_the_other(aws: LocalAws) -> None:
    """The denied Region is a finding, exit code 1; the other Region's events are there."""
    aws.control("faults", [{"kind": "deny", "service": "cloudtrail", "region": "eu-west-1"}])
    try:
        answer = run(aws, "--event-source", "all", "--format", "jsonl")
    finally:
        aws.control("faults", method="DELETE")
    assert answer.returncode == 1
    assert "IBT101" in answer.stderr
    assert "eu-west-1" in answer.stderr
    assert len(found(answer.stdout)) == 330


def test_no_credentials_is_one_clear_line(aws: LocalAws) -> None:
    """Not a traceback."""
    environment = {key: value for key, value in aws.environment().items() if "KEY" not in key}
    answer = subprocess.run(command(), cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert "credentials" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1
