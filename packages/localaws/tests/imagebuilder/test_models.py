from __future__ import annotations

import json
from typing import Any

import pytest

from localaws.imagebuilder import ImageBuilder
from packages.localaws.tests.imagebuilder.direct import (
    OTHER_ACCOUNT,
    DirectClient,
    code_of,
    component,
)


def test_a_client_token_makes_a_repeat_harmless(client: DirectClient) -> None:
    """The same request with the same token has the same answer, and nothing is made twice."""
    first = client.create_component(**component(clientToken="once"))
    again = client.create_component(**component(clientToken="once"))
    assert again["componentBuildVersionArn"] == first["componentBuildVersionArn"]
    assert len(client.list_component_build_versions()["componentSummaryList"]) == 1


def test_a_client_token_with_other_parameters_is_refused(client: DirectClient) -> None:
    """A token belongs to one request."""
    client.create_component(**component(clientToken="once"))
    changed = component(clientToken="once", description="other")
    assert code_of(client.create_component, **changed) == "IdempotentParameterMismatchException"


def test_a_failed_request_does_not_use_its_token_up(client: DirectClient) -> None:
    """After a failure the same token may come again, with corrected parameters."""
    wrong = component(clientToken="once", data="not a document")
    assert code_of(client.create_component, **wrong) == "InvalidParameterValueException"
    client.create_component(**component(clientToken="once"))


def test_only_the_latest_client_tokens_are_known(
    client: DirectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is bounded: a token that was forgotten begins anew, and then meets what it made before."""
    monkeypatch.setattr("localaws.imagebuilder.models.MAXIMUM_TOKENS", 2)
    for name in ("first", "second", "third"):
        client.create_component(**component(name=name, clientToken=name))
    client.create_component(**component(name="third", clientToken="third"))
    assert code_of(client.create_component, **component(name="first", clientToken="first")) == (
        "ResourceAlreadyExistsException"
    )


def _policy(principal: Any, effect: str = "Allow") -> str:
    statement = {
        "Effect": effect,
        "Principal": principal,
        "Action": "imagebuilder:GetComponent",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


@pytest.mark.parametrize(
    ("principal", "effect", "sees"),
    [
        ({"AWS": OTHER_ACCOUNT}, "Allow", True),
        ({"AWS": [f"arn:aws:iam::{OTHER_ACCOUNT}:root"]}, "Allow", True),
        ({"AWS": "111122223333"}, "Allow", False),
        ({"AWS": OTHER_ACCOUNT}, "Deny", False),
        ({"Service": "ec2.amazonaws.com"}, "Allow", False),
    ],
)
def test_a_resource_policy_decides_which_other_account_sees_a_resource(
    service: ImageBuilder, principal: Any, effect: str, sees: bool
) -> None:
    """Who is let in can get it and list it as Shared; everybody else gets ResourceNotFoundException."""
    owner, other = DirectClient(service), DirectClient(service, account_id=OTHER_ACCOUNT)
    arn = owner.create_component(**component())["componentBuildVersionArn"]
    owner.put_component_policy(componentArn=arn, policy=_policy(principal, effect))
    shared = other.list_components(owner="Shared")["componentVersionList"]
    assert len(shared) == int(sees)
    if sees:
        assert other.get_component(componentBuildVersionArn=arn)["component"]["owner"] == "123456789012"
    else:
        assert code_of(other.get_component, componentBuildVersionArn=arn) == "ResourceNotFoundException"


def test_a_shared_resource_can_be_read_but_not_changed(service: ImageBuilder) -> None:
    """The other account may not delete what it may see; nor may the owner while it is shared."""
    owner, other = DirectClient(service), DirectClient(service, account_id=OTHER_ACCOUNT)
    arn = owner.create_component(**component())["componentBuildVersionArn"]
    owner.put_component_policy(componentArn=arn, policy=_policy({"AWS": OTHER_ACCOUNT}))
    deletion = {"componentBuildVersionArn": arn}
    assert code_of(other.delete_component, **deletion) == "InvalidParameterValueException"
    assert code_of(owner.delete_component, **deletion) == "ResourceDependencyException"


def test_amazons_resources_can_be_read_but_not_changed(client: DirectClient) -> None:
    """A managed component is there for all, and cannot be deleted."""
    listed = client.list_components(owner="Amazon")["componentVersionList"]
    shown = client.get_component(componentBuildVersionArn=listed[0]["arn"])["component"]
    assert shown["owner"] == "Amazon"
    deletion = {"componentBuildVersionArn": shown["arn"]}
    assert code_of(client.delete_component, **deletion) == "InvalidParameterValueException"


def test_an_arn_of_another_region_finds_nothing(service: ImageBuilder) -> None:
    """An ARN is looked for in its own Region only."""
    arn = DirectClient(service).create_component(**component())["componentBuildVersionArn"]
    elsewhere = DirectClient(service, region="eu-west-1")
    assert code_of(elsewhere.get_component, componentBuildVersionArn=arn) == "ResourceNotFoundException"
