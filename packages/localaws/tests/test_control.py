"""The local AWS's own endpoints."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from packages.localaws.tests.front import ACCOUNT_ID, Front, trust


def control(front: Front, method: str, name: str, body: Any = None) -> tuple[int, Any]:
    """Call a control endpoint; the status and the document."""
    response = front.request(method, f"/_localaws/{name}", None if body is None else json.dumps(body))
    return response.status, json.loads(response.content)


def test_info_names_the_instance(front: Front) -> None:
    """Two local AWSes can be told apart."""
    status, info = control(front, "GET", "info")
    assert status == 200
    assert info["instance"] == front.cloud.instance
    assert info["version"]


def test_control_calls_leave_no_record(front: Front) -> None:
    """What is not AWS is not in the trail."""
    control(front, "GET", "info")
    control(front, "POST", "deliver", {})
    assert front.records == []


def test_clock_moves_for_records(front: Front) -> None:
    """A moved clock dates the events; zero brings the time back."""
    control(front, "POST", "clock", {"time": "2031-02-03T04:05:06Z"})
    front.client("iam").list_users()
    assert front.record("ListUsers")["eventTime"].startswith("2031-02-03T04:05:")
    control(front, "POST", "clock", {"offset_seconds": 0})
    front.client("iam").list_roles()
    assert front.record("ListRoles")["eventTime"][:4] == str(datetime.now(UTC).year)


def test_service_can_be_made_to_call(front: Front) -> None:
    """A call on behalf of a user is recorded as the user's, invoked by the service."""
    key = front.user("alice")
    arn = front.client("iam").get_user(UserName="alice")["User"]["Arn"]
    body = {
        "service": "kms",
        "operation": "CreateKey",
        "parameters": {"Description": "made by a service"},
        "service_principal": "imagebuilder.amazonaws.com",
        "on_behalf_of_arn": arn,
    }
    status, document = control(front, "POST", "invoke", body)
    assert status == 200
    assert document["result"]["KeyMetadata"]["AWSAccountId"] == ACCOUNT_ID
    identity = front.record("CreateKey")["userIdentity"]
    assert (identity["arn"], identity["invokedBy"]) == (arn, "imagebuilder.amazonaws.com")
    assert key["UserName"] == identity["userName"]


def test_failed_service_call_is_told(front: Front) -> None:
    """The caller of `invoke` learns AWS's error."""
    body = {
        "service": "s3",
        "operation": "GetBucketPolicy",
        "parameters": {"Bucket": "none"},
        "service_principal": "cloudtrail.amazonaws.com",
    }
    status, document = control(front, "POST", "invoke", body)
    assert status == 200
    assert document["error"]["code"] == "NoSuchBucket"


def test_reset_forgets_everything(front: Front) -> None:
    """Resources, sessions, faults and the clock are as at the start."""
    front.user("alice")
    front.client("imagebuilder").create_infrastructure_configuration(
        name="example", instanceProfileName="profile"
    )
    control(front, "POST", "faults", [{"kind": "deny", "service": "sqs"}])
    control(front, "POST", "clock", {"offset_seconds": 10_000})
    assert control(front, "POST", "reset", {})[0] == 200
    assert front.client("iam").list_users()["Users"] == []
    configurations = front.client("imagebuilder").list_infrastructure_configurations()
    assert configurations["infrastructureConfigurationSummaryList"] == []
    front.client("sqs").list_queues()
    assert abs((front.cloud.now() - datetime.now(UTC)).total_seconds()) < 60


def test_unknown_endpoint_lists_the_known_ones(front: Front) -> None:
    """A mistyped name is answered with the right ones."""
    status, document = control(front, "GET", "clok")
    assert status == 404
    assert "POST /_localaws/clock" in document["error"]


def test_bad_body_is_refused_in_one_line(front: Front) -> None:
    """Broken JSON, unknown fields and wrong types are the sender's mistakes, not ours."""
    assert front.request("POST", "/_localaws/clock", "{").status == 400
    for body in (
        {"ofset_seconds": 1},
        {"time": "yesterday"},
        [1],
        {"offset_seconds": None, "time": None, "x": 1},
    ):
        status, document = control(front, "POST", "clock", body)
        assert status == 400, body
        assert "\n" not in document["error"]
    assert control(front, "POST", "invoke", {"service": "kms"})[0] == 400
    unknown = {"service": "kms", "operation": "Nothing", "service_principal": "a.amazonaws.com"}
    assert control(front, "POST", "invoke", unknown)[0] == 400


@pytest.mark.parametrize(
    "body",
    [
        {"offset_seconds": 1e300},
        {"offset_seconds": -1e11},
        {"offset_seconds": 4e9},
        {"time": "0001-01-01T00:00:00+23:59"},
        {"time": "9999-12-31T23:59:59-23:59"},
        {"time": "1999-12-31T23:59:59Z"},
        {"time": "2031-01-01T00:00:00Z", "offset_seconds": 5},
    ],
)
def test_an_absurd_clock_is_refused(front: Front, body: dict[str, Any]) -> None:
    """Whatever would break every later call is refused, and the clock stays as it is."""
    assert control(front, "POST", "clock", body)[0] == 400
    assert abs((front.cloud.now() - datetime.now(UTC)).total_seconds()) < 60
    front.client("iam").list_users()


@pytest.mark.parametrize("clock", ["2000-01-02T00:00:00Z", "2099-12-30T00:00:00Z"])
def test_a_clock_far_away_breaks_nothing(front: Front, clock: str) -> None:
    """Records, sessions, deliveries and digests work at both ends."""
    assert control(front, "POST", "clock", {"time": clock})[0] == 200
    front.client("sts").assume_role(
        RoleArn=front.role("role", trust({"AWS": "*"})), RoleSessionName="session"
    )
    front.client("s3").create_bucket(Bucket="trail-bucket")
    front.client("cloudtrail").describe_trails()
    for name in ("deliver", "digests"):
        assert control(front, "POST", name, {})[0] == 200
    assert all(record["eventTime"].startswith(clock[:8]) for record in front.records)


KEYS = {"service": "kms", "operation": "ListKeys", "service_principal": "a.amazonaws.com"}
BUCKET = {"service": "s3", "operation": "CreateBucket", "service_principal": "a.amazonaws.com"}
RECORD = {
    "eventID": "1",
    "eventName": "a",
    "eventSource": "b",
    "eventTime": "2026-01-01T00:00:00Z",
    "awsRegion": "us-east-1",
    "recipientAccountId": "123456789012",
    "userIdentity": {},
}


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("invoke", KEYS | {"parameters": {"Limit": "many"}}),
        ("invoke", KEYS | {"parameters": {"NoSuchThing": 1}}),
        ("invoke", BUCKET),
        ("invoke", BUCKET | {"parameters": {"Bucket": 5}}),
        ("invoke", KEYS | {"region": "nowhere"}),
        ("invoke", KEYS | {"region": ""}),
        ("invoke", KEYS | {"account_id": "me"}),
        ("invoke", KEYS | {"service_principal": "me"}),
        ("invoke", KEYS | {"on_behalf_of_arn": "me"}),
        ("invoke", KEYS | {"service": "../kms"}),
        ("records", {"Records": [RECORD | {"eventTime": "2026-02-30T00:00:00Z"}]}),
        ("records", {"Records": [RECORD | {"eventTime": "2026-01-01T25:00:00Z"}]}),
        ("faults", [{"kind": "slow", "seconds": 1e300}]),
        ("faults", [{"kind": "error", "code": "two\r\nlines"}]),
        ("faults", "slow"),
        ("deliver", [1]),
        ("digests", {"x": 1}),
        ("reset", "all"),
    ],
)
def test_what_cannot_be_asked_is_the_sender_s_mistake(front: Front, name: str, body: Any) -> None:
    """It is answered with 400 and one line, and changes nothing."""
    instance = front.cloud.instance
    status, document = control(front, "POST", name, body)
    assert status == 400, document
    assert "\n" not in document["error"]
    assert front.cloud.instance == instance
    assert front.records == []


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"offset_seconds": Infinity}', b"\xff\xfe", b'"\\ud800"'])
def test_what_is_no_sensible_json_is_refused(front: Front, text: bytes) -> None:
    """Depth, infinity and broken characters are no reason to fall over."""
    answer = front.request("POST", "/_localaws/clock", text)
    assert answer.status == 400
    assert json.loads(answer.content)["error"]
