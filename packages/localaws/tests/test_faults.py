"""Faults happen to the calls they were asked for, as often as asked, and to no others."""

from __future__ import annotations

import json
import threading
from types import SimpleNamespace

import pytest
from botocore.exceptions import ConnectionClosedError

from localaws.testing import LocalAws
from packages.localaws.tests.front import Front, refused


def ask(front: Front, **fault: object) -> None:
    """Ask for one fault through the control endpoint."""
    assert front.request("POST", "/_localaws/faults", json.dumps([fault])).status == 200


def test_throttling_hits_as_many_calls_as_asked(front: Front) -> None:
    """Two calls are throttled, the third goes through."""
    ask(front, kind="throttle", service="imagebuilder", operation="List*", count=2)
    client = front.client("imagebuilder")
    for _ in range(2):
        with refused("ThrottlingException", "Rate exceeded"):
            client.list_images()
    client.list_images()
    assert [record.get("errorCode") for record in front.records] == ["ThrottlingException"] * 2 + [None]


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("s3", "list_buckets", "SlowDown"),
        ("iam", "list_users", "Throttling"),
        ("kms", "list_keys", "ThrottlingException"),
    ],
)
def test_throttling_has_each_services_code(front: Front, service: str, operation: str, code: str) -> None:
    """Each protocol carries the fault as its clients know it."""
    ask(front, kind="throttle", service=service)
    with refused(code):
        getattr(front.client(service), operation)()


def test_botocore_retries_what_is_throttled(front: Front) -> None:
    """A client with retries gets through, and each attempt is recorded."""
    ask(front, kind="throttle", service="iam", count=1)
    front.client("iam", retries={"total_max_attempts": 3}).list_users()
    assert [record.get("errorCode") for record in front.records] == ["Throttling", None]


def test_only_matching_calls_are_hit(front: Front) -> None:
    """Service, operation, Region, account and caller must all match."""
    ask(front, kind="deny", service="imagebuilder", operation="ListImages", region="eu-*", caller="*:root")
    front.client("imagebuilder").list_images()
    front.client("imagebuilder", region="eu-west-1").list_components()
    with refused("AccessDenied", "explicit deny"):
        front.client("imagebuilder", region="eu-west-1").list_images()
    front.client("imagebuilder", front.user("alice"), region="eu-west-1").list_images()


def test_calls_before_the_fault_are_spared(front: Front) -> None:
    """`after` lets calls through first."""
    ask(front, kind="error", service="iam", after=1, count=1, code="ServiceFailure", status=503)
    client = front.client("iam")
    client.list_users()
    with refused("ServiceFailure"):
        client.list_users()
    client.list_users()


def test_dropped_call_was_not_carried_out(front: Front) -> None:
    """By default the connection closes before anything happens."""
    ask(front, kind="drop", service="iam", operation="CreateUser", count=1)
    client = front.client("iam")
    with pytest.raises(ConnectionClosedError):
        client.create_user(UserName="alice")
    assert client.list_users()["Users"] == []
    assert [record["eventName"] for record in front.records] == ["ListUsers"]


def test_answer_can_be_lost_after_the_call(front: Front) -> None:
    """With `when: after` the call is carried out and recorded, and only its answer is lost."""
    ask(front, kind="drop", service="iam", operation="CreateUser", when="after", count=1)
    client = front.client("iam")
    with pytest.raises(ConnectionClosedError):
        client.create_user(UserName="alice")
    assert [user["UserName"] for user in client.list_users()["Users"]] == ["alice"]
    assert "errorCode" not in front.record("CreateUser")


def test_slow_call_holds_up_nobody_else(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one call waits, others are answered."""
    held, release = threading.Event(), threading.Event()

    def wait(_seconds: float) -> None:
        held.set()
        release.wait(20)

    monkeypatch.setattr("localaws.faults.time", SimpleNamespace(sleep=wait))
    ask(front, kind="slow", service="iam", operation="ListUsers", seconds=20)
    slow = threading.Thread(target=front.client("iam").list_users)
    slow.start()
    assert held.wait(20)
    front.client("iam").list_roles()
    assert [record["eventName"] for record in front.records] == ["ListRoles"]
    release.set()
    slow.join(20)
    assert front.record("ListUsers")


def test_killed_process_ends_at_once() -> None:
    """`kill` takes the whole local AWS down, after the calls that were spared."""
    with LocalAws.started() as aws:
        aws.control("faults", [{"kind": "kill", "service": "iam", "after": 1}])
        aws.client("iam").list_users()
        with pytest.raises(Exception, match=r"closed|reset|aborted"):
            aws.client("iam").list_users()
        assert aws.process.wait(20) == -9


def test_malformed_fault_is_refused_in_one_line(front: Front) -> None:
    """An unknown kind or field is answered with what is wrong, and changes nothing."""
    response = front.request(
        "POST", "/_localaws/faults", '[{"kind": "explode"}, {"kind": "slow", "second": 1}]'
    )
    text = response.content.decode()
    assert response.status == 400
    assert "kind" in text
    assert "second" in text
    assert front.cloud.faults.described() == []


def test_faults_can_be_listed_and_cleared(front: Front) -> None:
    """The list says how often each fault matched; clearing ends them all."""
    ask(front, kind="error", service="iam", count=1)
    with refused("InternalFailure"):
        front.client("iam").list_users()
    assert front.cloud.faults.described()[0]["matches"] == 1
    assert front.request("DELETE", "/_localaws/faults").status == 200
    front.client("iam").list_users()
