"""The operations on components."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localaws.imagebuilder import documents
from localaws.imagebuilder.exceptions import InvalidParameterCombinationException
from localaws.imagebuilder.generic import (
    REFERENCES,
    add_build,
    deleter,
    getter,
    lister,
    versions_page,
)
from localaws.imagebuilder.models import Resource
from localaws.imagebuilder.request import Handler, Request, given
from localaws.imagebuilder.versions import Arn, latest_references, parse_version, slug

_CONTENT = {
    "description",
    "changeDescription",
    "platform",
    "supportedOsVersions",
    "data",
    "uri",
    "kmsKeyId",
    "type",
}


def one_source(request: Request) -> None:
    """Refuse a document given twice or not at all.

    Raises:
        InvalidParameterCombinationException: not exactly one of `data` and `uri` came.

    """
    if ("data" in request.parameters) == ("uri" in request.parameters):
        raise InvalidParameterCombinationException("You must specify exactly one of 'data' and 'uri'.")


def _create(request: Request) -> dict[str, Any]:
    one_source(request)
    document = given(request, "semanticVersion")
    # What a uri points to is not read, so its type is the usual one.
    document["type"] = "BUILD"
    if "data" in request.parameters:
        parsed = documents.read(request.parameters["data"], "phases")
        document |= {
            "type": documents.component_type(parsed),
            "parameters": documents.parameters(parsed),
        }
    return _add(request, document)


def _import(request: Request) -> dict[str, Any]:
    one_source(request)
    document = given(request, "semanticVersion", "format")
    if "data" in request.parameters:
        document["data"] = documents.shell_component(
            document["name"], document["data"], document["platform"], document["type"]
        )
    output = _add(request, document)
    del output[REFERENCES]
    return output


def _add(request: Request, document: dict[str, Any]) -> dict[str, Any]:
    parameters = request.parameters
    version = parameters["semanticVersion"]
    parse_version(version)
    document |= {
        "version": version,
        "owner": request.store.account_id,
        "state": {"status": "ACTIVE"},
        "encrypted": True,
        "obfuscate": False,
    }
    arn = request.store.arn("component", slug(parameters["name"]), version)
    resource = add_build(request, "Component", arn, document, _CONTENT)
    return {
        "componentBuildVersionArn": str(resource.arn),
        REFERENCES: latest_references(resource.arn),
    }


def _is_used(request: Request, component: Resource) -> bool:
    recipes = [*request.store.of_kind("image-recipe"), *request.store.of_kind("container-recipe")]
    used = [entry["componentArn"] for recipe in recipes for entry in recipe.document.get("components", [])]
    return any(request.world.find(request.store, arn) is component for arn in used if _is_own(component, arn))


def _is_own(component: Resource, text: str) -> bool:
    arn = Arn.parse(text)
    return arn is not None and arn.at(None) == component.arn.at(None)


def _build_versions(request: Request) -> list[Resource]:
    wanted = request.parameters.get("componentVersionArn")
    return [
        resource
        for resource in request.store.of_kind("component")
        if wanted in {None, str(resource.arn.at(resource.arn.version))}
        and resource.document["state"]["status"] != "DEPRECATED"
    ]


OPERATIONS: Mapping[str, Handler] = {
    "CreateComponent": _create,
    "ImportComponent": _import,
    "GetComponent": getter("componentBuildVersionArn", "component"),
    "DeleteComponent": deleter("componentBuildVersionArn", _is_used),
    "ListComponents": lambda request: versions_page(request, "componentVersionList", "component"),
    "ListComponentBuildVersions": lister("componentSummaryList", _build_versions),
}
