from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from packages.localaws.tests.imagebuilder.direct import (
    DirectClient,
    RememberingCloud,
    build_inputs,
    code_of,
    eventually,
    status_of,
)


@pytest.fixture
def image(client: DirectClient, cloud: RememberingCloud) -> str:
    """An available image."""
    arn = str(client.create_image(**build_inputs(client))["imageBuildVersionArn"])
    cloud.move(minutes=1)
    eventually(lambda: status_of(client, arn) == "AVAILABLE")
    return arn


def let_the_background_look(client: DirectClient, cloud: RememberingCloud) -> None:
    """Wait until something else has come to its end: what was due before it has happened then."""
    arn = client.import_vm_image(
        name="other", semanticVersion="1.0.0", platform="Linux", vmImportTaskId="import-ami-1"
    )["imageArn"]
    cloud.move(seconds=1)
    eventually(lambda: status_of(client, arn) == "AVAILABLE")


def test_a_change_without_resources_is_immediate(client: DirectClient, image: str) -> None:
    """No lifecycle execution, and the image shows its new state at once; it may come back."""
    changed = client.start_resource_state_update(resourceArn=image, state={"status": "DISABLED"})
    assert "lifecycleExecutionId" not in changed
    assert status_of(client, image) == "DISABLED"
    client.start_resource_state_update(resourceArn=image, state={"status": "AVAILABLE"})
    assert status_of(client, image) == "AVAILABLE"


def test_a_deletion_runs_as_an_execution(client: DirectClient, cloud: RememberingCloud, image: str) -> None:
    """It tells what it acts upon, and in the end the image is gone."""
    started = client.start_resource_state_update(
        resourceArn=image,
        state={"status": "DELETED"},
        executionRole="cleaner",
        includeResources={"amis": True, "snapshots": True},
    )
    execution = {"lifecycleExecutionId": started["lifecycleExecutionId"]}
    assert client.list_lifecycle_executions(resourceArn=image)["lifecycleExecutions"]
    (resource,) = client.list_lifecycle_execution_resources(**execution)["resources"]
    assert (resource["resourceId"], resource["action"]) == (image, {"name": "DELETE"})
    (ami,) = client.list_lifecycle_execution_resources(**execution, parentResourceId=image)["resources"]
    assert ami["resourceId"].startswith("ami-")
    cloud.move(seconds=1)
    get = client.get_lifecycle_execution
    eventually(lambda: get(**execution)["lifecycleExecution"]["state"]["status"] == "SUCCESS")
    assert code_of(client.get_image, imageBuildVersionArn=image) == "ResourceNotFoundException"
    assert code_of(client.cancel_lifecycle_execution, **execution) == "ResourceInUseException"


def test_a_planned_deprecation_waits_for_its_time(
    client: DirectClient, cloud: RememberingCloud, image: str
) -> None:
    """Until then it is pending, and keeps others out."""
    planned = {"resourceArn": image, "state": {"status": "DEPRECATED"}}
    when = cloud.now() + timedelta(days=7)
    started = client.start_resource_state_update(**planned, updateAt=when)
    execution = {"lifecycleExecutionId": started["lifecycleExecutionId"]}
    assert code_of(client.start_resource_state_update, **planned, updateAt=when) == "ResourceInUseException"
    cloud.move(days=6)
    let_the_background_look(client, cloud)
    assert client.get_lifecycle_execution(**execution)["lifecycleExecution"]["state"]["status"] == "PENDING"
    assert status_of(client, image) == "AVAILABLE"
    cloud.move(days=2)
    eventually(lambda: status_of(client, image) == "DEPRECATED")


def test_a_cancelled_plan_never_happens(client: DirectClient, cloud: RememberingCloud, image: str) -> None:
    """The image stays as it is, also when the time comes."""
    when = cloud.now() + timedelta(days=7)
    started = client.start_resource_state_update(
        resourceArn=image, state={"status": "DEPRECATED"}, updateAt=when
    )
    execution = {"lifecycleExecutionId": started["lifecycleExecutionId"]}
    client.cancel_lifecycle_execution(**execution)
    cloud.move(days=8)
    let_the_background_look(client, cloud)
    again = client.get_lifecycle_execution(**execution)["lifecycleExecution"]
    assert again["state"]["status"] == "CANCELLED"
    assert status_of(client, image) == "AVAILABLE"
    assert "deprecationTime" not in client.get_image(imageBuildVersionArn=image)["image"]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"state": {"status": "DELETED"}}, "InvalidParameterCombinationException"),
        (
            {"state": {"status": "DISABLED"}, "executionRole": "cleaner"},
            "InvalidParameterCombinationException",
        ),
        ({"state": {"status": "GONE"}}, "InvalidParameterValueException"),
    ],
)
def test_what_a_change_needs_must_come_together(
    client: DirectClient, image: str, request_: dict[str, Any], code: str
) -> None:
    """A deletion needs resources, resources need a role and a role needs resources."""
    assert code_of(client.start_resource_state_update, resourceArn=image, **request_) == code


def test_a_time_must_lie_ahead_and_is_for_deprecation(
    client: DirectClient, cloud: RememberingCloud, image: str
) -> None:
    """A time in the past, or for another state, is refused."""
    past, future = cloud.now() - timedelta(seconds=1), cloud.now() + timedelta(days=1)
    for status, when in (("DEPRECATED", past), ("DISABLED", future)):
        wrong = {"resourceArn": image, "state": {"status": status}, "updateAt": when}
        assert code_of(client.start_resource_state_update, **wrong) == "InvalidParameterValueException"


def test_a_build_that_runs_or_failed_cannot_be_deprecated(client: DirectClient, image: str) -> None:
    """One that runs is in use; one that was cancelled can only be deleted."""
    inputs = build_inputs(client, "other")
    running = client.create_image(**inputs)["imageBuildVersionArn"]
    change = {"resourceArn": running, "state": {"status": "DEPRECATED"}}
    assert code_of(client.start_resource_state_update, **change) == "ResourceInUseException"
    client.cancel_image_creation(imageBuildVersionArn=running)
    assert code_of(client.start_resource_state_update, **change) == "InvalidRequestException"


def test_executions_are_listed_for_images_and_policies_only(client: DirectClient) -> None:
    """Other ARNs are not valid there; an unknown execution is not found."""
    prefix = "arn:aws:imagebuilder:us-west-2:123456789012"
    policy = client.list_lifecycle_executions(resourceArn=f"{prefix}:lifecycle-policy/old")
    assert policy["lifecycleExecutions"] == []
    wrong = f"{prefix}:image-pipeline/nightly"
    assert code_of(client.list_lifecycle_executions, resourceArn=wrong) == "InvalidParameterValueException"
    unknown = "lce-00000000-0000-0000-0000-000000000000"
    code = code_of(client.get_lifecycle_execution, lifecycleExecutionId=unknown)
    assert code == "ResourceNotFoundException"
