"""The `filters` of the list operations, by the names that the service model documents for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from localaws.imagebuilder.exceptions import InvalidParameterValueException

ALLOWED: Mapping[str, frozenset[str]] = {
    "ListComponents": frozenset(
        ["description", "name", "platform", "productCodes", "status", "supportedOsVersion", "type", "version"]
    ),
    "ListContainerRecipes": frozenset(["containerType", "name", "parentImage", "platform"]),
    "ListDistributionConfigurations": frozenset(["name"]),
    "ListImageBuildVersions": frozenset(["name", "osVersion", "platform", "type", "version"]),
    "ListImagePipelineImages": frozenset(["name", "version"]),
    "ListImagePipelines": frozenset(
        [
            "description",
            "distributionConfigurationArn",
            "imageRecipeArn",
            "infrastructureConfigurationArn",
            "name",
            "status",
        ]
    ),
    "ListImageRecipes": frozenset(["name", "parentImage", "platform"]),
    "ListImages": frozenset(["name", "osVersion", "platform", "type", "version"]),
    "ListInfrastructureConfigurations": frozenset(["name"]),
    "ListLifecyclePolicies": frozenset(["name", "resourceType", "status"]),
    "ListWorkflows": frozenset(["name", "version", "description", "type"]),
    "ListImageScanFindings": frozenset(
        ["imageBuildVersionArn", "imagePipelineArn", "vulnerabilityId", "severity"]
    ),
}
# Where a filter's name is not the member that it looks at.
_MEMBERS = {"supportedOsVersion": "supportedOsVersions"}


def check(operation: str, filters: Sequence[Mapping[str, Any]]) -> None:
    """Refuse filters that the operation does not have.

    Raises:
        InvalidParameterValueException: an unknown filter name.

    """
    for index, given in enumerate(filters):
        if given.get("name") not in ALLOWED[operation]:
            raise InvalidParameterValueException.of(
                f"filters[{index}].name", f"Use one of {', '.join(sorted(ALLOWED[operation]))}."
            )


def accepts(filters: Sequence[Mapping[str, Any]], document: Mapping[str, Any]) -> bool:
    """Whether a document passes all filters: any of a filter's values is enough."""
    return all(
        any(_equals(given["name"], wanted, document) for wanted in given.get("values", ()))
        for given in filters
    )


def _equals(name: str, wanted: str, document: Mapping[str, Any]) -> bool:
    value = document.get(_MEMBERS.get(name, name))
    if isinstance(value, list):
        return any(str(item).startswith(wanted) for item in value)
    if name == "name" and isinstance(value, str):
        return _matches_name(value, wanted)
    return value is not None and str(value) == wanted


def _matches_name(name: str, wanted: str) -> bool:
    """Names know the wildcards `web*` (begins with) and `*web*` (contains), and no others."""
    if wanted.startswith("*") and wanted.endswith("*") and len(wanted) > 1:
        return wanted[1:-1] in name
    if wanted.endswith("*"):
        return name.startswith(wanted[:-1])
    return name == wanted
