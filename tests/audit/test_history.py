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

from localaws.testing import ACCOUNT_ID, LocalAws
from tests import ROOT

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
    """All Regions, all services: the records as CloudTrail gave them, the oldest first."""
    answer = run(aws, "--event-source", "all", "--format", "jsonl")
    assert answer.returncode == 0, answer.stderr
    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    assert sorted(lines, key=lambda one: one["eventID"]) == sorted(EVENTS, key=lambda one: one["eventID"])
    times = [line["eventTime"] for line in lines]
    assert times == sorted(times)


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
    output = tmp_path / "history.csv"
    interrupted(aws, output, "--event-source", "all", "--format", "csv")
    answer = run(aws, "--format", "csv", "--output", str(output))
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


def interrupted(aws: LocalAws, output: Path, *arguments: str) -> Path:
    """Stop a download once it has kept two pages of us-east-1; return the folder where it keeps them."""
    folder = output.with_name(f"{output.name}.part")
    kept = folder / f"{ACCOUNT_ID}.us-east-1.jsonl"
    with subprocess.Popen(
        command(*arguments, "--output", str(output)), cwd=ROOT, env=dict(aws.environment())
    ) as process:
        while not (kept.exists() and kept.read_bytes().count(b"\n") >= 2):
            assert process.poll() is None
        process.kill()
    return folder


def test_a_killed_download_goes_on_and_says_so(aws: LocalAws, tmp_path: Path) -> None:
    """Also when it had no time to stop; until when its events are is told, as it is a while ago."""
    output, arguments = tmp_path / "history.jsonl", ("--event-source", "all", "--format", "jsonl")
    folder = interrupted(aws, output, *arguments)
    assert not output.exists()
    answer = run(aws, *arguments, "--output", str(output))
    assert answer.returncode == 0, answer.stderr
    assert "going on with the download begun at" in answer.stderr
    assert sorted(found(output.read_text())) == sorted(event["eventID"] for event in EVENTS)
    assert not folder.exists()


def test_two_downloads_do_not_keep_the_same_pages_twice(aws: LocalAws, tmp_path: Path) -> None:
    """While the first is waiting for AWS, the second ends at once; what the first kept is whole."""
    output = tmp_path / "history.jsonl"
    arguments = ("--event-source", "all", "--format", "jsonl", "--output", str(output))
    hangs = {"kind": "slow", "service": "cloudtrail", "operation": "LookupEvents", "seconds": 60, "after": 4}
    aws.control("faults", [hangs | {"count": 2}])
    try:
        with subprocess.Popen(command(*arguments), cwd=ROOT, env=dict(aws.environment())) as first:
            while aws.control("faults")[0]["matches"] < 6:
                assert first.poll() is None
            second = run(aws, *arguments)
            first.kill()
    finally:
        aws.control("faults", method="DELETE")
    assert second.returncode == 2
    assert "in use by another download" in second.stderr
    assert run(aws, *arguments).returncode == 0
    assert sorted(found(output.read_text())) == sorted(event["eventID"] for event in EVENTS)


def test_a_damaged_download_is_told_with_its_file(aws: LocalAws, tmp_path: Path) -> None:
    """One line, exit code 2, and what to delete; nothing is made of half a download."""
    output, arguments = tmp_path / "history.jsonl", ("--event-source", "all", "--format", "jsonl")
    folder = interrupted(aws, output, *arguments)
    kept = folder / f"{ACCOUNT_ID}.us-east-1.jsonl"
    kept.write_bytes(b"\0" * 10 + kept.read_bytes()[10:])
    answer = run(aws, *arguments, "--output", str(output))
    assert answer.returncode == 2, answer.stderr
    assert f"{kept} is damaged" in answer.stderr
    assert f"delete {folder}" in answer.stderr
    assert not output.exists()


def test_an_event_that_cannot_be_read_is_told_however_often_the_download_goes_on(tmp_path: Path) -> None:
    """Each run that leaves the event out says so and exits 1: after one Region failed, and all anew."""
    output = tmp_path / "history.jsonl"
    arguments = ("--event-source", "all", "--format", "jsonl", "--output", str(output))
    damaged = record(1, "us-east-1") | {"sourceIPAddress": 7}
    denied = [{"kind": "deny", "service": "cloudtrail", "region": "eu-west-1"}]
    with LocalAws.started("--delivery-seconds", "0.1") as local:
        local.control("records", {"Records": [damaged, record(1, "eu-west-1")]})
        local.control("faults", denied)
        first = run(local, *arguments)
        local.control("faults", method="DELETE")
        again = run(local, *arguments)
        anew = run(local, *arguments)
    assert [answer.returncode for answer in (first, again, anew)] == [1, 1, 1]
    assert all(damaged["eventID"] in answer.stderr for answer in (first, again, anew))
    assert "asks again for the rest" in first.stderr
    assert "asks again for the rest" not in again.stderr
    assert found(output.read_text()) == [record(1, "eu-west-1")["eventID"]]
    assert not output.with_name("history.jsonl.part").exists()


def test_a_folder_that_was_prepared_by_others_is_refused(aws: LocalAws, tmp_path: Path) -> None:
    """One line, exit code 2; the file that the folder's lock is linked to stays as it is."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    part = tmp_path / "history.jsonl.part"
    part.mkdir(0o700)
    (part / "lock").symlink_to(victim)
    answer = run(aws, "--format", "jsonl", "--output", str(tmp_path / "history.jsonl"))
    assert answer.returncode == 2, answer.stderr
    assert str(part) in answer.stderr
    assert len(answer.stderr.splitlines()) == 1
    assert victim.read_text() == "precious"


def test_a_full_disk_is_told_and_nothing_is_lost(aws: LocalAws, tmp_path: Path) -> None:
    """Exit code 2 in one line; with room again, the same command gives each event once."""
    output = tmp_path / "history.jsonl"
    arguments = ("--event-source", "all", "--format", "jsonl", "--output", str(output))
    limited = ["bash", "-c", 'ulimit -f 60; exec "$@"', "-", *command(*arguments)]  # KiB that a file may have
    answer = subprocess.run(
        limited, cwd=ROOT, env=dict(aws.environment()), capture_output=True, text=True, check=False
    )
    assert answer.returncode == 2, answer.stderr
    assert "the same command goes on from there" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1
    assert not output.exists()
    assert run(aws, *arguments).returncode == 0
    assert sorted(found(output.read_text())) == sorted(event["eventID"] for event in EVENTS)


def test_a_mistaken_command_does_not_stand_in_the_way_of_the_right_one(aws: LocalAws, tmp_path: Path) -> None:
    """Where nothing was kept, nothing is to be deleted before other options are taken."""
    output = tmp_path / "history.jsonl"
    part = tmp_path / "history.jsonl.part"
    part.mkdir(0o700)
    (part / "query.json").write_text('{"filters": {}, "begun": "2026-01-01T00:00:00+00:00"}')
    answer = run(aws, "--event-name", "ListImages", "--format", "jsonl", "--output", str(output))
    assert answer.returncode == 0, answer.stderr
    assert len(found(output.read_text())) == 330


def test_an_interruption_does_not_wait_for_a_call_that_hangs(aws: LocalAws) -> None:
    """Ctrl-C ends it at once, though AWS takes its time to answer."""
    slow = {"kind": "slow", "service": "cloudtrail", "operation": "LookupEvents", "seconds": 15, "count": 2}
    aws.control("faults", [slow])
    try:
        with subprocess.Popen(
            command(), cwd=ROOT, env=dict(aws.environment()), stderr=subprocess.PIPE, text=True
        ) as process:
            while aws.control("faults")[0]["matches"] < 2:
                assert process.poll() is None
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=8)
    finally:
        aws.control("faults", method="DELETE")
    assert process.returncode == 130
    assert said == "audit: interrupted; no file is left half-written\n"


def test_credentials_that_expire_on_the_way_lose_nothing(aws: LocalAws, tmp_path: Path) -> None:
    """Each Region is a finding that says what to do; afterwards the same command gives the rest."""
    output = tmp_path / "history.jsonl"
    arguments = ("--event-source", "all", "--format", "jsonl", "--output", str(output))
    expired = {"kind": "error", "code": "ExpiredTokenException", "message": "It is expired.", "status": 400}
    aws.control("faults", [expired | {"service": "cloudtrail", "operation": "LookupEvents", "after": 5}])
    try:
        answer = run(aws, *arguments)
    finally:
        aws.control("faults", method="DELETE")
    assert answer.returncode == 1
    assert answer.stderr.count("It is expired; renew the credentials") == 2
    assert run(aws, *arguments).returncode == 0
    assert sorted(found(output.read_text())) == sorted(event["eventID"] for event in EVENTS)


MISTAKES: dict[str, tuple[tuple[str, ...], str]] = {
    "a missing profile": (("--profile", "nobody"), "nobody"),
    "an endpoint without its scheme": (("--endpoint-url", "127.0.0.1:4566"), "Invalid endpoint"),
    "a Region that is none": (("--region", "us east"), "us east"),
    "a folder as output": (("--output", "tests"), "is a folder"),
    "no output": (("--output", ""), "is a folder"),
    "no such folder": (("--output", "/nowhere/at/all"), "/nowhere/at"),
}


@pytest.mark.parametrize("name", MISTAKES)
@pytest.mark.parametrize("audit", ["history", "verify"])
def test_mistakes_are_told_before_anything_is_done(aws: LocalAws, audit: str, name: str) -> None:
    """One line with what was given, exit code 2, and no call of CloudTrail or Image Builder."""
    options, words = MISTAKES[name]
    aws.control("faults", [{"kind": "deny", "service": one} for one in ("imagebuilder", "cloudtrail")])
    try:
        answer = subprocess.run(
            [sys.executable, "-m", "audit", audit, *options],
            cwd=ROOT,
            env=dict(aws.environment()),
            capture_output=True,
            text=True,
            check=False,
        )
        called = [fault["matches"] for fault in aws.control("faults")]
    finally:
        aws.control("faults", method="DELETE")
    assert called == [0, 0]
    assert answer.returncode == 2, answer.stderr
    assert words in answer.stderr
    assert len(answer.stderr.splitlines()) == 1
    assert not (ROOT / "tests.part").exists()


def test_times_that_event_history_cannot_hold_are_told(aws: LocalAws) -> None:
    """The future is a mistake; what is too old is nothing, with the way to where it is."""
    future = [sys.executable, "-m", "audit", "history", "--start", "2999-01-01"]
    answer = subprocess.run(
        future, cwd=ROOT, env=dict(aws.environment()), capture_output=True, text=True, check=False
    )
    assert answer.returncode == 2
    assert "--start 2999-01-01T00:00:00+00:00 is in the future" in answer.stderr
    aws.control("faults", [{"kind": "deny", "service": "cloudtrail"}])
    try:
        answer = run(aws, "--end", "2020-01-01", "--format", "json")
    finally:
        aws.control("faults", method="DELETE")
    assert (answer.returncode, answer.stdout) == (0, "[]\n")
    assert "python -m audit events" in answer.stderr


def test_regions_that_may_not_be_listed_can_be_named(aws: LocalAws) -> None:
    """Of `--event-region all`, the message says what it needs and how to do without."""
    aws.control("faults", [{"kind": "deny", "service": "ec2"}])
    try:
        answer = run(aws, "--event-region", "all")
    finally:
        aws.control("faults", method="DELETE")
    assert answer.returncode == 2
    assert "allow ec2:DescribeRegions, or name them with --event-region" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_no_credentials_is_one_clear_line(aws: LocalAws) -> None:
    """Not a traceback."""
    environment = {key: value for key, value in aws.environment().items() if "KEY" not in key}
    answer = subprocess.run(command(), cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert "credentials" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_event_history_has_the_columns_and_the_limit_of_events(aws: LocalAws) -> None:
    """The newest so many, the oldest first, as `events` lists them."""
    answer = run(aws, "--limit", "3", "--columns", "time,resource,action", "--format", "csv")
    assert answer.returncode == 0, answer.stderr
    head, *lines = answer.stdout.splitlines()
    newest = sorted(event["eventTime"] for event in EVENTS if event["eventName"] == "ListImages")[-3:]
    assert (head, lines) == ("time,resource,action", [f"{time},,ListImages" for time in newest])


def test_a_name_by_which_event_history_has_nothing_is_told(aws: LocalAws, tmp_path: Path) -> None:
    """With the action that was meant; nothing is written, and nothing kept to go on with."""
    answer = run(aws, "--event-name", "StartPipeline", "--output", str(tmp_path / "a.csv"))
    assert (answer.returncode, answer.stdout) == (2, ""), answer.stderr
    assert list(tmp_path.iterdir()) == []
    assert "did you mean StartImagePipelineExecution?" in answer.stderr
    answer = run(aws, "--event-name", "CreateImage")
    assert answer.returncode == 0
    assert "looked at 2 Regions: no event is as wanted (" in answer.stderr
