"""The operations on tags, resource policies and AWS Marketplace resources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from localaws.imagebuilder import managed
from localaws.imagebuilder.exceptions import (
    InvalidParameterCombinationException,
    InvalidParameterException,
    InvalidParameterValueException,
    ResourceNotFoundException,
)
from localaws.imagebuilder.request import Handler, Request

HIGHEST_TAG_COUNT = 50
_EXPIRES_SECONDS = 900


def _put_policy(arn_member: str) -> Handler:
    def handler(request: Request) -> dict[str, Any]:
        resource = request.own(arn_member)
        policy = request.parameters["policy"]
        _check_policy(policy)
        resource.policy = policy
        return {arn_member: str(resource.arn)}

    return handler


def _check_policy(policy: str) -> None:
    """Refuse what is no policy document.

    Raises:
        InvalidParameterValueException: the text is not JSON, or has no statements.

    """
    try:
        document = json.loads(policy)
    except ValueError:
        raise InvalidParameterValueException.of("policy", "It is not valid JSON.") from None
    statements = document.get("Statement") if isinstance(document, dict) else None
    entries = statements if isinstance(statements, list) else [statements]
    if not all(isinstance(entry, dict) and {"Effect", "Action"} <= set(entry) for entry in entries):
        raise InvalidParameterValueException.of("policy", "Each statement needs an Effect and an Action.")


def _get_policy(arn_member: str) -> Handler:
    def handler(request: Request) -> dict[str, Any]:
        resource = request.find(arn_member)
        if resource.policy is None:
            raise ResourceNotFoundException(f"The resource '{resource.arn}' has no resource policy.")
        return {"policy": resource.policy}

    return handler


def _tag(request: Request) -> dict[str, Any]:
    resource = request.own("resourceArn")
    tags = resource.tags | request.parameters["tags"]
    if len(tags) > HIGHEST_TAG_COUNT:
        raise InvalidParameterException(f"A resource can have at most {HIGHEST_TAG_COUNT} tags.")
    resource.tags.update(tags)
    return {}


def _untag(request: Request) -> dict[str, Any]:
    resource = request.own("resourceArn")
    for key in request.parameters["tagKeys"]:
        resource.tags.pop(key, None)
    return {}


def _list_tags(request: Request) -> dict[str, Any]:
    return {"tags": dict(request.find("resourceArn").tags)}


def _marketplace_resource(request: Request) -> dict[str, Any]:
    """The content of a Marketplace component, or a link to one of its artifacts."""
    component = request.find("resourceArn")
    if component.arn.account_id != managed.MARKETPLACE_ACCOUNT:
        raise ResourceNotFoundException.of(request.parameters["resourceArn"])
    output = {"resourceArn": str(component.arn)}
    location = request.parameters.get("resourceLocation")
    if request.parameters["resourceType"] == "COMPONENT_DATA":
        return output | {"data": component.document["data"]}
    if location is None:
        raise InvalidParameterCombinationException(
            "You must specify 'resourceLocation' for a resource of type COMPONENT_ARTIFACT."
        )
    bucket, _, key = location.removeprefix("s3://").partition("/")
    address = f"https://{bucket}.s3.{request.store.region}.amazonaws.com/{key}"
    return output | {"url": f"{address}?X-Amz-Expires={_EXPIRES_SECONDS}"}


OPERATIONS: Mapping[str, Handler] = {
    "PutComponentPolicy": _put_policy("componentArn"),
    "PutContainerRecipePolicy": _put_policy("containerRecipeArn"),
    "PutImagePolicy": _put_policy("imageArn"),
    "PutImageRecipePolicy": _put_policy("imageRecipeArn"),
    "GetComponentPolicy": _get_policy("componentArn"),
    "GetContainerRecipePolicy": _get_policy("containerRecipeArn"),
    "GetImagePolicy": _get_policy("imageArn"),
    "GetImageRecipePolicy": _get_policy("imageRecipeArn"),
    "TagResource": _tag,
    "UntagResource": _untag,
    "ListTagsForResource": _list_tags,
    "GetMarketplaceResource": _marketplace_resource,
}
