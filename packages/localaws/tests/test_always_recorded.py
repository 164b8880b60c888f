"""Whatever was carried out is recorded; what could not be recorded is refused before."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localaws import recorder
from packages.localaws.tests.front import Front, signed

HALF = "\ud800"


def ask_json(front: Front, service: str, target: str, parameters: Any) -> Any:
    """Make one call in AWS's JSON protocol."""
    headers = signed(service) | {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}
    return front.request("POST", "/", json.dumps(parameters), headers)


@pytest.mark.parametrize("parameters", [{"Description": HALF}, {"Tags": [{"TagKey": "a", "TagValue": HALF}]}])
def test_half_a_character_is_refused_before_anything_happens(front: Front, parameters: Any) -> None:
    """No record could hold it, so there must be no key."""
    answer = ask_json(front, "kms", "TrentService.CreateKey", parameters)
    assert (answer.status, json.loads(answer.content)["__type"]) == (400, "SerializationException")
    assert front.client("kms").list_keys()["Keys"] == []


def test_half_a_character_as_a_name_of_a_map_is_refused(front: Front) -> None:
    """Names of maps are text of the client's too."""
    key = front.client("kms").create_key()["KeyMetadata"]["KeyId"]
    asked = {"KeyId": key, "Plaintext": "YQ==", "EncryptionContext": {HALF: "a"}}
    assert ask_json(front, "kms", "TrentService.Encrypt", asked).status == 400


@pytest.mark.parametrize("part", ["request_parameters", "response_elements", "_resources", "_recipients"])
def test_a_call_that_cannot_be_printed_is_recorded_without_details(
    front: Front, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """A mistake in printing costs the details, not the record."""

    def fail_once(*_arguments: Any) -> Any:
        monkeypatch.undo()
        raise KeyError

    monkeypatch.setattr(recorder, part, fail_once)
    front.client("iam").create_user(UserName="alice")
    record = front.record("CreateUser")
    assert record["userIdentity"]["type"] == "Root"
    assert (record["requestParameters"], record["responseElements"]) == (None, None)


def test_text_that_cannot_be_encoded_costs_the_details_only(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it comes from the answer rather than the request."""
    monkeypatch.setattr(recorder, "response_elements", lambda *_arguments: {"text": HALF})
    front.client("iam").create_user(UserName="alice")
    assert [event["EventName"] for event in front.client("cloudtrail").lookup_events()["Events"]] == [
        "CreateUser"
    ]
    assert front.records[-2]["responseElements"] is None
