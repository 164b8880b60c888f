from __future__ import annotations

from typing import Any

import pytest

from examples import imagebuilder_calls
from examples.imagebuilder_calls import MissingOperationsError, perform
from examples.imagebuilder_story import UnexpectedAnswerError
from localaws.imagebuilder import ImageBuilder
from packages.localaws.tests.imagebuilder.direct import DirectClient, RememberingCloud, component


class MovingClient(DirectClient):
    """Moves the clock on with each call, so that builds go on."""

    def __init__(self, service: ImageBuilder, cloud: RememberingCloud, region: str) -> None:
        super().__init__(service, region=region)
        self._cloud = cloud

    def _call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        self._cloud.move(seconds=0.5)
        return super()._call(operation, parameters)


@pytest.fixture
def clients(service: ImageBuilder, cloud: RememberingCloud) -> dict[str, dict[str, Any]]:
    """Two identities in two Regions."""
    regions = ("us-east-1", "eu-west-1")
    return {
        name: {region: MovingClient(service, cloud, region) for region in regions} for name in ("ann", "bob")
    }


def test_the_story_calls_every_operation_in_the_shape_of_the_model(
    clients: dict[str, dict[str, Any]],
) -> None:
    """All of botocore's list, by all identities, in all Regions, some failing, each with a request id."""
    calls = list(perform(clients))
    assert {call.operation for call in calls} == imagebuilder_calls.all_operations()
    assert {call.identity for call in calls} == {"ann", "bob"}
    assert {call.region for call in calls} == {"us-east-1", "eu-west-1"}
    assert len({call.request_id for call in calls}) == len(calls)
    assert len([call for call in calls if call.error_code]) >= 5


def test_a_story_that_lacks_an_operation_is_an_error(
    clients: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operation that botocore learns is missed by name."""
    more = imagebuilder_calls.all_operations() | {"PolishImage"}
    monkeypatch.setattr(imagebuilder_calls, "all_operations", lambda: more)
    with pytest.raises(MissingOperationsError, match="PolishImage"):
        list(perform(clients))


def test_an_answer_that_the_story_does_not_expect_is_an_error(clients: dict[str, dict[str, Any]]) -> None:
    """A story that begins where something is in its way says which call, by whom and where."""
    clients["ann"]["us-east-1"].create_image_recipe(
        name="golden-linux", semanticVersion="1.0.0", parentImage="ami-0123456789abcdef0"
    )
    with pytest.raises(UnexpectedAnswerError, match=r"CreateImageRecipe by .* in us-east-1"):
        list(perform(clients))


def test_nothing_but_the_built_image_is_left(clients: dict[str, dict[str, Any]]) -> None:
    """The story cleans up after itself."""
    list(perform(clients))
    client = clients["ann"]["us-east-1"]
    assert client.list_components()["componentVersionList"] == []
    assert client.list_image_pipelines()["imagePipelineList"] == []
    assert [image["name"] for image in client.list_images()["imageVersionList"]] == ["golden-linux"]
    client.create_component(**component("greeting"))
