"""The report says what happened: the same facts for the terminal, the page and every format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from audit.commands.report import report
from audit.facts import Facts, count
from audit.plots import activity
from audit.report import all_changes, deed_rows, people, sections
from audit.selection import Selection
from audit.sources.folder import Folder
from console.output import Format
from tests.audit.test_scan import read, record
from tests.corpus import log_file

PIPELINE = "arn:aws:imagebuilder:us-east-1:123456789012:image-pipeline/web"
MARKUP = (
    "\u202e<img src=x onerror=\"document.title='owned'\"></script><script>document.title='owned'</script>"
)


def facts() -> Facts:
    """A few events: a change, a failed read by someone whose name is markup, a call by a service."""
    ana = {
        "type": "IAMUser",
        "userName": "ana",
        "accountId": "123456789012",
        "arn": "arn:aws:iam::1:user/ana",
    }
    evil = ana | {"userName": MARKUP, "invokedBy": "imagebuilder.amazonaws.com"}
    records = [
        record(
            eventID="1",
            userIdentity=ana,
            eventName="StartImagePipelineExecution",
            readOnly=False,
            sourceIPAddress="203.0.113.9",
            awsRegion="us-east-1",
            requestParameters={"imagePipelineArn": PIPELINE},
        ),
        record(
            eventID="2",
            userIdentity=evil,
            eventTime="2026-01-01T05:00:00Z",
            errorCode=MARKUP,
            sourceIPAddress=MARKUP,
            awsRegion=MARKUP,
            eventName=MARKUP,
            readOnly=False,
            requestParameters={"imagePipelineArn": PIPELINE},
        ),
        record(eventID="3", userIdentity=ana, eventTime="2026-01-01T06:00:00Z", readOnly=True),
    ]
    return count(read("k", log_file(records), Selection()).records)


def test_each_line_says_who_did_what_from_where_when_with_which_result() -> None:
    """Events of the same identity, action, Region and result are one line with their count and span."""
    first = next(iter(deed_rows(facts())))
    assert (first.who, first.action, first.result, first.from_, first.times) == (
        "ana",
        "StartImagePipelineExecution",
        "ok",
        "203.0.113.9",
        1,
    )


def test_an_account_is_not_said_where_only_a_service_has_none(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nobody has to be told apart."""
    service = {"type": "AWSService", "invokedBy": "config.amazonaws.com"}
    (tmp_path / "a.json.gz").write_bytes(log_file([record(), record(eventID="2", userIdentity=service)]))
    assert report(Folder(tmp_path), Selection()) == 0
    shown = capfd.readouterr().out
    assert "config.amazonaws.com" in shown
    assert "ACCOUNT" not in shown


@pytest.mark.parametrize(
    "identity",
    [
        {"type": "AWSService", "invokedBy": "imagebuilder.amazonaws.com"},
        {"type": "SAMLUser", "userName": "ana", "identityProvider": "p"},
        {"type": "WebIdentityUser", "userName": "emil", "identityProvider": "accounts.google.com"},
        None,
    ],
)
def test_who_has_no_account_is_counted_by_the_account_that_received_the_call(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], identity: dict[str, str] | None
) -> None:
    """Not merged over all accounts of an organization's bucket into a line of no account."""
    accounts = ("111111111111", "222222222222")
    events = [record(userIdentity=identity, recipientAccountId=account) for account in accounts]
    (tmp_path / "a.json.gz").write_bytes(log_file(events))
    assert report(Folder(tmp_path), Selection(), format=Format.JSON) == 0
    assert sorted(line["account"] for line in json.loads(capfd.readouterr().out)) == list(accounts)


def test_namesakes_of_two_accounts_are_two_lines_and_the_terminal_says_whose(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """An organization's bucket holds the same role and session name of many accounts."""

    def events(*accounts: str) -> list[dict[str, Any]]:
        return [
            record(
                eventID=account,
                recipientAccountId=account,
                userIdentity={"type": "IAMUser", "userName": "ci", "accountId": account},
            )
            for account in accounts
        ]

    for accounts in (("111111111111",), ("111111111111", "222222222222")):
        (tmp_path / "a.json.gz").write_bytes(log_file(events(*accounts)))
        assert report(Folder(tmp_path), Selection(), format=Format.TABLE) == 0
        deeds, identities, *_ = (part.splitlines() for part in capfd.readouterr().out.split("\n\n"))
        assert ("ACCOUNT" in deeds[1], "ACCOUNT" in identities[1]) == (len(accounts) > 1,) * 2
        assert len(deeds) == 2 + len(accounts)


def test_a_timeline_ties_changes_to_the_resource_they_name() -> None:
    """The pipeline's ARN in the request parameters leads to who started it; reads are left out."""
    timelines = facts().timelines
    assert list(timelines) == [PIPELINE]
    assert [moment.who for moment in timelines[PIPELINE].moments] == ["ana", MARKUP]


def test_facts_counted_apart_add_up_to_those_counted_together() -> None:
    """Workers may each count a part."""
    merged = Facts()
    merged.merge(facts())
    merged.merge(facts())
    assert merged.total.count == 6
    assert merged.timelines[PIPELINE].length == 4
    assert sum(seen.count for seen, _ in merged.deeds.values()) == 6


def test_the_terminal_spells_control_characters_out(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """An event cannot recolour or rewrite the analyst's terminal."""
    odd = record(userIdentity={"type": "IAMUser", "userName": "a\x1b[2Jb\nc"}, sourceIPAddress="\x1b[31mx")
    (tmp_path / "a.json.gz").write_bytes(log_file([odd]))
    assert report(Folder(tmp_path), Selection(), format=Format.TABLE) == 0
    shown = capfdbinary.readouterr().out
    assert b"\x1b" not in shown
    assert rb"a\x1b[2Jb\nc" in shown


def test_quiet_hours_have_their_place_and_no_time_is_lost() -> None:
    """A gap is seen as one; times that are none are shown as they are."""
    assert activity({"2026-01-01T00": (1, 0), "2026-01-01T05": (2, 1)}).count("<tr>") == 1 + 6
    odd = {"2026-01-01T00": (1, 0), "2026-01-01Tx": (1, 0), "2026-01-01T05": (2, 1)}
    assert activity(odd).count("<tr>") == 1 + 3
    assert activity({"2026-01-01T00": (1, 0), "2026-03-01T05": (2, 1)}).count("<tr>") == 1 + 60
    assert activity({"0001-01-01T00": (1, 0), "2026-01-01T00": (1, 0)}).count("<tr>") == 1 + 2


def test_the_terminal_tells_all_that_the_page_tells(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """First-seen identities and addresses, failures, calls by services and timelines, each with its lines."""
    ana = {"type": "IAMUser", "userName": "ana", "invokedBy": "cloudformation.amazonaws.com"}
    events = [
        record(
            eventID=str(number),
            userIdentity=ana,
            errorCode="Denied",
            sourceIPAddress=f"203.0.113.{number}",
            requestParameters={"imagePipelineArn": PIPELINE},
        )
        for number in range(1, 26)
    ]
    (tmp_path / "a.json.gz").write_bytes(log_file(events))
    assert report(Folder(tmp_path), Selection()) == 0
    told = capfdbinary.readouterr().out.decode()
    titles = [part.splitlines()[0] for part in told.split("\n\n")]
    assert titles[1:] == [
        "Identities",
        "Addresses: the newest 20 of 25",
        "Actions",
        "Failures",
        "Calls made by services",
        "Timelines: the newest 5 changes of each resource",
    ]
    assert told.count(PIPELINE) == 5
    assert "203.0.113.1, 203.0.113.10, 203.0.113.11 and 22 more" in told.split("Failures")[1]


def test_the_columns_have_the_same_names_in_each_format(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """The address is `from` in CSV and Parquet, as it is in JSON."""
    (tmp_path / "a.json.gz").write_bytes(log_file([record(sourceIPAddress="203.0.113.9")]))
    report(Folder(tmp_path), Selection(), format=Format.CSV)
    assert b",region,from,times," in capfdbinary.readouterr().out
    report(Folder(tmp_path), Selection(), format=Format.PARQUET, output=tmp_path / "a.parquet")
    table = duckdb.read_parquet(str(tmp_path / "a.parquet"))
    assert table.project('"from", times').fetchall() == [("203.0.113.9", 1)]


def test_a_call_by_a_service_has_its_region(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Where it was made is part of what was done."""
    user = {"type": "AWSService", "invokedBy": "config.amazonaws.com"}
    (tmp_path / "a.json.gz").write_bytes(log_file([record(userIdentity=user, awsRegion="eu-west-1")]))
    report(Folder(tmp_path), Selection())
    told = capfd.readouterr().out.partition("Calls made by services")[2].splitlines()
    assert "REGION" in told[1]
    assert "eu-west-1" in told[2]


def test_a_new_component_has_one_timeline_not_one_for_each_way_to_name_it(tmp_path: Path) -> None:
    """The response also says how the newest of a line of versions is named (1.x.x): that is no resource."""
    arn = "arn:aws:imagebuilder:us-east-1:123456789012:component/web"
    response = {
        "componentBuildVersionArn": f"{arn}/1.0.0/1",
        "latestVersionReferences": {
            "latestVersionArn": f"{arn}/x.x.x",
            "latestMajorVersionArn": f"{arn}/1.x.x",
            "latestMinorVersionArn": f"{arn}/1.0.x",
            "latestPatchVersionArn": f"{arn}/1.0.0",
        },
    }
    created = record(eventName="CreateComponent", readOnly=False, responseElements=response)
    found = count(read("k", log_file([created]), Selection()).records)
    assert list(found.timelines) == [f"{arn}/1.0.0/1", f"{arn}/1.0.0"]


@pytest.mark.parametrize("form", [Format.CSV, Format.JSONL])
def test_a_page_and_another_format_are_both_written(form: Format, tmp_path: Path) -> None:
    """Neither takes the other's place."""
    (tmp_path / "a.json.gz").write_bytes(log_file([record()]))
    html, output = tmp_path / "a.html", tmp_path / "a.out"
    assert report(Folder(tmp_path / "a.json.gz"), Selection(), format=form, output=output, html=html) == 0
    assert html.read_text().startswith("<!doctype html>")
    assert b"ListImages" in output.read_bytes()


def test_people_of_the_same_name_are_counted_apart() -> None:
    """By account, and by the kind of identity within one."""
    users = [
        {"type": kind, "userName": "ana", "accountId": account}
        for kind, account in (("IAMUser", "1" * 12), ("IAMUser", "2" * 12), ("SAMLUser", "1" * 12))
    ]
    records = [
        record(eventID=str(number), userIdentity=user, recipientAccountId=user["accountId"])
        for number, user in enumerate(users)
    ]
    found = people(count(read("k", log_file(records), Selection()).records))
    assert sorted(found) == [
        ("ana (222222222222)", 1, 0),
        ("ana (IAMUser, 111111111111)", 1, 0),
        ("ana (SAMLUser, 111111111111)", 1, 0),
    ]


def strangers(number: int) -> Facts:
    """The facts of so many events, each with identity, address, error and resource of its own."""
    bounded = Facts(most=50)
    changes = []
    for each in range(number):
        arn = f"arn:aws:iam::123456789012:user/user-{each}"
        change = record(
            userIdentity={"type": "IAMUser", "arn": arn, "userName": f"user-{each}"},
            sourceIPAddress=f"10.0.0.{each}",
            errorCode=f"Error{each}",
            readOnly=False,
            eventTime=f"2026-01-{1 + each % 28:02}T{each % 24:02}:00:00Z",
            requestParameters={"imagePipelineArn": PIPELINE + str(each)},
        )
        changes.append(change)
    for one in read("key", log_file(changes), Selection()).records:
        bounded.merge(count([one]))
    return bounded


def test_facts_hold_no_more_than_a_bounded_number_of_entries() -> None:
    """Whoever comes beyond it is counted among the others, so that the totals hold and the rest is told."""
    few, many = strangers(5), strangers(250)
    assert (few.full, few.unlisted) == (False, 0)
    assert many.full
    assert many.entries < 70
    assert many.total.count == many.total.failed == 250
    assert sum(seen.count for seen in many.addresses.values()) == 250
    others = [row for row in deed_rows(many) if row.who == "(others)"]
    assert sum(row.times for row in others) == many.unlisted > 200
    assert [*sections(many), *all_changes(many)]
