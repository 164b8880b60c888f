"""The story that the demo plays: a team sets Image Builder up, builds, shares, retires and cleans up.

Each function yields what to ask, and gets back what was answered; some return ARNs for those that follow.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

PAUSE_SECONDS = 0.1
PATIENCE_SECONDS = 300
ROLE = "imagebuilder-execution"


@dataclass(frozen=True, slots=True)
class Ask:
    """A call to make. `error` names the error code that it is meant to have, where it is meant to fail."""

    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None


class UnexpectedAnswerError(RuntimeError):
    """A call succeeded that should fail, or failed otherwise than it should."""


Answer = Mapping[str, Any]
Script = Generator[Ask, Answer, None]
Making = Generator[Ask, Answer, dict[str, str]]


def everything(region: str) -> Script:
    """The whole story: look at what Amazon offers, set up, build, share, retire, clean up."""
    yield from look_around()
    component = yield from make_components()
    workflow = yield from make_workflow()
    recipes = yield from make_recipes(component["arn"])
    configurations = yield from make_configurations(region)
    parts = component | workflow | recipes | configurations
    pipeline = yield from make_pipeline(parts)
    yield from build_with_approval(parts)
    imports = yield from import_images(parts)
    yield from retire_image(imports["vm"])
    yield from label(pipeline["pipeline"])
    yield from clean_up(parts | pipeline | imports)


def visit() -> Script:
    """A short look into another Region: one component comes and goes."""
    made = yield Ask("CreateComponent", _component("hello-from-afar", "1.0.0"))
    arn = made["componentBuildVersionArn"]
    yield Ask("GetComponent", {"componentBuildVersionArn": arn})
    yield Ask("ListComponents")
    yield Ask("DeleteComponent", {"componentBuildVersionArn": arn})
    yield Ask("GetComponent", {"componentBuildVersionArn": arn}, error="ResourceNotFoundException")


def look_around() -> Script:
    """See what Amazon and the AWS Marketplace offer."""
    yield Ask("ListImages", {"owner": "Amazon", "byName": True})
    yield Ask("ListImageBuildVersions", {"maxResults": 10})
    yield Ask("ListWorkflows", {"owner": "Amazon"})
    yield Ask("ListComponents", {"nextToken": "made up"}, error="InvalidPaginationTokenException")
    offers = yield Ask("ListComponents", {"owner": "AWSMarketplace"})
    offer = offers["componentVersionList"][0]["arn"]
    yield Ask("GetMarketplaceResource", {"resourceType": "COMPONENT_DATA", "resourceArn": offer})


def _component(name: str, version: str) -> dict[str, Any]:
    step = {"name": "Greet", "action": "ExecuteBash", "inputs": {"commands": ["echo hello"]}}
    document = {"schemaVersion": 1.0, "phases": [{"name": "build", "steps": [step]}]}
    return {
        "name": name,
        "semanticVersion": version,
        "platform": "Linux",
        "data": json.dumps(document),
        "tags": {"team": "platform"},
    }


def _policy(arn: str, action: str) -> str:
    """A resource policy that lets the resource's own account in."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": arn.split(":")[4]},
        "Action": [f"imagebuilder:{action}"],
        "Resource": arn,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def make_components() -> Making:
    """Write one component, import another, share the first."""
    asked = _component("greeting", "1.0.0")
    yield Ask("CreateComponent", asked | {"dryRun": True}, error="DryRunOperationException")
    made = yield Ask("CreateComponent", asked)
    arn = made["componentBuildVersionArn"]
    script = {"type": "TEST", "format": "SHELL", "platform": "Linux", "data": "echo test"}
    imported = yield Ask("ImportComponent", {"name": "imported-test", "semanticVersion": "1.0.0", **script})
    yield Ask("GetComponent", {"componentBuildVersionArn": arn})
    yield Ask("ListComponentBuildVersions", {"componentVersionArn": arn.rpartition("/")[0]})
    yield Ask("PutComponentPolicy", {"componentArn": arn, "policy": _policy(arn, "GetComponent")})
    yield Ask("GetComponentPolicy", {"componentArn": arn})
    return {"arn": arn, "imported": imported["componentBuildVersionArn"]}


def make_workflow() -> Making:
    """Write a workflow that waits until somebody approves."""
    step = {"name": "WaitForApproval", "action": "WaitForAction", "onFailure": "Abort"}
    document = {"name": "approval", "schemaVersion": 1.0, "steps": [step]}
    made = yield Ask(
        "CreateWorkflow",
        {
            "name": "approval",
            "semanticVersion": "1.0.0",
            "type": "BUILD",
            "data": json.dumps(document),
        },
    )
    arn = made["workflowBuildVersionArn"]
    yield Ask("GetWorkflow", {"workflowBuildVersionArn": arn})
    yield Ask("ListWorkflowBuildVersions", {"workflowVersionArn": arn.rpartition("/")[0]})
    return {"workflow": arn}


def make_recipes(component_arn: str) -> Making:
    """Write an image recipe and a container recipe, and share both."""
    components = [{"componentArn": component_arn}]
    image: dict[str, Any] = {"name": "golden-linux", "semanticVersion": "1.0.0", "components": components}
    image["parentImage"] = _amazon(component_arn, "image/amazon-linux-2023-x86/x.x.x")
    made = yield Ask("CreateImageRecipe", image)
    recipe = made["imageRecipeArn"]
    yield Ask("CreateImageRecipe", image, error="ResourceAlreadyExistsException")
    container = {
        "name": "golden-container",
        "semanticVersion": "1.0.x",
        "containerType": "DOCKER",
        "components": components,
        "parentImage": _amazon(component_arn, "image/amazon-linux-x86-latest/x.x.x"),
        "dockerfileTemplateData": "FROM {{{ imagebuilder:parentImage }}}",
        "targetRepository": {"service": "ECR", "repositoryName": "golden"},
    }
    made = yield Ask("CreateContainerRecipe", container)
    container_recipe = made["containerRecipeArn"]
    for kind, arn in (("ImageRecipe", recipe), ("ContainerRecipe", container_recipe)):
        member = f"{kind[0].lower()}{kind[1:]}Arn"
        yield Ask(f"Get{kind}", {member: arn})
        yield Ask(f"List{kind}s")
        yield Ask(f"Put{kind}Policy", {member: arn, "policy": _policy(arn, f"Get{kind}")})
        yield Ask(f"Get{kind}Policy", {member: arn})
    yield Ask(
        "DeleteComponent",
        {"componentBuildVersionArn": component_arn},
        error="ResourceDependencyException",
    )
    return {"recipe": recipe, "container_recipe": container_recipe}


def _amazon(arn: str, resource: str) -> str:
    """The ARN of a resource of Amazon's in the partition and Region of another ARN."""
    return ":".join([*arn.split(":")[:4], "aws", resource])


def make_configurations(region: str) -> Making:
    """Say where to build, where to send the results, and when to throw them away."""
    infrastructure: dict[str, Any] = {
        "instanceProfileName": "imagebuilder-instance",
        "instanceTypes": ["t3.medium"],
    }
    made = yield Ask("CreateInfrastructureConfiguration", {"name": "small-builder", **infrastructure})
    arns = {"infrastructureConfigurationArn": made["infrastructureConfigurationArn"]}
    output = {"region": region, "amiDistributionConfiguration": {"name": "golden {{imagebuilder:buildDate}}"}}
    made = yield Ask("CreateDistributionConfiguration", {"name": "home-region", "distributions": [output]})
    arns["distributionConfigurationArn"] = made["distributionConfigurationArn"]
    rule = {"action": {"type": "DELETE"}, "filter": {"type": "AGE", "value": 6, "unit": "MONTHS"}}
    lifecycle = {
        "executionRole": ROLE,
        "resourceType": "AMI_IMAGE",
        "policyDetails": [rule],
        "resourceSelection": {"tagMap": {"team": "platform"}},
    }
    made = yield Ask("CreateLifecyclePolicy", {"name": "half-a-year", **lifecycle})
    arns["lifecyclePolicyArn"] = made["lifecyclePolicyArn"]
    kinds: dict[str, tuple[dict[str, Any], str]] = {
        "InfrastructureConfiguration": (infrastructure, "InfrastructureConfigurations"),
        "DistributionConfiguration": ({"distributions": [output]}, "DistributionConfigurations"),
        "LifecyclePolicy": (lifecycle, "LifecyclePolicies"),
    }
    for kind, (settings, plural) in kinds.items():
        member = f"{kind[0].lower()}{kind[1:]}Arn"
        yield Ask(f"Get{kind}", {member: arns[member]})
        yield Ask(f"Update{kind}", {member: arns[member], "description": "Changed.", **settings})
        yield Ask(f"List{plural}")
    return arns


def make_pipeline(parts: Mapping[str, str]) -> Making:
    """Put it all together, run it once, and ask what came of it."""
    settings = {
        "imageRecipeArn": parts["recipe"],
        "infrastructureConfigurationArn": parts["infrastructureConfigurationArn"],
        "distributionConfigurationArn": parts["distributionConfigurationArn"],
    }
    made = yield Ask("CreateImagePipeline", {"name": "nightly", **settings})
    pipeline = {"imagePipelineArn": made["imagePipelineArn"]}
    yield Ask("GetImagePipeline", pipeline)
    yield Ask("UpdateImagePipeline", {**pipeline, **settings, "status": "DISABLED"})
    yield Ask("ListImagePipelines", {"filters": [{"name": "name", "values": ["night*"]}]})
    started = yield Ask("StartImagePipelineExecution", pipeline)
    yield Ask("ListImagePipelineImages", pipeline)
    image = started["imageBuildVersionArn"]
    yield Ask("PutImagePolicy", {"imageArn": image, "policy": _policy(image, "GetImage")})
    yield Ask("GetImagePolicy", {"imageArn": image})
    yield Ask("ListImagePackages", {"imageBuildVersionArn": image})
    yield Ask("ListImageScanFindings")
    yield Ask("ListImageScanFindingAggregations")
    return {"pipeline": pipeline["imagePipelineArn"]}


def build_with_approval(parts: Mapping[str, str]) -> Script:
    """Build an image whose workflow waits; stop and start it; then approve."""
    made = yield Ask(
        "CreateImage",
        {
            "imageRecipeArn": parts["recipe"],
            "infrastructureConfigurationArn": parts["infrastructureConfigurationArn"],
            "workflows": [{"workflowArn": parts["workflow"]}],
            "executionRole": ROLE,
        },
    )
    image = {"imageBuildVersionArn": made["imageBuildVersionArn"]}
    yield from wait_until("GetImage", image, _has_status("BUILDING"))
    yield Ask("CancelImageCreation", image)
    yield Ask("CancelImageCreation", image, error="ResourceInUseException")
    yield Ask("RetryImage", image)
    yield from wait_until("ListWaitingWorkflowSteps", {}, lambda shown: bool(shown["steps"]))
    waiting = yield Ask("ListWaitingWorkflowSteps")
    step = waiting["steps"][0]
    execution = {"workflowExecutionId": step["workflowExecutionId"]}
    yield Ask("ListWorkflowExecutions", image)
    yield Ask("GetWorkflowExecution", execution)
    yield Ask("ListWorkflowStepExecutions", execution)
    yield Ask("GetWorkflowStepExecution", {"stepExecutionId": step["stepExecutionId"]})
    yield Ask(
        "SendWorkflowStepAction",
        {
            "stepExecutionId": step["stepExecutionId"],
            "action": "RESUME",
            "reason": "Looks good.",
            **image,
        },
    )
    yield from wait_until("GetImage", image, _has_status("AVAILABLE"))
    yield Ask("DeleteImage", image)


def wait_until(operation: str, parameters: Mapping[str, Any], met: Callable[[Answer], bool]) -> Script:
    """Ask again and again until `met` says that the answer will do.

    Raises:
        UnexpectedAnswerError: it never did.

    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not met((yield Ask(operation, parameters))):
        if time.monotonic() > deadline:
            raise UnexpectedAnswerError(f"{operation} did not answer as hoped in {PATIENCE_SECONDS} s")
        time.sleep(PAUSE_SECONDS)


def _has_status(wanted: str) -> Callable[[Answer], bool]:
    return lambda shown: shown["image"]["state"]["status"] == wanted


def import_images(parts: Mapping[str, str]) -> Making:
    """Bring in images from elsewhere, and send out one that exists."""
    vm = yield Ask(
        "ImportVmImage",
        {
            "name": "from-the-data-centre",
            "semanticVersion": "1.0.0",
            "platform": "Linux",
            "vmImportTaskId": "import-ami-0123456789abcdef0",
        },
    )
    disk = yield Ask(
        "ImportDiskImage",
        {
            "name": "desktop",
            "semanticVersion": "1.0.0",
            "platform": "Windows",
            "osVersion": "Microsoft Windows 11",
            "uri": "s3://installation-media/windows-11.iso",
            "infrastructureConfigurationArn": parts["infrastructureConfigurationArn"],
        },
    )
    sent = yield Ask(
        "DistributeImage",
        {
            "sourceImage": "ami-0123456789abcdef0",
            "distributionConfigurationArn": parts["distributionConfigurationArn"],
            "executionRole": ROLE,
        },
    )
    return {
        "vm": vm["imageArn"],
        "disk": disk["imageBuildVersionArn"],
        "sent": sent["imageBuildVersionArn"],
    }


def retire_image(arn: str) -> Script:
    """Plan an image's deprecation, look at the plan, and drop it."""
    image = {"imageBuildVersionArn": arn}
    yield from wait_until("GetImage", image, _has_status("AVAILABLE"))
    next_week = datetime.now(UTC) + timedelta(days=7)
    planned = yield Ask(
        "StartResourceStateUpdate",
        {"resourceArn": arn, "state": {"status": "DEPRECATED"}, "updateAt": next_week},
    )
    execution = {"lifecycleExecutionId": planned["lifecycleExecutionId"]}
    yield Ask("GetLifecycleExecution", execution)
    yield Ask("ListLifecycleExecutions", {"resourceArn": arn})
    yield Ask("ListLifecycleExecutionResources", execution)
    yield Ask("CancelLifecycleExecution", execution)


def label(arn: str) -> Script:
    """Tag a resource, look, and untag it."""
    yield Ask("TagResource", {"resourceArn": arn, "tags": {"cost-centre": "42"}})
    yield Ask("ListTagsForResource", {"resourceArn": arn})
    yield Ask("UntagResource", {"resourceArn": arn, "tagKeys": ["cost-centre"]})
    gone = arn.replace("nightly", "never-was")
    yield Ask("ListTagsForResource", {"resourceArn": gone}, error="ResourceNotFoundException")


def clean_up(parts: Mapping[str, str]) -> Script:
    """Leave nothing behind but the pipeline's image, in the order that the dependencies allow."""
    for arn in (parts["vm"], parts["disk"], parts["sent"]):
        image = {"imageBuildVersionArn": arn}
        yield from wait_until("GetImage", image, _has_status("AVAILABLE"))
        yield Ask("DeleteImage", image)
    yield Ask("DeleteImagePipeline", {"imagePipelineArn": parts["pipeline"]})
    yield Ask("DeleteImageRecipe", {"imageRecipeArn": parts["recipe"]})
    yield Ask("DeleteContainerRecipe", {"containerRecipeArn": parts["container_recipe"]})
    for arn in (parts["arn"], parts["imported"]):
        yield Ask("DeleteComponent", {"componentBuildVersionArn": arn})
    yield Ask("DeleteWorkflow", {"workflowBuildVersionArn": parts["workflow"]})
    for kind in ("InfrastructureConfiguration", "DistributionConfiguration", "LifecyclePolicy"):
        member = f"{kind[0].lower()}{kind[1:]}Arn"
        yield Ask(f"Delete{kind}", {member: parts[member]})
