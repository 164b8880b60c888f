"""What Get, Delete and List operations of all kinds of resources have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from localaws.imagebuilder import filters
from localaws.imagebuilder.encryption import use_key
from localaws.imagebuilder.exceptions import (
    InvalidParameterCombinationException,
    ResourceAlreadyExistsException,
    ResourceDependencyException,
    ServiceQuotaExceededException,
)
from localaws.imagebuilder.models import Resource
from localaws.imagebuilder.pagination import page
from localaws.imagebuilder.request import Handler, Request
from localaws.imagebuilder.shapes import output_members, project
from localaws.imagebuilder.versions import Arn, latest_references

REFERENCES = "latestVersionReferences"
_LAPSED = "DEPRECATED"


def getter(arn_member: str, output_member: str) -> Handler:
    """The handler of a Get operation that shows one resource."""

    def handler(request: Request) -> dict[str, Any]:
        resource = request.find(arn_member)
        members = output_members(request.call.operation)
        output: dict[str, Any] = {output_member: project(members[output_member], resource.document)}
        if REFERENCES in members:
            output[REFERENCES] = latest_references(resource.arn)
        return output

    return handler


def deleter(arn_member: str, needed: Callable[[Request, Resource], bool] = lambda *_: False) -> Handler:
    """The handler of a Delete operation; `needed` says whether another resource holds this one."""

    def handler(request: Request) -> dict[str, Any]:
        resource = request.own(arn_member)
        if resource.shared_accounts() or needed(request, resource):
            raise ResourceDependencyException.of(str(resource.arn))
        del request.store.resources[str(resource.arn)]
        return {arn_member: str(resource.arn)}

    return handler


def lister(output_member: str, find: Callable[[Request], Iterable[Resource]]) -> Handler:
    """The handler of a List operation that shows a summary of each resource that `find` finds."""

    def handler(request: Request) -> dict[str, Any]:
        return page_of(request, output_member, find(request))

    return handler


def page_of(request: Request, output_member: str, resources: Iterable[Resource]) -> dict[str, Any]:
    """One page of the resources that pass the request's filters, as the operation summarises them."""
    operation = request.call.operation
    wanted = request.parameters.get("filters", [])
    filters.check(operation, wanted)
    shape = output_members(operation)[output_member].member
    return page(
        operation,
        request.parameters,
        output_member,
        [
            (resource.sequence, project(shape, resource.document))
            for resource in resources
            if filters.accepts(wanted, searchable(resource))
        ],
    )


def searchable(resource: Resource) -> dict[str, Any]:
    """A resource's members as filters look at them: a state counts as its status."""
    document = resource.document
    return {**document, "status": document.get("status") or document.get("state", {}).get("status")}


def owned(request: Request, kind: str) -> list[Resource]:
    """The resources of a kind that belong to the owner that the request asks for: by default, the caller."""
    store = request.store
    owner = request.parameters.get("owner", "Self")
    if owner == "Self":
        return store.of_kind(kind)
    if owner == "Shared":
        return request.world.shared_with(store, kind)
    return [
        resource
        for resource in request.world.managed(store.partition, store.region).of_kind(kind)
        if resource.document["owner"] == owner
    ]


def versions_page(request: Request, output_member: str, kind: str) -> dict[str, Any]:
    """One page of versions, each the latest of its builds; with `byName`, of names.

    Raises:
        InvalidParameterCombinationException: `byName` came with a filter on versions.

    """
    by_name = bool(request.parameters.get("byName"))
    wanted = request.parameters.get("filters", [])
    named = {given.get("name") for given in wanted}
    if by_name and "version" in named:
        raise InvalidParameterCombinationException("byName cannot be combined with the version filter.")
    latest: dict[Arn, Resource] = {}
    for resource in owned(request, kind):
        status = resource.document.get("state", {}).get("status")
        if status == _LAPSED and kind == "component" and "status" not in named:
            continue
        arn = resource.arn.at("x.x.x" if by_name else resource.arn.version)
        version = (arn.version or "").partition("/")[0]
        document = {**resource.document, "arn": str(arn), "version": version, "status": status}
        latest[arn] = Resource(arn, document, sequence=resource.sequence)
    return page_of(request, output_member, latest.values())


def refuse_taken(request: Request, noun: str, arn: Arn) -> None:
    """Refuse to create what exists.

    Raises:
        ResourceAlreadyExistsException: the ARN is taken.

    """
    if str(arn) in request.store.resources:
        raise ResourceAlreadyExistsException.of(noun, str(arn))


def refuse_more(request: Request, kind: str, quota: int) -> None:
    """Refuse to go over a quota.

    Raises:
        ServiceQuotaExceededException: the account has `quota` resources of the kind in the Region.

    """
    if len(request.store.of_kind(kind)) >= quota:
        raise ServiceQuotaExceededException(
            f"You have reached the quota of {quota} resources of type {kind} in this Region."
        )


def add_build(request: Request, noun: str, arn: Arn, document: dict[str, Any], content: set[str]) -> Resource:
    """Add the next build of a version of a component or workflow.

    Raises:
        ResourceAlreadyExistsException: the latest build has the same `content` members.

    """
    builds = request.store.builds_of(arn)
    if builds:
        latest = builds[-1]
        if all(latest.document.get(name) == document.get(name) for name in content):
            raise ResourceAlreadyExistsException.of(noun, str(latest.arn))
    number = max((build.arn.build or 0 for build in builds), default=0) + 1
    use_key(request)
    resource = Resource(arn.at(arn.version, number), document)
    request.add(resource)
    return resource
