"""All sessions of a role can be counted as one identity."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from audit.facts import Facts, count
from audit.report import deed_rows
from audit.roles import by_role
from audit.selection import Selection
from tests.audit.inside import audit
from tests.audit.test_scan import read, record
from tests.corpus import log_file

ACCOUNT, OTHER = "123456789012", "210987654321"


def session(role: str, name: str, account: str = ACCOUNT, **more: Any) -> dict[str, Any]:
    """A userIdentity of a role's session."""
    issuer = {
        "type": "Role",
        "arn": f"arn:aws:iam::{account}:role/{role}",
        "userName": role,
        "accountId": account,
    }
    arn = f"arn:aws:sts::{account}:assumed-role/{role}/{name}"
    return {
        "type": "AssumedRole",
        "arn": arn,
        "accountId": account,
        "sessionContext": {"sessionIssuer": issuer},
    } | more


def event(identity: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What it did, in ACCOUNT."""
    return record(userIdentity=identity, recipientAccountId=ACCOUNT, awsRegion="us-east-1", **changes)


EVENTS = [
    event(session("Build", "run-1"), sourceIPAddress="192.0.2.1"),
    event(session("Build", "run-2"), sourceIPAddress="192.0.2.2", eventTime="2026-01-02T00:00:00Z"),
    event(session("Build", "run-2"), errorCode="AccessDenied"),
    event(session("Build", "run-1", OTHER)),
    event(session("Build", "run-1", invokedBy="imagebuilder.amazonaws.com")),
    event({"type": "IAMUser", "userName": "Build", "accountId": ACCOUNT}),
]


def facts() -> Facts:
    """The facts of these events."""
    return count(read("k", log_file(EVENTS), Selection()).records)


def test_the_sessions_of_a_role_are_one_line_for_each_action_and_result() -> None:
    """Counts add up; what another account's role, a service or a user did stays apart."""
    rows = [
        (row.who, row.identity, row.account, row.through, row.result, row.from_, row.times)
        for row in deed_rows(by_role(facts()))
    ]
    service = "imagebuilder.amazonaws.com"
    assert sorted(rows) == sorted(
        [
            ("Build", "AssumedRole", ACCOUNT, "", "ok", "192.0.2.1, 192.0.2.2", 2),
            ("Build", "AssumedRole", ACCOUNT, "", "AccessDenied", "not given", 1),
            (f"Build of {OTHER}", "AssumedRole", OTHER, "", "ok", "not given", 1),
            ("Build", "AssumedRole", ACCOUNT, service, "ok", "not given", 1),
            ("Build", "IAMUser", ACCOUNT, "", "ok", "not given", 1),
        ]
    )


def test_an_identity_says_of_how_many_sessions_it_is() -> None:
    """With the role's ARN in place of a session's."""
    [role] = [
        who
        for who, _ in by_role(facts()).identities.values()
        if who.kind == "AssumedRole" and not who.service and not who.cross_account
    ]
    assert role.explained() == "Build, 2 sessions of the role Build"
    assert role.arn == f"arn:aws:iam::{ACCOUNT}:role/Build"


def test_no_event_is_lost_or_counted_twice() -> None:
    """The totals are those of the sessions."""
    apart, together = facts(), by_role(facts())
    assert together.total == apart.total
    assert together.actions == apart.actions
    assert together.addresses == apart.addresses


def test_the_report_takes_it_as_an_option_and_the_page_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In each format; without it, each session is an identity of its own."""
    (tmp_path / "a.json.gz").write_bytes(log_file(EVENTS))

    def names(*arguments: object) -> set[str]:
        out = audit(capsys, "report", tmp_path, "--format", "csv", *arguments).out
        return {row["who"] for row in csv.DictReader(io.StringIO(out))}

    page = tmp_path / "page.html"
    assert names("--by", "role", "--html", page) == {"Build", f"Build of {OTHER}"}
    assert "all sessions of a role are one" in page.read_text()
    assert {"Build/run-1", "Build/run-2"} < names("--html", page)
    assert "all sessions of a role are one" not in page.read_text()
