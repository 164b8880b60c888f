"""The operations on workflows, and on their executions within builds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from localaws.imagebuilder import documents
from localaws.imagebuilder.builds import Build
from localaws.imagebuilder.components import one_source
from localaws.imagebuilder.exceptions import (
    InvalidParameterValueException,
    ResourceInUseException,
    ResourceNotFoundException,
)
from localaws.imagebuilder.executions import StepExecution, WorkflowExecution
from localaws.imagebuilder.generic import (
    REFERENCES,
    add_build,
    deleter,
    getter,
    lister,
    versions_page,
)
from localaws.imagebuilder.models import Resource
from localaws.imagebuilder.pagination import page
from localaws.imagebuilder.request import Handler, Request, given
from localaws.imagebuilder.shapes import output_members, project
from localaws.imagebuilder.versions import Arn, fits, latest_references, parse_version, slug

_CONTENT = {"description", "changeDescription", "data", "uri", "kmsKeyId", "type"}
_OWNERS = {"Self", "Amazon", "AWSMarketplace"}


def _create(request: Request) -> dict[str, Any]:
    one_source(request)
    parameters = request.parameters
    version = parameters["semanticVersion"]
    parse_version(version)
    document = given(request, "semanticVersion") | {
        "version": version,
        "owner": request.store.account_id,
        "parameters": [],
    }
    if "data" in parameters:
        parsed = documents.read(parameters["data"], "steps")
        documents.workflow_steps(parsed)
        document["parameters"] = documents.parameters(parsed)
    arn = request.store.arn(f"workflow/{parameters['type'].lower()}", slug(parameters["name"]), version)
    resource = add_build(request, "Workflow", arn, document, _CONTENT)
    return {"workflowBuildVersionArn": str(resource.arn), REFERENCES: latest_references(resource.arn)}


def _list(request: Request) -> dict[str, Any]:
    if request.parameters.get("owner", "Self") not in _OWNERS:
        raise InvalidParameterValueException.of("owner", f"Use one of {', '.join(sorted(_OWNERS))}.")
    return versions_page(request, "workflowVersionList", "workflow")


def _build_versions(request: Request) -> list[Resource]:
    wanted = request.parameters.get("workflowVersionArn")
    arn = Arn.parse(wanted) if wanted else None
    store = request.store
    amazon = arn is not None and arn.account_id == "aws"
    source = request.world.managed(store.partition, store.region) if amazon else store
    return [
        resource
        for resource in source.of_kind("workflow")
        if arn is None
        or (
            resource.arn.at(None) == arn.at(None) and fits(resource.arn.version or "", arn.version or "x.x.x")
        )
    ]


def _is_used(request: Request, workflow: Resource) -> bool:
    return any(
        chosen["workflowArn"] in {str(workflow.arn), str(workflow.arn.at(workflow.arn.version))}
        for pipeline in request.store.of_kind("image-pipeline")
        for chosen in pipeline.document.get("workflows", [])
    )


def _executions(request: Request) -> Iterator[tuple[Build, WorkflowExecution]]:
    for activity in request.store.activities.values():
        if isinstance(activity, Build):
            for execution in activity.executions:
                yield activity, execution


def _execution(request: Request) -> tuple[Build, WorkflowExecution]:
    wanted = request.parameters["workflowExecutionId"]
    for build, execution in _executions(request):
        if execution.id == wanted:
            return build, execution
    raise ResourceNotFoundException.of(wanted)


def _step(request: Request) -> tuple[Build, WorkflowExecution, StepExecution]:
    wanted = request.parameters["stepExecutionId"]
    for build, execution in _executions(request):
        for step in execution.steps:
            if step.id == wanted:
                return build, execution, step
    raise ResourceNotFoundException.of(wanted)


def _get_execution(request: Request) -> dict[str, Any]:
    build, execution = _execution(request)
    return _shown(request, execution.document() | {"imageBuildVersionArn": str(build.image.arn)})


def _get_step(request: Request) -> dict[str, Any]:
    build, execution, step = _step(request)
    return _shown(request, step.document() | _place(build, execution))


def _place(build: Build, execution: WorkflowExecution) -> dict[str, Any]:
    return {
        "workflowBuildVersionArn": execution.workflow_arn,
        "workflowExecutionId": execution.id,
        "imageBuildVersionArn": str(build.image.arn),
    }


def _shown(request: Request, document: Mapping[str, Any]) -> dict[str, Any]:
    members = output_members(request.call.operation)
    return {name: value for name, value in document.items() if name in members and value is not None}


def _list_executions(request: Request) -> dict[str, Any]:
    image = request.find("imageBuildVersionArn")
    build = request.store.activities.get(str(image.arn))
    executions = build.executions if isinstance(build, Build) else []
    return {
        "imageBuildVersionArn": str(image.arn),
        **_page(request, "workflowExecutions", [execution.document() for execution in executions]),
    }


def _list_steps(request: Request) -> dict[str, Any]:
    build, execution = _execution(request)
    return {
        **_place(build, execution),
        **_page(request, "steps", [step.document() for step in execution.steps]),
    }


def _list_waiting(request: Request) -> dict[str, Any]:
    waiting = [
        step.document() | _place(build, execution)
        for build, execution in _executions(request)
        for step in execution.steps
        if step.waiting
    ]
    return _page(request, "steps", waiting)


def _page(request: Request, member: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    operation = request.call.operation
    shape = output_members(operation)[member].member
    # In the order in which they run: pages go from the highest number down.
    entries = [(-number, project(shape, item)) for number, item in enumerate(items)]
    return page(operation, request.parameters, member, entries)


def _send_action(request: Request) -> dict[str, Any]:
    parameters = request.parameters
    build, _, step = _step(request)
    if str(build.image.arn) != parameters["imageBuildVersionArn"]:
        raise InvalidParameterValueException.of(
            "imageBuildVersionArn", f"The step '{step.id}' belongs to '{build.image.arn}'."
        )
    if not step.waiting:
        raise ResourceInUseException(f"The step '{step.id}' is {step.status} and waits for no action.")
    step.answer, step.reason = parameters["action"], parameters.get("reason")
    return {"stepExecutionId": step.id, "imageBuildVersionArn": str(build.image.arn)}


OPERATIONS: Mapping[str, Handler] = {
    "CreateWorkflow": _create,
    "GetWorkflow": getter("workflowBuildVersionArn", "workflow"),
    "DeleteWorkflow": deleter("workflowBuildVersionArn", _is_used),
    "ListWorkflows": _list,
    "ListWorkflowBuildVersions": lister("workflowSummaryList", _build_versions),
    "GetWorkflowExecution": _get_execution,
    "GetWorkflowStepExecution": _get_step,
    "ListWorkflowExecutions": _list_executions,
    "ListWorkflowStepExecutions": _list_steps,
    "ListWaitingWorkflowSteps": _list_waiting,
    "SendWorkflowStepAction": _send_action,
}
