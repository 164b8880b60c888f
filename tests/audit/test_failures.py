"""A call or sign-in that failed counts as failed everywhere, whichever way CloudTrail says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from audit import query
from audit.queries import named_queries
from tests.audit.inside import audit
from tests.audit.test_scan import record
from tests.corpus import log_file

Capsys = pytest.CaptureFixture[str]
SIGN_IN = {"eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin", "userAgent": "Mozilla"}
WRONG_PASSWORD = SIGN_IN | {
    "errorMessage": "Failed authentication",
    "responseElements": {"ConsoleLogin": "Failure"},
    "additionalEventData": {"LoginTo": "https://console.aws.amazon.com/", "MFAUsed": "No"},
}
RIGHT = SIGN_IN | {
    "responseElements": {"ConsoleLogin": "Success"},
    "additionalEventData": {"MFAUsed": "Yes"},
}
OUTCOMES: list[tuple[dict[str, Any], str]] = [
    (WRONG_PASSWORD, "Failure"),
    (RIGHT, "ok"),
    (SIGN_IN | {"eventName": "SwitchRole", "responseElements": {"SwitchRole": "Failure"}}, "Failure"),
    (SIGN_IN | {"eventName": "CheckMfa", "responseElements": {"CheckMfa": "Success"}}, "ok"),
    (
        SIGN_IN
        | {
            "eventName": "CredentialVerification",
            "serviceEventDetails": {"CredentialVerification": "Failure"},
        },
        "Failure",
    ),
    ({"errorMessage": "it went wrong"}, "Failure"),
    ({"errorCode": "AccessDenied", "errorMessage": "no"}, "AccessDenied"),
    ({"errorCode": "", "errorMessage": ""}, "ok"),
    ({"responseElements": {"state": "Failure"}}, "ok"),  # what an image may be, not how the call ended
]


def logs_of(folder: Path, *changes: dict[str, Any]) -> Path:
    """A log file with a record for each of these changes."""
    path = folder / "a.json.gz"
    path.write_bytes(log_file([record(**change) for change in changes]))
    return path


@pytest.mark.parametrize(("change", "result"), OUTCOMES)
def test_events_report_filters_and_named_queries_agree_on_how_a_call_ended(
    tmp_path: Path, capsys: Capsys, change: dict[str, Any], result: str
) -> None:
    """The result column, the failed count, --failed, --error-code and the two queries say the same."""
    logs, failed = logs_of(tmp_path, change), result != "ok"
    every = (logs, "--event-source", "all", "--format", "json")
    assert [row["result"] for row in json.loads(audit(capsys, "events", *every).out)] == [result]
    assert len(json.loads(audit(capsys, "events", *every, "--failed").out)) == failed
    assert len(json.loads(audit(capsys, "events", *every, "--error-code", result).out)) == failed
    (line,) = json.loads(audit(capsys, "report", *every).out)
    assert line["result"] == result
    assert f" 1 events, {int(failed)} failed" in audit(capsys, "report", *every[:3]).out
    lines = [json.dumps(record(**change)).encode() + b"\n"]
    names = named_queries()
    assert [row[6] for row in query.run(names["root-use"], lines).rows] == [result]
    assert [row[2] for row in query.run(names["failures-by-identity"], lines).rows] == [result] * failed


def test_root_use_says_whether_a_sign_in_had_a_second_factor() -> None:
    """MFAUsed of a sign-in, which has no session yet, is said as a session's mfaAuthenticated is."""
    session = {"type": "Root", "sessionContext": {"attributes": {"mfaAuthenticated": "true"}}}
    changes: list[dict[str, Any]] = [WRONG_PASSWORD, RIGHT, {"userIdentity": session}, {}]
    lines = [
        json.dumps(record(**change, eventID=str(at))).encode() + b"\n" for at, change in enumerate(changes)
    ]
    told = [row[5] for row in query.run(named_queries()["root-use"], lines).rows]
    assert told == ["false", "true", "true", None]
