from __future__ import annotations

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


def gate(on_failure: str = "Abort", **step: Any) -> str:
    """A workflow document with one step that waits."""
    more = "".join(f"    {name}: {value}\n" for name, value in step.items())
    return (
        "name: gate\nschemaVersion: 1.0\nsteps:\n"
        f"  - name: Gate\n    action: WaitForAction\n    onFailure: {on_failure}\n{more}"
    )


def waiting_build(client: DirectClient, data: str) -> tuple[str, dict[str, Any]]:
    """An image whose build waits at a gate, and the step at which it does."""
    made = client.create_workflow(name="gate", semanticVersion="1.0.0", type="TEST", data=data)
    workflows = [{"workflowArn": made["workflowBuildVersionArn"]}]
    image = client.create_image(**build_inputs(client), workflows=workflows, executionRole="builder")
    (step,) = eventually(lambda: client.list_waiting_workflow_steps()["steps"])
    return image["imageBuildVersionArn"], step


def test_a_waiting_step_is_told_and_listed(client: DirectClient, cloud: RememberingCloud) -> None:
    """In EventBridge and in ListWaitingWorkflowSteps; the build stays in its phase."""
    image, step = waiting_build(client, gate())
    assert (step["name"], step["action"], step["imageBuildVersionArn"]) == ("Gate", "WaitForAction", image)
    cloud.move(hours=1)
    assert status_of(client, image) == "TESTING"
    kind = "EC2 Image Builder Workflow Step Waiting"
    event = eventually(lambda: [event for event in cloud.events if event["detail_type"] == kind])[0]
    assert event["detail"] == {
        "workflow-execution-id": step["workflowExecutionId"],
        "workflow-step-execution-id": step["stepExecutionId"],
        "workflow-step-name": "Gate",
    }


@pytest.mark.parametrize(
    ("action", "on_failure", "end", "outcome"),
    [
        ("RESUME", "Abort", "AVAILABLE", "COMPLETED"),
        ("STOP", "Abort", "FAILED", "FAILED"),
        ("STOP", "Continue", "AVAILABLE", "FAILED"),
    ],
)
def test_an_action_decides_how_the_build_goes_on(
    client: DirectClient, action: str, on_failure: str, end: str, outcome: str
) -> None:
    """RESUME completes the step; STOP fails it, and then its onFailure decides."""
    image, step = waiting_build(client, gate(on_failure))
    identity = {"stepExecutionId": step["stepExecutionId"]}
    client.send_workflow_step_action(**identity, imageBuildVersionArn=image, action=action, reason="so")
    eventually(lambda: status_of(client, image) == end)
    shown = client.get_workflow_step_execution(**identity)
    assert (shown["status"], shown["message"], shown["outputs"]) == (outcome, "so", '{"reason": "so"}')
    assert client.list_waiting_workflow_steps()["steps"] == []
    code = code_of(client.send_workflow_step_action, **identity, imageBuildVersionArn=image, action="RESUME")
    assert code == "ResourceInUseException"


def test_a_step_that_nobody_answers_times_out(client: DirectClient, cloud: RememberingCloud) -> None:
    """After its timeoutSeconds, and then the build fails."""
    image, _ = waiting_build(client, gate(timeoutSeconds=60))
    cloud.move(seconds=59)
    assert client.list_waiting_workflow_steps()["steps"]
    cloud.move(seconds=2)
    eventually(lambda: status_of(client, image) == "FAILED")
    reason = client.get_image(imageBuildVersionArn=image)["image"]["state"]["reason"]
    assert reason == "Workflow step 'Gate' failed."


def test_an_action_must_name_the_right_image(client: DirectClient) -> None:
    """The image must be the one whose build waits, and the step must exist."""
    image, step = waiting_build(client, gate())
    action = {"action": "RESUME", "stepExecutionId": step["stepExecutionId"]}
    wrong = image.removesuffix("1") + "2"
    code = code_of(client.send_workflow_step_action, **action, imageBuildVersionArn=wrong)
    assert code == "InvalidParameterValueException"
    action["stepExecutionId"] = "step-00000000-0000-0000-0000-000000000000"
    code = code_of(client.send_workflow_step_action, **action, imageBuildVersionArn=image)
    assert code == "ResourceNotFoundException"


def test_executions_and_steps_tell_how_far_a_build_is(client: DirectClient, cloud: RememberingCloud) -> None:
    """Counts and times of the managed workflows, in the order in which they ran."""
    image = client.create_image(**build_inputs(client))["imageBuildVersionArn"]
    cloud.move(minutes=1)
    eventually(lambda: status_of(client, image) == "AVAILABLE")
    executions = client.list_workflow_executions(imageBuildVersionArn=image)["workflowExecutions"]
    told = [(each["type"], each["status"], each["totalStepsSucceeded"]) for each in executions]
    assert told == [("BUILD", "COMPLETED", 6), ("TEST", "COMPLETED", 3), ("DISTRIBUTION", "COMPLETED", 1)]
    identity = {"workflowExecutionId": executions[0]["workflowExecutionId"]}
    assert client.get_workflow_execution(**identity)["imageBuildVersionArn"] == image
    steps = client.list_workflow_step_executions(**identity)["steps"]
    assert [step["action"] for step in steps][:2] == ["LaunchInstance", "ExecuteComponents"]
    assert steps[0]["endTime"] == steps[1]["startTime"] == "2020-03-01T12:00:00.300Z"
    unknown = "wf-00000000-0000-0000-0000-000000000000"
    assert code_of(client.get_workflow_execution, workflowExecutionId=unknown) == "ResourceNotFoundException"


def test_the_workflow_itself_counts_builds_and_shows_its_parameters(client: DirectClient) -> None:
    """Like a component: other content is the next build, the same content is refused."""
    data = gate() + "parameters:\n  - {name: who, type: string, default: me}\n"
    inputs = {"name": "gate", "semanticVersion": "1.0.0", "type": "BUILD"}
    client.create_workflow(**inputs, data=gate())
    made = client.create_workflow(**inputs, data=data)["workflowBuildVersionArn"]
    assert made.endswith(":workflow/build/gate/1.0.0/2")
    assert code_of(client.create_workflow, **inputs, data=data) == "ResourceAlreadyExistsException"
    shown = client.get_workflow(workflowBuildVersionArn=made)["workflow"]
    assert shown["parameters"] == [{"name": "who", "type": "string", "defaultValue": ["me"]}]
    wildcard = made.replace("/1.0.0/2", "/1.x.x")
    builds = client.list_workflow_build_versions(workflowVersionArn=wildcard)["workflowSummaryList"]
    assert [item["arn"].rpartition("/")[2] for item in builds] == ["2", "1"]


def test_a_workflow_in_a_pipeline_cannot_be_deleted(client: DirectClient) -> None:
    """Until the pipeline is gone."""
    made = client.create_workflow(name="gate", semanticVersion="1.0.0", type="BUILD", data=gate())
    workflow = {"workflowBuildVersionArn": made["workflowBuildVersionArn"]}
    chosen = [{"workflowArn": workflow["workflowBuildVersionArn"]}]
    pipeline = client.create_image_pipeline(
        name="nightly", workflows=chosen, executionRole="builder", **build_inputs(client)
    )
    assert code_of(client.delete_workflow, **workflow) == "ResourceDependencyException"
    client.delete_image_pipeline(imagePipelineArn=pipeline["imagePipelineArn"])
    client.delete_workflow(**workflow)


def test_owners_that_workflows_do_not_have_are_refused(client: DirectClient) -> None:
    """Shared and ThirdParty; Amazon has the default workflows."""
    assert code_of(client.list_workflows, owner="Shared") == "InvalidParameterValueException"
    names = {item["name"] for item in client.list_workflows(owner="Amazon")["workflowVersionList"]}
    assert {"build-image", "test-image", "distribute-image"} <= names
