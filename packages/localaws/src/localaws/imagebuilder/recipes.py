"""The operations on image recipes and container recipes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localaws.imagebuilder import managed
from localaws.imagebuilder.encryption import use_key
from localaws.imagebuilder.exceptions import (
    InvalidParameterCombinationException,
    InvalidParameterValueException,
    InvalidRequestException,
)
from localaws.imagebuilder.generic import (
    REFERENCES,
    deleter,
    getter,
    lister,
    owned,
    refuse_taken,
)
from localaws.imagebuilder.models import Resource
from localaws.imagebuilder.request import Handler, Request, given
from localaws.imagebuilder.versions import (
    Arn,
    is_wildcard,
    latest_references,
    next_version,
    parse_version,
    slug,
)

_AMAZON_ACCOUNTS = frozenset(["aws", managed.MARKETPLACE_ACCOUNT, "third-party"])


def _create_image_recipe(request: Request) -> dict[str, Any]:
    document = given(request, "semanticVersion")
    document["type"] = "AMI"
    default = "C:/" if _platform(request) == "Windows" else "/tmp"  # noqa: S108 - Image Builder's default
    document.setdefault("workingDirectory", default)
    return _add(request, "image-recipe", "ImageRecipe", "imageRecipeArn", document)


def _create_container_recipe(request: Request) -> dict[str, Any]:
    parameters = request.parameters
    if ("dockerfileTemplateData" in parameters) == ("dockerfileTemplateUri" in parameters):
        raise InvalidParameterCombinationException(
            "You must specify exactly one of 'dockerfileTemplateData' and 'dockerfileTemplateUri'."
        )
    document = given(
        request,
        "semanticVersion",
        "dockerfileTemplateUri",
        "platformOverride",
        "imageOsVersionOverride",
    )
    document["encrypted"] = True
    document["instanceImage"] = parameters.get("instanceConfiguration", {}).get("image")
    return _add(request, "container-recipe", "ContainerRecipe", "containerRecipeArn", document)


def _add(
    request: Request, kind: str, noun: str, output_member: str, document: dict[str, Any]
) -> dict[str, Any]:
    _check_components(request)
    name, version = slug(request.parameters["name"]), request.parameters["semanticVersion"]
    if is_wildcard(version):
        taken = [
            resource.arn.version or ""
            for resource in request.store.of_kind(kind)
            if resource.arn.name == name
        ]
        version = next_version(version, taken)
    parse_version(version)
    arn = request.store.arn(kind, name, version)
    refuse_taken(request, noun, arn)
    document |= {
        "version": version,
        "owner": request.store.account_id,
        "platform": _platform(request),
    }
    use_key(request)
    request.add(Resource(arn, document))
    return {output_member: str(arn), REFERENCES: latest_references(arn)}


def _check_components(request: Request) -> None:
    """Refuse components that are not there, or there twice."""
    entries = request.parameters.get("components", [])
    arns = [entry["componentArn"] for entry in entries]
    if len(set(arns)) < len(arns):
        raise InvalidRequestException("You can specify each component only one time in a recipe.")
    for text in arns:
        arn = Arn.parse(text)
        # Amazon and its partners offer far more components than are kept here: theirs are taken as they come.
        if arn is None or arn.account_id not in _AMAZON_ACCOUNTS:
            request.world.find(request.store, text)


def _platform(request: Request) -> str:
    """The platform that the parent image has, or that the recipe says it has."""
    parameters = request.parameters
    parent = parameters["parentImage"]
    if "platformOverride" in parameters:
        return str(parameters["platformOverride"])
    if parent.startswith("arn:") and ":imagebuilder:" in parent:
        return _image_platform(request, parent)
    for entry in parameters.get("components", []):
        arn = Arn.parse(entry["componentArn"])
        if arn is not None and arn.account_id == request.store.account_id:
            return str(request.world.find(request.store, entry["componentArn"]).document["platform"])
    return managed.platform_of(parent)


def _image_platform(request: Request, parent: str) -> str:
    arn = Arn.parse(parent)
    if arn is None or arn.kind != "image":
        raise InvalidParameterValueException.of("parentImage", f"'{parent}' is not the ARN of an image.")
    if arn.account_id == "aws":
        return managed.platform_of(arn.name)
    return str(request.world.find(request.store, parent).document["platform"])


def _is_used(request: Request, recipe: Resource) -> bool:
    return any(
        str(recipe.arn)
        in {pipeline.document.get("imageRecipeArn"), pipeline.document.get("containerRecipeArn")}
        for pipeline in request.store.of_kind("image-pipeline")
    )


OPERATIONS: Mapping[str, Handler] = {
    "CreateImageRecipe": _create_image_recipe,
    "GetImageRecipe": getter("imageRecipeArn", "imageRecipe"),
    "DeleteImageRecipe": deleter("imageRecipeArn", _is_used),
    "ListImageRecipes": lister("imageRecipeSummaryList", lambda request: owned(request, "image-recipe")),
    "CreateContainerRecipe": _create_container_recipe,
    "GetContainerRecipe": getter("containerRecipeArn", "containerRecipe"),
    "DeleteContainerRecipe": deleter("containerRecipeArn", _is_used),
    "ListContainerRecipes": lister(
        "containerRecipeSummaryList", lambda request: owned(request, "container-recipe")
    ),
}
