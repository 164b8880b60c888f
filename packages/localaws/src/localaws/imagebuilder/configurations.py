"""The operations on infrastructure configurations, distribution configurations and lifecycle policies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from localaws.imagebuilder.exceptions import (
    InvalidParameterCombinationException,
    InvalidParameterValueException,
)
from localaws.imagebuilder.generic import deleter, getter, lister, refuse_more, refuse_taken
from localaws.imagebuilder.models import Resource
from localaws.imagebuilder.request import Handler, Request, given
from localaws.imagebuilder.versions import slug

LIFECYCLE_POLICIES = 100
_KEPT = ("arn", "name", "dateCreated", "tags")


def _creator(kind: str, noun: str, arn_member: str, fill: Callable[[Request], dict[str, Any]]) -> Handler:
    def handler(request: Request) -> dict[str, Any]:
        document = fill(request)
        arn = request.store.arn(kind, slug(request.parameters["name"]))
        refuse_taken(request, noun, arn)
        request.add(Resource(arn, document))
        return {arn_member: str(arn)}

    return handler


def _updater(arn_member: str, fill: Callable[[Request], dict[str, Any]]) -> Handler:
    """An update replaces the whole configuration: what it leaves out goes back to its default."""

    def handler(request: Request) -> dict[str, Any]:
        resource = request.own(arn_member)
        kept = {name: resource.document[name] for name in _KEPT}
        changed = fill(request) | kept | {"dateUpdated": request.timestamp}
        changed.pop(arn_member)
        resource.document.clear()
        resource.document.update(changed)
        return {arn_member: str(resource.arn)}

    return handler


def _infrastructure(request: Request) -> dict[str, Any]:
    document = given(request)
    document.setdefault("terminateInstanceOnFailure", True)
    return document


def _distribution(request: Request) -> dict[str, Any]:
    document = given(request)
    regions = [entry["region"] for entry in document["distributions"]]
    for index, entry in enumerate(document["distributions"]):
        if set(entry) == {"region"}:
            raise InvalidParameterValueException.of(
                f"distributions[{index}]",
                "One or more outputs should be provided for each region in a distribution configuration.",
            )
        if regions.index(entry["region"]) != index:
            raise InvalidParameterValueException.of(
                f"distributions[{index}].region", f"'{entry['region']}' is there more than once."
            )
    # Twelve hours is what Image Builder gives a distribution that says nothing else.
    return document | {"regions": regions, "timeoutMinutes": 720}


def _new_lifecycle_policy(request: Request) -> dict[str, Any]:
    refuse_more(request, "lifecycle-policy", LIFECYCLE_POLICIES)
    return _lifecycle_policy(request)


def _lifecycle_policy(request: Request) -> dict[str, Any]:
    document = given(request)
    document.setdefault("status", "ENABLED")
    selection = document["resourceSelection"]
    if ("recipes" in selection) == ("tagMap" in selection):
        raise InvalidParameterCombinationException(
            "You must specify exactly one of 'resourceSelection.recipes' and 'resourceSelection.tagMap'."
        )
    actions = [detail["action"]["type"] for detail in document["policyDetails"]]
    if len(set(actions)) < len(actions):
        raise InvalidParameterValueException.of("policyDetails", "Each action may have one rule only.")
    if document["resourceType"] == "CONTAINER_IMAGE" and set(actions) != {"DELETE"}:
        raise InvalidParameterValueException.of(
            "policyDetails", "Policies for container images support only the DELETE action."
        )
    return document


def _changed_lifecycle_policy(request: Request) -> dict[str, Any]:
    before = request.own("lifecyclePolicyArn").document["resourceType"]
    if request.parameters["resourceType"] != before:
        raise InvalidParameterValueException.of("resourceType", f"It must stay '{before}'.")
    return _lifecycle_policy(request)


def _is_used(pipeline_member: str) -> Callable[[Request, Resource], bool]:
    def is_used(request: Request, resource: Resource) -> bool:
        return any(
            pipeline.document.get(pipeline_member) == str(resource.arn)
            for pipeline in request.store.of_kind("image-pipeline")
        )

    return is_used


def _all_of(kind: str) -> Callable[[Request], list[Resource]]:
    return lambda request: request.store.of_kind(kind)


_INFRASTRUCTURE = "infrastructureConfigurationArn"
_DISTRIBUTION = "distributionConfigurationArn"
_LIFECYCLE = "lifecyclePolicyArn"

OPERATIONS: Mapping[str, Handler] = {
    "CreateInfrastructureConfiguration": _creator(
        "infrastructure-configuration", "InfrastructureConfiguration", _INFRASTRUCTURE, _infrastructure
    ),
    "UpdateInfrastructureConfiguration": _updater(_INFRASTRUCTURE, _infrastructure),
    "GetInfrastructureConfiguration": getter(_INFRASTRUCTURE, "infrastructureConfiguration"),
    "DeleteInfrastructureConfiguration": deleter(_INFRASTRUCTURE, _is_used(_INFRASTRUCTURE)),
    "ListInfrastructureConfigurations": lister(
        "infrastructureConfigurationSummaryList", _all_of("infrastructure-configuration")
    ),
    "CreateDistributionConfiguration": _creator(
        "distribution-configuration", "DistributionConfiguration", _DISTRIBUTION, _distribution
    ),
    "UpdateDistributionConfiguration": _updater(_DISTRIBUTION, _distribution),
    "GetDistributionConfiguration": getter(_DISTRIBUTION, "distributionConfiguration"),
    "DeleteDistributionConfiguration": deleter(_DISTRIBUTION, _is_used(_DISTRIBUTION)),
    "ListDistributionConfigurations": lister(
        "distributionConfigurationSummaryList", _all_of("distribution-configuration")
    ),
    "CreateLifecyclePolicy": _creator(
        "lifecycle-policy", "LifecyclePolicy", _LIFECYCLE, _new_lifecycle_policy
    ),
    "UpdateLifecyclePolicy": _updater(_LIFECYCLE, _changed_lifecycle_policy),
    "GetLifecyclePolicy": getter(_LIFECYCLE, "lifecyclePolicy"),
    "DeleteLifecyclePolicy": deleter(_LIFECYCLE),
    "ListLifecyclePolicies": lister("lifecyclePolicySummaryList", _all_of("lifecycle-policy")),
}
