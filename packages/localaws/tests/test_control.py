"""The local AWS's own endpoints."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from packages.localaws.tests.front import ACCOUNT_ID, Front


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
