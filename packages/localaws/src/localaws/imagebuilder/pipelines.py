"""The operations on image pipelines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localaws.imagebuilder.builder import begin_build, check_build_inputs
from localaws.imagebuilder.exceptions import InvalidParameterValueException
from localaws.imagebuilder.generic import deleter, getter, lister, refuse_more, refuse_taken
from localaws.imagebuilder.models import Resource
from localaws.imagebuilder.request import Handler, Request, given
from localaws.imagebuilder.versions import slug

IMAGE_PIPELINES = 75
_KEPT = (
    "arn",
    "name",
    "dateCreated",
    "tags",
    "consecutiveFailures",
    "dateLastRun",
    "lastRunStatus",
)
_INPUTS = (
    "imageRecipeArn",
    "containerRecipeArn",
    "infrastructureConfigurationArn",
    "distributionConfigurationArn",
    "imageTestsConfiguration",
    "enhancedImageMetadataEnabled",
    "imageScanningConfiguration",
    "workflows",
    "executionRole",
)


def _fill(request: Request) -> dict[str, Any]:
    """The members of a pipeline, with what Image Builder fills in where the request says nothing."""
    recipe = check_build_inputs(request, request.parameters)
    document = given(request, "imagePipelineArn")
    document["platform"] = recipe.document["platform"]
    document.setdefault("status", "ENABLED")
    document.setdefault("enhancedImageMetadataEnabled", True)
    document.setdefault("imageTestsConfiguration", {"imageTestsEnabled": True, "timeoutMinutes": 720})
    if "schedule" in document:
        document["schedule"] = {
            "pipelineExecutionStartCondition": "EXPRESSION_MATCH_AND_DEPENDENCY_UPDATES_AVAILABLE",
            **document["schedule"],
        }
    return document


def _create(request: Request) -> dict[str, Any]:
    document = _fill(request)
    arn = request.store.arn("image-pipeline", slug(request.parameters["name"]))
    refuse_taken(request, "ImagePipeline", arn)
    refuse_more(request, "image-pipeline", IMAGE_PIPELINES)
    request.add(Resource(arn, document | {"dateUpdated": request.timestamp, "consecutiveFailures": 0}))
    return {"imagePipelineArn": str(arn)}


def _update(request: Request) -> dict[str, Any]:
    pipeline = request.own("imagePipelineArn")
    document = _fill(request)
    if ("imageRecipeArn" in document) != ("imageRecipeArn" in pipeline.document):
        raise InvalidParameterValueException.of(
            "containerRecipeArn" if "containerRecipeArn" in document else "imageRecipeArn",
            "The recipe must be of the same type as the pipeline's current recipe.",
        )
    kept = {name: pipeline.document[name] for name in _KEPT if name in pipeline.document}
    pipeline.document.clear()
    pipeline.document.update(document | kept | {"dateUpdated": request.timestamp})
    return {"imagePipelineArn": str(pipeline.arn)}


def _start(request: Request) -> dict[str, Any]:
    pipeline = request.own("imagePipelineArn")
    inputs = {name: pipeline.document[name] for name in _INPUTS if name in pipeline.document}
    group = pipeline.document.get("loggingConfiguration", {}).get("imageLogGroupName")
    if group is not None:
        inputs["loggingConfiguration"] = {"logGroupName": group}
    image = begin_build(request, inputs, pipeline)
    pipeline.document["dateLastRun"] = request.timestamp
    return {"imageBuildVersionArn": str(image.arn)}


def _images(request: Request) -> list[Resource]:
    return [
        image
        for image in request.store.of_kind("image")
        if image.document.get("sourcePipelineArn") == request.parameters["imagePipelineArn"]
    ]


OPERATIONS: Mapping[str, Handler] = {
    "CreateImagePipeline": _create,
    "UpdateImagePipeline": _update,
    "GetImagePipeline": getter("imagePipelineArn", "imagePipeline"),
    "DeleteImagePipeline": deleter("imagePipelineArn"),
    "ListImagePipelines": lister(
        "imagePipelineList", lambda request: request.store.of_kind("image-pipeline")
    ),
    "StartImagePipelineExecution": _start,
    "ListImagePipelineImages": lister("imageSummaryList", _images),
}
