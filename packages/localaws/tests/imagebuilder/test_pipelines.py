from __future__ import annotations

from functools import partial

import pytest

from localaws.imagebuilder import pipelines
from packages.localaws.tests.imagebuilder.direct import (
    DirectClient,
    RememberingCloud,
    build_inputs,
    code_of,
    container_recipe,
    eventually,
    status_of,
)

ROLE = "builder"
STOP = "name: gate\nschemaVersion: 1.0\nsteps:\n  - {name: Gate, action: WaitForAction}\n"


def has_failed(client: DirectClient, image: str) -> bool:
    """Whether an image's build failed."""
    return status_of(client, image) == "FAILED"


def test_a_new_pipeline_has_the_defaults_of_the_service(client: DirectClient) -> None:
    """Enabled, with tests of up to twelve hours, and the platform of its recipe."""
    arn = client.create_image_pipeline(name="Nightly Build", **build_inputs(client))["imagePipelineArn"]
    assert arn.endswith(":image-pipeline/nightly-build")
    shown = client.get_image_pipeline(imagePipelineArn=arn)["imagePipeline"]
    assert (shown["status"], shown["platform"], shown["consecutiveFailures"]) == ("ENABLED", "Linux", 0)
    assert shown["imageTestsConfiguration"] == {"imageTestsEnabled": True, "timeoutMinutes": 720}
    assert "schedule" not in shown


def test_a_schedule_gets_its_default_condition(client: DirectClient) -> None:
    """Builds run on schedule only when a dependency has an update, unless the pipeline says otherwise."""
    schedule = {"scheduleExpression": "cron(0 0 * * ? *)"}
    arn = client.create_image_pipeline(name="nightly", schedule=schedule, **build_inputs(client))
    shown = client.get_image_pipeline(imagePipelineArn=arn["imagePipelineArn"])["imagePipeline"]
    condition = "EXPRESSION_MATCH_AND_DEPENDENCY_UPDATES_AVAILABLE"
    assert shown["schedule"] == {**schedule, "pipelineExecutionStartCondition": condition}


def test_an_update_replaces_the_pipeline_but_not_its_kind_of_recipe(client: DirectClient) -> None:
    """What is left out goes back to its default; an image pipeline stays an image pipeline."""
    inputs = build_inputs(client)
    arn = client.create_image_pipeline(name="nightly", description="old", tags={"a": "b"}, **inputs)
    pipeline = {"imagePipelineArn": arn["imagePipelineArn"]}
    client.update_image_pipeline(**pipeline, **inputs, status="DISABLED")
    shown = client.get_image_pipeline(**pipeline)["imagePipeline"]
    assert (shown["status"], shown["name"], shown["tags"]) == ("DISABLED", "nightly", {"a": "b"})
    assert "description" not in shown
    recipe = client.create_container_recipe(**container_recipe())["containerRecipeArn"]
    other = {
        "containerRecipeArn": recipe,
        "infrastructureConfigurationArn": inputs["infrastructureConfigurationArn"],
    }
    assert code_of(client.update_image_pipeline, **pipeline, **other) == "InvalidParameterValueException"


def test_what_a_pipeline_names_must_be_there(client: DirectClient) -> None:
    """Recipe and configurations."""
    inputs = build_inputs(client)
    for member in inputs:
        wrong = {**inputs, member: inputs[member].replace("golden", "brazen")}
        assert code_of(client.create_image_pipeline, name="nightly", **wrong) == "ResourceNotFoundException"


def test_workflows_need_a_role(client: DirectClient) -> None:
    """`workflows` without `executionRole` is refused."""
    workflow = client.list_workflows(owner="Amazon")["workflowVersionList"][0]["arn"]
    inputs = {"name": "nightly", "workflows": [{"workflowArn": workflow}], **build_inputs(client)}
    assert code_of(client.create_image_pipeline, **inputs) == "InvalidParameterCombinationException"
    client.create_image_pipeline(**inputs, executionRole=ROLE)


def test_a_run_makes_an_image_of_the_pipeline(client: DirectClient, cloud: RememberingCloud) -> None:
    """The image knows its pipeline, the pipeline lists it and knows how the run ended."""
    pipeline = {
        "imagePipelineArn": client.create_image_pipeline(
            name="nightly", status="DISABLED", **build_inputs(client)
        )["imagePipelineArn"]
    }
    image = client.start_image_pipeline_execution(**pipeline, tags={"run": "1"})["imageBuildVersionArn"]
    shown = client.get_image(imageBuildVersionArn=image)["image"]
    assert (shown["sourcePipelineArn"], shown["tags"]) == (pipeline["imagePipelineArn"], {"run": "1"})
    listed = client.list_image_pipeline_images(**pipeline)["imageSummaryList"]
    assert [item["arn"] for item in listed] == [image]
    cloud.move(minutes=1)
    get = client.get_image_pipeline
    eventually(lambda: get(**pipeline)["imagePipeline"].get("lastRunStatus") == "AVAILABLE")
    assert get(**pipeline)["imagePipeline"]["dateLastRun"] == "2020-03-01T12:00:00.000Z"
    missing = pipeline["imagePipelineArn"].replace("nightly", "weekly")
    code = code_of(client.start_image_pipeline_execution, imagePipelineArn=missing)
    assert code == "ResourceNotFoundException"


def test_failures_in_a_row_disable_a_pipeline_that_asks_for_it(
    client: DirectClient, cloud: RememberingCloud
) -> None:
    """At the number in its autoDisablePolicy, with an event; not before."""
    gate = client.create_workflow(name="gate", semanticVersion="1.0.0", type="BUILD", data=STOP)
    schedule = {"scheduleExpression": "rate(1 day)", "autoDisablePolicy": {"failureCount": 2}}
    arn = client.create_image_pipeline(
        name="nightly",
        schedule=schedule,
        workflows=[{"workflowArn": gate["workflowBuildVersionArn"]}],
        executionRole=ROLE,
        **build_inputs(client),
    )["imagePipelineArn"]
    seen = []
    for _ in range(2):
        client.start_image_pipeline_execution(imagePipelineArn=arn)
        (step,) = eventually(lambda: client.list_waiting_workflow_steps()["steps"])
        image = {"imageBuildVersionArn": step["imageBuildVersionArn"]}
        client.send_workflow_step_action(stepExecutionId=step["stepExecutionId"], action="STOP", **image)
        eventually(partial(has_failed, client, step["imageBuildVersionArn"]))
        shown = client.get_image_pipeline(imagePipelineArn=arn)["imagePipeline"]
        seen.append((shown["consecutiveFailures"], shown["status"]))
    assert seen == [(1, "ENABLED"), (2, "DISABLED")]
    kind = "EC2 Image Builder Image Pipeline Automatically Disabled"
    eventually(
        lambda: [event["resources"] for event in cloud.events if event["detail_type"] == kind] == [[arn]]
    )


def test_a_quota_ends_the_number_of_pipelines(client: DirectClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more than the quota is ServiceQuotaExceededException."""
    monkeypatch.setattr(pipelines, "IMAGE_PIPELINES", 1)
    inputs = build_inputs(client)
    client.create_image_pipeline(name="nightly", **inputs)
    assert code_of(client.create_image_pipeline, name="weekly", **inputs) == "ServiceQuotaExceededException"
