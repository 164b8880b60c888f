from __future__ import annotations

import pytest

from packages.localaws.tests.imagebuilder.direct import (
    DirectClient,
    RememberingCloud,
    build_inputs,
    code_of,
    container_recipe,
    eventually,
    image_recipe,
    status_of,
)


def finish(client: DirectClient, cloud: RememberingCloud, image: str) -> str:
    """Move the clock well ahead, and wait until the build has come to its end."""
    cloud.move(minutes=1)
    ends = {"AVAILABLE", "FAILED", "CANCELLED"}
    return str(eventually(lambda: status_of(client, image) in ends and status_of(client, image)))


def states(cloud: RememberingCloud) -> list[tuple[str, str]]:
    """The changes of state that EventBridge was told of."""
    return [
        (event["detail"]["previous-state"]["status"], event["detail"]["state"]["status"])
        for event in cloud.events
        if event["detail_type"] == "EC2 Image Builder Image State Change"
    ]


def test_a_build_passes_through_every_phase_in_order(client: DirectClient, cloud: RememberingCloud) -> None:
    """And EventBridge is told of each change once."""
    image = client.create_image(**build_inputs(client))["imageBuildVersionArn"]
    assert finish(client, cloud, image) == "AVAILABLE"
    eventually(lambda: len(states(cloud)) == 4)
    assert states(cloud) == [
        ("PENDING", "BUILDING"),
        ("BUILDING", "TESTING"),
        ("TESTING", "DISTRIBUTING"),
        ("DISTRIBUTING", "AVAILABLE"),
    ]


def test_a_build_stands_still_while_the_clock_does(client: DirectClient, cloud: RememberingCloud) -> None:
    """The build has begun its first step, and does not end it by itself."""
    image = client.create_image(**build_inputs(client))["imageBuildVersionArn"]
    eventually(lambda: any(call["operation"] == "RunInstances" for call in cloud.invocations))
    assert status_of(client, image) == "BUILDING"
    assert [change for change in states(cloud) if change[0] != "PENDING"] == []


def test_events_name_source_resource_region_and_account(
    client: DirectClient, cloud: RememberingCloud
) -> None:
    """As AWS documents them."""
    image = client.create_image(**build_inputs(client))["imageBuildVersionArn"]
    event = eventually(lambda: cloud.events and cloud.events[0])
    assert event == {
        "source": "aws.imagebuilder",
        "detail_type": "EC2 Image Builder Image State Change",
        "detail": {"previous-state": {"status": "PENDING"}, "state": {"status": "BUILDING"}},
        "resources": [image],
        "region": "us-west-2",
        "account_id": "123456789012",
    }


def test_an_image_shows_what_it_was_made_from_and_of(client: DirectClient, cloud: RememberingCloud) -> None:
    """Recipe and configuration as they were, and an AMI for each Region of the distribution."""
    name = "golden {{imagebuilder:buildVersion}} of {{imagebuilder:buildDate}}"
    outputs = [
        {"region": region, "amiDistributionConfiguration": {"name": name}}
        for region in ("us-west-2", "eu-west-1")
    ]
    made = client.create_distribution_configuration(name="dist", distributions=outputs)
    inputs = build_inputs(client)
    image = client.create_image(
        **inputs, distributionConfigurationArn=made["distributionConfigurationArn"], tags={"a": "b"}
    )["imageBuildVersionArn"]
    finish(client, cloud, image)
    shown = client.get_image(imageBuildVersionArn=image)["image"]
    assert shown["imageRecipe"]["arn"] == inputs["imageRecipeArn"]
    assert shown["infrastructureConfiguration"]["name"] == "golden"
    assert (shown["version"], shown["type"], shown["tags"]) == ("1.0.0/1", "AMI", {"a": "b"})
    amis = {ami["region"]: ami["image"] for ami in shown["outputResources"]["amis"]}
    assert amis == {"us-west-2": "ami-0fedcba9876543210", "eu-west-1": "ami-0fedcba9876543210"}
    names = {ami["name"] for ami in shown["outputResources"]["amis"]}
    assert names == {"golden 1 of 2020-03-01T12-00-00.000Z"}


def test_a_container_build_ends_in_a_repository(client: DirectClient, cloud: RememberingCloud) -> None:
    """With one URI per Region, and no AMI."""
    recipe = client.create_container_recipe(**container_recipe())["containerRecipeArn"]
    infrastructure = build_inputs(client)["infrastructureConfigurationArn"]
    made = client.create_image(containerRecipeArn=recipe, infrastructureConfigurationArn=infrastructure)
    image = made["imageBuildVersionArn"]
    finish(client, cloud, image)
    outputs = client.get_image(imageBuildVersionArn=image)["image"]["outputResources"]
    uri = "123456789012.dkr.ecr.us-west-2.amazonaws.com/box:1.0.0-1"
    assert outputs == {"containers": [{"region": "us-west-2", "imageUris": [uri]}]}
    retry = {"imageBuildVersionArn": image}
    assert code_of(client.retry_image, **retry) == "InvalidRequestException"


def test_without_tests_no_test_phase(client: DirectClient, cloud: RememberingCloud) -> None:
    """`imageTestsEnabled: false` leaves TESTING out."""
    inputs = build_inputs(client)
    image = client.create_image(**inputs, imageTestsConfiguration={"imageTestsEnabled": False})
    finish(client, cloud, image["imageBuildVersionArn"])
    eventually(lambda: ("DISTRIBUTING", "AVAILABLE") in states(cloud))
    assert "TESTING" not in {after for _, after in states(cloud)}


def test_exactly_one_recipe_is_needed(client: DirectClient) -> None:
    """Neither none nor two."""
    inputs = build_inputs(client)
    recipe = client.create_container_recipe(**container_recipe())["containerRecipeArn"]
    assert (
        code_of(client.create_image, **inputs, containerRecipeArn=recipe)
        == "InvalidParameterCombinationException"
    )
    del inputs["imageRecipeArn"]
    assert code_of(client.create_image, **inputs) == "InvalidParameterCombinationException"


def test_a_running_build_can_be_cancelled_but_not_deleted(
    client: DirectClient, cloud: RememberingCloud
) -> None:
    """Once cancelled it can be deleted, but not cancelled again."""
    image = {"imageBuildVersionArn": client.create_image(**build_inputs(client))["imageBuildVersionArn"]}
    assert code_of(client.delete_image, **image) == "ResourceDependencyException"
    eventually(lambda: any(call["operation"] == "RunInstances" for call in cloud.invocations))
    client.cancel_image_creation(**image)
    assert status_of(client, image["imageBuildVersionArn"]) == "CANCELLED"
    assert code_of(client.cancel_image_creation, **image) == "ResourceInUseException"
    eventually(lambda: any(call["operation"] == "TerminateInstances" for call in cloud.invocations))
    client.delete_image(**image)
    assert code_of(client.get_image, **image) == "ResourceNotFoundException"


def test_a_cancelled_build_can_be_retried_in_place(client: DirectClient, cloud: RememberingCloud) -> None:
    """The same build version goes on and becomes available; an available one cannot be retried."""
    image = client.create_image(**build_inputs(client))["imageBuildVersionArn"]
    client.cancel_image_creation(imageBuildVersionArn=image)
    assert client.retry_image(imageBuildVersionArn=image)["imageBuildVersionArn"] == image
    assert finish(client, cloud, image) == "AVAILABLE"
    executions = client.list_workflow_executions(imageBuildVersionArn=image)["workflowExecutions"]
    retried = [(each["type"], each["retried"], each["status"]) for each in executions]
    assert retried[0] == ("BUILD", True, "CANCELLED")
    assert retried[3] == ("BUILD", False, "COMPLETED")
    assert code_of(client.retry_image, imageBuildVersionArn=image) == "InvalidRequestException"


def test_wildcards_mean_the_latest_available_image(client: DirectClient, cloud: RememberingCloud) -> None:
    """A build that is not available is passed over."""
    inputs = build_inputs(client)
    first = client.create_image(**inputs)["imageBuildVersionArn"]
    name = first.rpartition("/")[0].rpartition("/")[0]
    wildcard = {"imageBuildVersionArn": f"{name}/x.x.x"}
    assert code_of(client.get_image, **wildcard) == "ResourceNotFoundException"
    finish(client, cloud, first)
    second = client.create_image(**inputs)["imageBuildVersionArn"]
    assert second.endswith("/1.0.0/2")
    assert client.get_image(**wildcard)["image"]["arn"] == first


def test_lists_show_versions_and_builds(client: DirectClient) -> None:
    """Two builds of one version are one entry in ListImages."""
    inputs = build_inputs(client)
    for _ in range(2):
        image = client.create_image(**inputs)["imageBuildVersionArn"]
    version = image.rpartition("/")[0]
    assert [item["arn"] for item in client.list_images()["imageVersionList"]] == [version]
    builds = client.list_image_build_versions(imageVersionArn=version)["imageSummaryList"]
    assert [item["version"] for item in builds] == ["1.0.0/2", "1.0.0/1"]
    assert client.list_image_build_versions(imageVersionArn=f"{version[:-1]}9")["imageSummaryList"] == []


def test_a_vm_import_becomes_an_image(client: DirectClient, cloud: RememberingCloud) -> None:
    """It may be the parent of a recipe then, and cannot be deleted while it is."""
    made = client.import_vm_image(
        name="From There", semanticVersion="1.0.0", platform="Windows", vmImportTaskId="import-ami-1"
    )
    arn = made["imageArn"]
    assert finish(client, cloud, arn) == "AVAILABLE"
    shown = client.get_image(imageBuildVersionArn=arn)["image"]
    assert (shown["buildType"], shown["imageSource"], shown["platform"]) == ("IMPORT", "IMPORTED", "Windows")
    recipe = client.create_image_recipe(**image_recipe(parentImage=arn))["imageRecipeArn"]
    assert client.get_image_recipe(imageRecipeArn=recipe)["imageRecipe"]["platform"] == "Windows"
    assert code_of(client.delete_image, imageBuildVersionArn=arn) == "ResourceDependencyException"


@pytest.mark.parametrize(
    "wrong",
    [
        {"uri": "https://example.com/windows.iso"},
        {"uri": "s3://bucket/windows.vhd"},
        {"platform": "Linux"},
        {"osVersion": "Microsoft Windows 10"},
    ],
)
def test_a_disk_import_takes_windows_11_isos_only(
    client: DirectClient, cloud: RememberingCloud, wrong: dict[str, str]
) -> None:
    """Anything else is refused; the right one becomes an image."""
    right = {
        "name": "desktop",
        "semanticVersion": "1.0.0",
        "platform": "Windows",
        "osVersion": "Microsoft Windows 11",
        "uri": "s3://bucket/windows.iso",
        "infrastructureConfigurationArn": build_inputs(client)["infrastructureConfigurationArn"],
    }
    assert code_of(client.import_disk_image, **right | wrong) == "InvalidParameterValueException"
    image = client.import_disk_image(**right)["imageBuildVersionArn"]
    assert finish(client, cloud, image) == "AVAILABLE"


def test_distribution_runs_only_its_own_phase(client: DirectClient, cloud: RememberingCloud) -> None:
    """From an image: the next build of the same version. From what is no image: refused."""
    image = client.create_image(**build_inputs(client))["imageBuildVersionArn"]
    finish(client, cloud, image)
    output = {"region": "us-west-2", "amiDistributionConfiguration": {"name": "golden"}}
    made = client.create_distribution_configuration(name="dist", distributions=[output])
    inputs = {
        "distributionConfigurationArn": made["distributionConfigurationArn"],
        "executionRole": "distributor",
    }
    again = client.distribute_image(sourceImage=image, **inputs)["imageBuildVersionArn"]
    assert again == image.removesuffix("1") + "2"
    finish(client, cloud, again)
    (execution,) = client.list_workflow_executions(imageBuildVersionArn=again)["workflowExecutions"]
    assert execution["type"] == "DISTRIBUTION"
    assert (
        code_of(client.distribute_image, sourceImage="golden", **inputs) == "InvalidParameterValueException"
    )
