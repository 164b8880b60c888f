from __future__ import annotations

import pytest

from packages.localaws.tests.imagebuilder.direct import (
    DirectClient,
    build_inputs,
    code_of,
    component,
    container_recipe,
    error_of,
    image_recipe,
)


def test_a_taken_version_is_refused_with_its_arn(client: DirectClient) -> None:
    """Name and version together are unique."""
    made = client.create_image_recipe(**image_recipe())
    error = error_of(client.create_image_recipe, **image_recipe(description="other"))
    assert error["Code"] == "ResourceAlreadyExistsException"
    assert error["Message"] == (
        f"The following resource 'ImageRecipe' already exists: '{made['imageRecipeArn']}'."
    )
    client.create_image_recipe(**image_recipe(version="1.0.1"))


def test_a_wildcard_version_counts_up(client: DirectClient) -> None:
    """1.0.x makes 1.0.1, 1.0.2, and so on."""
    made = [
        client.create_container_recipe(**container_recipe(version="1.0.x"))["containerRecipeArn"]
        for _ in range(2)
    ]
    assert [arn.rpartition("/")[2] for arn in made] == ["1.0.1", "1.0.2"]


@pytest.mark.parametrize(
    ("parent", "platform", "directory"),
    [
        (
            "arn:aws:imagebuilder:us-west-2:aws:image/windows-server-2016-english-full-base-x86/x.x.x",
            "Windows",
            "C:/",
        ),
        ("arn:aws:imagebuilder:us-west-2:aws:image/amazon-linux-2023-x86/x.x.x", "Linux", "/tmp"),
        ("ami-0123456789abcdef0", "Linux", "/tmp"),
    ],
)
def test_the_platform_is_the_parent_images(
    client: DirectClient, parent: str, platform: str, directory: str
) -> None:
    """And the default working directory follows from it."""
    arn = client.create_image_recipe(**image_recipe(parentImage=parent))["imageRecipeArn"]
    shown = client.get_image_recipe(imageRecipeArn=arn)["imageRecipe"]
    assert (shown["platform"], shown["workingDirectory"]) == (platform, directory)


def test_components_must_be_there_and_there_once(client: DirectClient) -> None:
    """An unknown own component and one named twice are refused; Amazon's are taken as they come."""
    arn = client.create_component(**component())["componentBuildVersionArn"]
    twice = image_recipe(components=[{"componentArn": arn}] * 2)
    assert code_of(client.create_image_recipe, **twice) == "InvalidRequestException"
    missing = image_recipe(components=[{"componentArn": arn.replace("hello", "goodbye")}])
    assert code_of(client.create_image_recipe, **missing) == "ResourceNotFoundException"
    amazon = "arn:aws:imagebuilder:us-west-2:aws:component/php-8-2-linux/x.x.x"
    client.create_image_recipe(**image_recipe(components=[{"componentArn": arn}, {"componentArn": amazon}]))


def test_a_parent_image_must_be_an_image(client: DirectClient) -> None:
    """An ARN of another kind of resource, or of an own image that is not there, is refused."""
    prefix = "arn:aws:imagebuilder:us-west-2:123456789012"
    other = image_recipe(parentImage=f"{prefix}:component/hello/1.0.0/1")
    missing = image_recipe(parentImage=f"{prefix}:image/hello/1.0.0/1")
    assert code_of(client.create_image_recipe, **other) == "InvalidParameterValueException"
    assert code_of(client.create_image_recipe, **missing) == "ResourceNotFoundException"


def test_a_container_recipe_needs_exactly_one_dockerfile(client: DirectClient) -> None:
    """Data or uri."""
    both = container_recipe(dockerfileTemplateUri="s3://bucket/Dockerfile")
    assert code_of(client.create_container_recipe, **both) == "InvalidParameterCombinationException"


def test_a_recipe_in_a_pipeline_cannot_be_deleted(client: DirectClient) -> None:
    """Until the pipeline is gone."""
    inputs = build_inputs(client)
    pipeline = client.create_image_pipeline(name="nightly", **inputs)["imagePipelineArn"]
    deletion = {"imageRecipeArn": inputs["imageRecipeArn"]}
    error = error_of(client.delete_image_recipe, **deletion)
    assert error["Code"] == "ResourceDependencyException"
    assert error["Message"].endswith(f"'{inputs['imageRecipeArn']}' has other resources depended on it.")
    client.delete_image_pipeline(imagePipelineArn=pipeline)
    client.delete_image_recipe(**deletion)
    assert code_of(client.get_image_recipe, **deletion) == "ResourceNotFoundException"


def test_lists_show_what_can_be_filtered(client: DirectClient) -> None:
    """Summaries of both kinds, by name and by container type."""
    client.create_image_recipe(**image_recipe("one"))
    client.create_image_recipe(**image_recipe("two"))
    client.create_container_recipe(**container_recipe(instanceConfiguration={"image": "ami-0a"}))
    named = client.list_image_recipes(filters=[{"name": "name", "values": ["two"]}])
    assert [item["name"] for item in named["imageRecipeSummaryList"]] == ["two"]
    docker = client.list_container_recipes(filters=[{"name": "containerType", "values": ["DOCKER"]}])
    assert [item["instanceImage"] for item in docker["containerRecipeSummaryList"]] == ["ami-0a"]
    assert client.list_image_recipes(owner="Amazon")["imageRecipeSummaryList"] == []
