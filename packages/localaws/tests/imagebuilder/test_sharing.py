from __future__ import annotations

import json

import pytest

from localaws.imagebuilder.sharing import HIGHEST_TAG_COUNT
from packages.localaws.tests.imagebuilder.direct import (
    DirectClient,
    build_inputs,
    code_of,
    component,
    container_recipe,
)

POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "imagebuilder:Get*", "Resource": "*"}],
    }
)


def test_a_policy_reads_back_as_it_was_put(client: DirectClient) -> None:
    """For each of the four kinds that have one; before that there is none."""
    inputs = build_inputs(client)
    kinds = {
        "component": client.create_component(**component())["componentBuildVersionArn"],
        "image": client.create_image(**inputs)["imageBuildVersionArn"],
        "image_recipe": inputs["imageRecipeArn"],
        "container_recipe": client.create_container_recipe(**container_recipe())["containerRecipeArn"],
    }
    members = {
        "component": "componentArn",
        "image": "imageArn",
        "image_recipe": "imageRecipeArn",
        "container_recipe": "containerRecipeArn",
    }
    for kind, arn in kinds.items():
        get, put = getattr(client, f"get_{kind}_policy"), getattr(client, f"put_{kind}_policy")
        identity = {members[kind]: arn}
        assert code_of(get, **identity) == "ResourceNotFoundException"
        put(**identity, policy=POLICY)
        assert get(**identity)["policy"] == POLICY


@pytest.mark.parametrize("policy", ["{", "[]", "{}", '{"Statement": [{"Effect": "Allow"}]}'])
def test_what_is_no_policy_is_refused(client: DirectClient, policy: str) -> None:
    """Broken JSON, no statements, a statement without action."""
    arn = client.create_component(**component())["componentBuildVersionArn"]
    assert (
        code_of(client.put_component_policy, componentArn=arn, policy=policy)
        == "InvalidParameterValueException"
    )


def test_tags_come_and_go(client: DirectClient) -> None:
    """Those given at creation too; untagging a key that is not there is no error."""
    arn = client.create_component(**component(tags={"a": "1", "b": "2"}))["componentBuildVersionArn"]
    client.tag_resource(resourceArn=arn, tags={"b": "3", "c": "4"})
    client.untag_resource(resourceArn=arn, tagKeys=["a", "z"])
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "3", "c": "4"}
    assert client.get_component(componentBuildVersionArn=arn)["component"]["tags"] == {"b": "3", "c": "4"}


def test_a_resource_has_at_most_fifty_tags(client: DirectClient) -> None:
    """The fifty-first is refused, and changes nothing."""
    tags = {f"key-{number}": "x" for number in range(HIGHEST_TAG_COUNT)}
    arn = client.create_component(**component(tags=tags))["componentBuildVersionArn"]
    code = code_of(client.tag_resource, resourceArn=arn, tags={"one-more": "x"})
    assert code == "InvalidParameterException"
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == tags


def test_tags_of_what_is_not_there(client: DirectClient) -> None:
    """ResourceNotFoundException."""
    missing = "arn:aws:imagebuilder:us-west-2:123456789012:image-pipeline/nightly"
    assert code_of(client.list_tags_for_resource, resourceArn=missing) == "ResourceNotFoundException"
    assert code_of(client.tag_resource, resourceArn=missing, tags={"a": "b"}) == "ResourceNotFoundException"


def test_marketplace_components_show_their_data_and_artifacts(client: DirectClient) -> None:
    """Data for all, a link for an artifact whose place is given; own components are none."""
    offer = client.list_components(owner="AWSMarketplace")["componentVersionList"][0]["arn"]
    get = client.get_marketplace_resource
    assert "phases" in get(resourceType="COMPONENT_DATA", resourceArn=offer)["data"]
    artifact = {"resourceType": "COMPONENT_ARTIFACT", "resourceArn": offer}
    assert code_of(get, **artifact) == "InvalidParameterCombinationException"
    url = get(**artifact, resourceLocation="s3://offers/artifact.zip")["url"]
    assert url.startswith("https://offers.s3.us-west-2.amazonaws.com/artifact.zip?")
    own = client.create_component(**component())["componentBuildVersionArn"]
    assert code_of(get, resourceType="COMPONENT_DATA", resourceArn=own) == "ResourceNotFoundException"
