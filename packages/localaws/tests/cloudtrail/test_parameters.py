"""Requests that lack parameters or have wrong ones: AWS's codes, and never an error of the server's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from localaws.models import service_model
from packages.localaws.tests.front import Front, signed
from packages.localaws.tests.wrong_values import wrong_values

TRAIL = {"Name": "audit", "S3BucketName": "audit-log-bucket"}
OPERATIONS = sorted(service_model("cloudtrail").operation_names)


def answer(front: Front, operation: str, parameters: Mapping[str, Any]) -> tuple[int, str, str]:
    """Send parameters as no SDK would; return status, code and message."""
    target = f"com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.{operation}"
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1", **signed("cloudtrail")}
    response = front.request("POST", "/", json.dumps(parameters), headers)
    document = json.loads(response.content)
    code = str(document.get("__type", "")).rsplit("#", 1)[-1]
    return response.status, code, str(document.get("message") or document.get("Message"))


@pytest.mark.parametrize(
    ("operation", "parameters", "code", "message"),
    [
        ("CreateTrail", {}, "InvalidTrailNameException", "Trail name cannot be blank!"),
        ("CreateTrail", {"Name": "audit"}, "InvalidS3BucketNameException", "Bucket name cannot be blank!"),
        ("StartLogging", {}, "InvalidTrailNameException", "Trail name cannot be blank!"),
        ("GetTrailStatus", {"Name": None}, "InvalidTrailNameException", "Trail name cannot be blank!"),
        ("PutEventSelectors", {"EventSelectors": []}, "InvalidTrailNameException", "cannot be blank"),
        ("AddTags", {"TagsList": []}, "ValidationException", "Value null at 'resourceId'"),
        ("ListTags", {}, "ValidationException", "Value null at 'resourceIdList'"),
        ("GetResourcePolicy", {}, "ValidationException", "Value null at 'resourceArn'"),
        ("CreateTrail", {**TRAIL, "TagsList": [{}]}, "ValidationException", "'tagsList.1.member.key'"),
        ("LookupEvents", {"LookupAttributes": [{}]}, "ValidationException", "lookupAttributes.1.member"),
    ],
)
def test_what_is_missing_is_named(
    front: Front, operation: str, parameters: dict[str, Any], code: str, message: str
) -> None:
    """The client's mistake, told in AWS's words: SDKs do not try it again."""
    status, told, text = answer(front, operation, parameters)
    assert (status, told) == (400, code)
    assert message in text


@pytest.mark.parametrize(
    ("operation", "parameters", "message"),
    [
        ("CreateTrail", {**TRAIL, "Name": 5}, "NUMBER_VALUE can not be converted to a String"),
        ("CreateTrail", {**TRAIL, "IsMultiRegionTrail": "yes"}, "can not be converted to a Boolean"),
        ("CreateTrail", {**TRAIL, "TagsList": "none"}, "Unexpected field type"),
        ("CreateTrail", {**TRAIL, "S3BucketName": ["a"]}, "Start of structure or map found"),
        ("PutEventSelectors", {"TrailName": "audit", "EventSelectors": [5]}, "Unexpected field type"),
        ("LookupEvents", {"MaxResults": "many"}, "can not be converted to an Integer"),
        ("LookupEvents", {"MaxResults": True}, "can not be converted to an Integer"),
    ],
)
def test_what_is_of_the_wrong_type_cannot_be_read(
    front: Front, operation: str, parameters: dict[str, Any], message: str
) -> None:
    """Numbers for texts, texts for lists, and so on."""
    status, code, text = answer(front, operation, parameters)
    assert (status, code) == (400, "SerializationException")
    assert message in text


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_parameter_can_make_the_server_fail(front: Front, operation: str) -> None:
    """Every member of every operation, missing and of each wrong type, is answered with 4xx or taken."""
    shape = service_model("cloudtrail").operation_model(operation).input_shape
    members = {} if shape is None else shape.members
    tried: list[dict[str, Any]] = [
        {},
        *({name: value} for name in members for value in wrong_values(members[name])),
    ]
    assert {answer(front, operation, parameters)[0] // 100 for parameters in tried} <= {2, 4}
