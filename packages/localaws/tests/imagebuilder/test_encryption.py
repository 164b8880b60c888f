"""The customer's key of components, workflows and container recipes."""

from __future__ import annotations

from typing import Any

import pytest

from packages.localaws.tests.front import COMPONENT, Front, allow, refused

WORKFLOW = """
name: example
schemaVersion: 1.0
steps:
  - name: launch
    action: LaunchInstance
    onFailure: Abort
"""
COMPONENT_INPUT = {"name": "kept", "semanticVersion": "1.0.0", "platform": "Linux", "data": COMPONENT}
WORKFLOW_INPUT = {"name": "kept", "semanticVersion": "1.0.0", "type": "BUILD", "data": WORKFLOW}


@pytest.mark.parametrize(
    ("operation", "parameters"), [("create_component", COMPONENT_INPUT), ("create_workflow", WORKFLOW_INPUT)]
)
def test_use_of_the_key_is_recorded(front: Front, operation: str, parameters: dict[str, Any]) -> None:
    """Image Builder asks KMS for a data key in the caller's name."""
    key = front.client("kms").create_key()["KeyMetadata"]["Arn"]
    alice = front.user("alice")
    getattr(front.client("imagebuilder", alice), operation)(**parameters, kmsKeyId=key)
    record = front.record("GenerateDataKey")
    assert record["userIdentity"]["userName"] == "alice"
    assert record["userIdentity"]["invokedBy"] == "imagebuilder.amazonaws.com"
    assert record["requestParameters"]["keyId"] == key


def test_no_key_no_call(front: Front) -> None:
    """Without a key of the customer's, KMS hears nothing."""
    front.client("imagebuilder").create_component(**COMPONENT_INPUT)
    assert [record["eventSource"] for record in front.records] == ["imagebuilder.amazonaws.com"]


def test_a_key_that_is_not_there_is_refused(front: Front) -> None:
    """And nothing is created."""
    client = front.client("imagebuilder")
    with refused("InvalidParameterValueException", "kmsKeyId"):
        client.create_component(**COMPONENT_INPUT, kmsKeyId="0" * 8 + "-0000-0000-0000-" + "0" * 12)
    assert client.list_components()["componentVersionList"] == []


def test_who_may_not_use_the_key_cannot_encrypt_with_it(strict_front: Front) -> None:
    """Where policies are enforced, the caller needs the key as well as the component."""
    key = strict_front.client("kms").create_key()["KeyMetadata"]["Arn"]
    alice = strict_front.user("alice", allow("imagebuilder:*"))
    with refused("ForbiddenException", "kms:GenerateDataKey"):
        strict_front.client("imagebuilder", alice).create_component(**COMPONENT_INPUT, kmsKeyId=key)
    bob = strict_front.user("bob", allow("imagebuilder:*", "kms:GenerateDataKey"))
    strict_front.client("imagebuilder", bob).create_component(**COMPONENT_INPUT, kmsKeyId=key)
