"""Lifecycle executions: changes of an image's state that StartResourceStateUpdate asks for."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from localaws.imagebuilder.builds import Build
from localaws.imagebuilder.exceptions import (
    InvalidParameterCombinationException,
    InvalidParameterValueException,
    InvalidRequestException,
    ResourceInUseException,
    ResourceNotFoundException,
)
from localaws.imagebuilder.models import Resource, Store
from localaws.imagebuilder.pagination import page
from localaws.imagebuilder.progress import Effect
from localaws.imagebuilder.request import Handler, Request

RUN_SECONDS = 0.5
_ENDED = frozenset(["SUCCESS", "FAILED", "CANCELLED"])
_ACTIONS = {
    "AVAILABLE": "AVAILABLE",
    "DELETED": "DELETE",
    "DEPRECATED": "DEPRECATE",
    "DISABLED": "DISABLE",
}
_SETTLED = frozenset(["AVAILABLE", "DEPRECATED", "DISABLED", "FAILED", "CANCELLED"])


@dataclass(eq=False, slots=True)
class LifecycleExecution:
    """One change of an image's state, which begins at `due` and takes a moment."""

    image: Resource
    store: Store
    target: str
    due: datetime
    amis: list[Mapping[str, Any]]
    id: str = field(default_factory=lambda: f"lce-{uuid.uuid4()}")
    status: str = "PENDING"
    started: datetime | None = None
    ended: datetime | None = None
    effects: deque[Effect] = field(default_factory=deque)

    @property
    def finished(self) -> bool:
        """Whether it came to an end."""
        return self.status in _ENDED

    def advance(self, now: datetime) -> bool:
        """Begin or end when it is time."""
        if self.status == "PENDING" and self.due <= now:
            self.status, self.started = "IN_PROGRESS", self.due
            return True
        end = self.due + timedelta(seconds=RUN_SECONDS)
        if self.status == "IN_PROGRESS" and end <= now:
            self.status, self.ended = "SUCCESS", end
            apply_state(self.store, self.image, self.target)
            return True
        return False

    def document(self) -> dict[str, Any]:
        """The members that GetLifecycleExecution shows."""
        shown = {
            "lifecycleExecutionId": self.id,
            "resourcesImpactedSummary": {"hasImpactedResources": True},
            "state": {"status": self.status},
            "startTime": self.started,
            "endTime": self.ended,
        }
        return {name: value for name, value in shown.items() if value is not None}

    def resources(self, parent: str | None) -> list[dict[str, Any]]:
        """What it acts upon: the image itself, or the outputs of the image that `parent` names."""
        status = {"SUCCESS": "SUCCESS", "CANCELLED": "SKIPPED", "FAILED": "FAILED"}
        common = {
            "accountId": self.image.arn.account_id,
            "state": {"status": status.get(self.status, "IN_PROGRESS")},
            "action": {"name": _ACTIONS[self.target]},
        }
        if parent is None:
            return [{"resourceId": str(self.image.arn), "region": self.image.arn.region, **common}]
        if parent != str(self.image.arn):
            return []
        return [{"resourceId": ami["image"], "region": ami["region"], **common} for ami in self.amis]


def apply_state(store: Store, image: Resource, target: str) -> None:
    """Bring an image into a state that no build leads to; DELETED takes it away."""
    if target == "DELETED":
        store.resources.pop(str(image.arn), None)
        return
    build = store.activities.get(str(image.arn))
    if isinstance(build, Build):
        build.enter(target)


def _start(request: Request) -> dict[str, Any]:
    parameters = request.parameters
    image = request.own("resourceArn")
    target = parameters["state"].get("status", "AVAILABLE")
    included = parameters.get("includeResources", {})
    _check(request, image, target)
    output = {"resourceArn": str(image.arn)}
    scheduled = _scheduled(request) if "updateAt" in parameters else None
    if not included and scheduled is None:
        apply_state(request.store, image, target)
        request.start(request.store.activities[str(image.arn)])
        return output
    if any(execution.image is image and not execution.finished for execution in _executions(request)):
        raise ResourceInUseException(
            f"The image '{image.arn}' already has a lifecycle execution in progress."
        )
    amis = image.document["outputResources"].get("amis", []) if included.get("amis") else []
    execution = LifecycleExecution(image, request.store, target, scheduled or request.now, amis)
    image.document["lifecycleExecutionId"] = execution.id
    if scheduled is not None:
        image.document["deprecationTime"] = scheduled
    request.store.activities[execution.id] = execution
    request.start(execution)
    return {"lifecycleExecutionId": execution.id, **output}


def _scheduled(request: Request) -> datetime:
    """When the change is to happen. Parsed timestamps may come without their time zone, which is UTC."""
    moment: datetime = request.parameters["updateAt"]
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _check(request: Request, image: Resource, target: str) -> None:
    """Refuse what the image's state or type does not allow, and members without their companions."""
    parameters = request.parameters
    status = image.document["state"]["status"]
    if status not in _SETTLED:
        raise ResourceInUseException(f"The image '{image.arn}' is {status}: wait until its build has ended.")
    if status in {"FAILED", "CANCELLED"} and target != "DELETED":
        raise InvalidRequestException(f"The image '{image.arn}' is {status} and can only become DELETED.")
    if image.document["type"] == "DOCKER" and target != "DELETED":
        raise InvalidParameterValueException.of("state.status", "Container images can only become DELETED.")
    if ("executionRole" in parameters) != ("includeResources" in parameters):
        raise InvalidParameterCombinationException(
            "You must specify 'executionRole' and 'includeResources' together."
        )
    if target == "DELETED" and not parameters.get("includeResources"):
        raise InvalidParameterCombinationException(
            "You must specify 'includeResources' to delete an image; DeleteImage deletes the record only."
        )
    if "updateAt" in parameters and (target != "DEPRECATED" or _scheduled(request) <= request.now):
        raise InvalidParameterValueException.of(
            "updateAt", "It must lie in the future, and the state must be DEPRECATED."
        )


def _executions(request: Request) -> list[LifecycleExecution]:
    activities = request.store.activities.values()
    return [activity for activity in activities if isinstance(activity, LifecycleExecution)]


def _execution(request: Request) -> LifecycleExecution:
    wanted = request.parameters["lifecycleExecutionId"]
    for execution in _executions(request):
        if execution.id == wanted:
            return execution
    raise ResourceNotFoundException.of(wanted)


def _cancel(request: Request) -> dict[str, Any]:
    execution = _execution(request)
    if execution.finished:
        raise ResourceInUseException(
            f"The lifecycle execution '{execution.id}' is {execution.status} and cannot be cancelled."
        )
    execution.status, execution.ended = "CANCELLED", request.now
    execution.image.document.pop("deprecationTime", None)
    return {"lifecycleExecutionId": execution.id}


def _list(request: Request) -> dict[str, Any]:
    wanted = request.parameters["resourceArn"]
    if ":image/" not in wanted and ":lifecycle-policy/" not in wanted:
        raise InvalidParameterValueException.of(
            "resourceArn", "It must be the ARN of a lifecycle policy or of an image build version."
        )
    entries = [
        (number, execution.document())
        for number, execution in enumerate(_executions(request))
        if str(execution.image.arn) == wanted
    ]
    return page(request.call.operation, request.parameters, "lifecycleExecutions", entries)


def _list_resources(request: Request) -> dict[str, Any]:
    execution = _execution(request)
    resources = execution.resources(request.parameters.get("parentResourceId"))
    return {
        "lifecycleExecutionId": execution.id,
        "lifecycleExecutionState": {"status": execution.status},
        **page(request.call.operation, request.parameters, "resources", list(enumerate(resources))),
    }


OPERATIONS: Mapping[str, Handler] = {
    "StartResourceStateUpdate": _start,
    "GetLifecycleExecution": lambda request: {"lifecycleExecution": _execution(request).document()},
    "CancelLifecycleExecution": _cancel,
    "ListLifecycleExecutions": _list,
    "ListLifecycleExecutionResources": _list_resources,
}
