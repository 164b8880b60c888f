"""Begins builds: checks what a build is made from, makes the image resource, and prepares its workflows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localaws.imagebuilder import documents, findings, managed
from localaws.imagebuilder.builds import Build
from localaws.imagebuilder.distribution import Target, output_name, targets
from localaws.imagebuilder.events import Events
from localaws.imagebuilder.exceptions import InvalidParameterCombinationException
from localaws.imagebuilder.executions import WorkflowExecution
from localaws.imagebuilder.models import Resource
from localaws.imagebuilder.request import Request
from localaws.imagebuilder.service_calls import Plan, ServiceCalls
from localaws.imagebuilder.shapes import project, service_model
from localaws.imagebuilder.versions import Arn

_DEFAULT_INSTANCE_TYPE = "m5.large"
_KINDS = ("build", "test", "distribution")


def check_build_inputs(request: Request, inputs: Mapping[str, Any]) -> Resource:
    """The recipe of a build, once everything else that the build names was found too.

    Raises:
        InvalidParameterCombinationException: two recipes or none, or workflows without a role.
        ResourceNotFoundException: something named is not there.

    """
    if ("imageRecipeArn" in inputs) == ("containerRecipeArn" in inputs):
        raise InvalidParameterCombinationException(
            "You must specify exactly one of 'imageRecipeArn' and 'containerRecipeArn'."
        )
    if inputs.get("workflows") and "executionRole" not in inputs:
        raise InvalidParameterCombinationException(
            "You must specify 'executionRole' when you specify 'workflows'."
        )
    find, store = request.world.find, request.store
    find(store, inputs["infrastructureConfigurationArn"])
    if "distributionConfigurationArn" in inputs:
        find(store, inputs["distributionConfigurationArn"])
    for chosen in inputs.get("workflows", []):
        find(store, chosen["workflowArn"])
    return find(store, inputs.get("imageRecipeArn") or inputs["containerRecipeArn"])


def begin_build(request: Request, inputs: Mapping[str, Any], pipeline: Resource | None = None) -> Resource:
    """Make the image of a recipe and start to build it."""
    recipe = check_build_inputs(request, inputs)
    kind = "AMI" if recipe.arn.kind == "image-recipe" else "DOCKER"
    image = next_image(request, recipe.arn.name, recipe.arn.version or "", kind)
    image.document |= {
        "name": recipe.document["name"],
        "platform": recipe.document["platform"],
        "buildType": "USER_INITIATED",
        "imageSource": "CUSTOM",
        "enhancedImageMetadataEnabled": inputs.get("enhancedImageMetadataEnabled", True),
        "imageTestsConfiguration": inputs.get(
            "imageTestsConfiguration", {"imageTestsEnabled": True, "timeoutMinutes": 720}
        ),
        **_embedded(request, recipe, inputs),
    }
    for name in ("imageScanningConfiguration", "workflows", "executionRole", "loggingConfiguration"):
        if name in inputs:
            image.document[name] = inputs[name]
    if pipeline is not None:
        image.document["sourcePipelineArn"] = str(pipeline.arn)
    start(request, image, _executions(request, inputs, kind), pipeline)
    return image


def next_image(request: Request, name: str, version: str, kind: str) -> Resource:
    """A new image resource, PENDING, at the next build number of its version. `kind` is AMI or DOCKER."""
    arn = request.store.arn("image", name, version)
    number = max((build.arn.build or 0 for build in request.store.builds_of(arn)), default=0) + 1
    image = Resource(
        arn.at(version, number),
        {
            "name": name,
            "version": f"{version}/{number}",
            "type": kind,
            "owner": request.store.account_id,
            "state": {"status": "PENDING"},
            "outputResources": {"amis": []} if kind == "AMI" else {"containers": []},
        },
    )
    request.add(image)
    return image


def start(
    request: Request,
    image: Resource,
    executions: list[WorkflowExecution],
    pipeline: Resource | None = None,
    source_ami: str | None = None,
) -> Build:
    """Set a build going in the background, and keep it so that it can be looked at and acted upon."""
    cloud = request.cloud
    role, plan = image.document.get("executionRole"), _plan(request, image, source_ami)
    calls = ServiceCalls(cloud, request.store, role, request.now, plan)
    events = Events(cloud, request.store)
    build = Build(image, executions, events, calls, request.now, _complete, pipeline)
    request.store.activities[str(image.arn)] = build
    request.start(build)
    return build


def _embedded(request: Request, recipe: Resource, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The recipe and configurations as they are now: an image shows what it was made from."""
    find, store = request.world.find, request.store
    members = service_model().shape_for("Image").members
    parts = {"imageRecipe" if recipe.arn.kind == "image-recipe" else "containerRecipe": recipe}
    for member in ("infrastructureConfiguration", "distributionConfiguration"):
        if f"{member}Arn" in inputs:
            parts[member] = find(store, inputs[f"{member}Arn"])
    return {member: project(members[member], resource.document) for member, resource in parts.items()}


def _executions(request: Request, inputs: Mapping[str, Any], kind: str) -> list[WorkflowExecution]:
    tests = inputs.get("imageTestsConfiguration", {}).get("imageTestsEnabled", True)
    store = request.store
    chosen = inputs.get("workflows") or [
        {"workflowArn": str(managed.default_workflow(store.partition, store.region, stage, kind))}
        for stage in _KINDS
        if tests or stage != "test"
    ]
    return [_execution(request, entry) for entry in chosen]


def execution_of(request: Request, workflow_arn: str) -> WorkflowExecution:
    """The execution of one workflow by its ARN."""
    return _execution(request, {"workflowArn": workflow_arn})


def _execution(request: Request, chosen: Mapping[str, Any]) -> WorkflowExecution:
    workflow = request.world.find(request.store, chosen["workflowArn"]).document
    steps = documents.workflow_steps(documents.read(workflow["data"], "steps")) if "data" in workflow else []
    return WorkflowExecution.of(workflow, steps, chosen)


def _plan(request: Request, image: Resource, source_ami: str | None) -> Plan:
    document = image.document
    infrastructure = document.get("infrastructureConfiguration", {})
    return Plan(
        arn=image.arn,
        output_name=output_name(document, None),
        parent_ami=_parent_ami(request, document),
        instance_type=(infrastructure.get("instanceTypes") or [_DEFAULT_INSTANCE_TYPE])[0],
        subnet_id=infrastructure.get("subnetId"),
        targets=targets(document, request.store.region),
        source_ami=source_ami,
        topic_arn=infrastructure.get("snsTopicArn"),
    )


def _parent_ami(request: Request, document: Mapping[str, Any]) -> str:
    """The AMI that the build instance is launched from."""
    parent = str(document.get("imageRecipe", {}).get("parentImage", ""))
    if parent.startswith("ami-"):
        return parent
    arn = Arn.parse(parent)
    known = [
        image
        for image in request.world.managed(request.store.partition, request.store.region).of_kind("image")
        if arn is not None and image.arn.name == arn.name
    ]
    amis = known[0].document["outputResources"].get("amis") if known else None
    return str(amis[0]["image"]) if amis else "ami-0abcdef1234567890"


def _complete(build: Build) -> None:
    """Give an image that becomes available its outputs, and its scan findings where scanning is on."""
    document, arn = build.image.document, build.image.arn
    wanted = targets(document, arn.region)
    if document["type"] == "AMI":
        document["outputResources"] = {"amis": [_ami(build, target) for target in wanted]}
    else:
        repository = document["containerRecipe"]["targetRepository"]["repositoryName"]
        tag = document["version"].replace("/", "-")
        document["outputResources"] = {
            "containers": [
                {
                    "region": target.region,
                    "imageUris": [
                        f"{arn.account_id}.dkr.ecr.{target.region}.amazonaws.com/{repository}:{tag}"
                    ],
                }
                for target in wanted
            ]
        }
    findings.scan(build)


def _ami(build: Build, target: Target) -> dict[str, Any]:
    described = {"description": target.ami["description"]} if "description" in target.ami else {}
    return {
        "region": target.region,
        "image": build.calls.ami(target.region),
        "name": target.name,
        "accountId": build.image.arn.account_id,
        **described,
    }
