"""Botocore's model of Image Builder: its operations, and the shapes of what they take and give."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.model import OperationModel, ServiceModel, Shape


@cache
def service_model() -> ServiceModel:
    """The service model, read once."""
    return botocore.session.get_session().get_service_model("imagebuilder")


@cache
def operation_model(operation: str) -> OperationModel:
    """One operation's model."""
    return service_model().operation_model(operation)


@cache
def output_members(operation: str) -> Mapping[str, Shape]:
    """The members of an operation's output, by name."""
    members: Mapping[str, Shape] = operation_model(operation).output_shape.members
    return members


def project(shape: Shape, document: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of those members of a document, at all depths, that a structure shape has."""
    return {
        name: _copy(member, document[name])
        for name, member in shape.members.items()
        if document.get(name) is not None
    }


def _copy(shape: Shape, value: Any) -> Any:
    match shape.type_name:
        case "structure":
            return project(shape, value)
        case "list":
            return [_copy(shape.member, item) for item in value]
        case "map":
            return {key: _copy(shape.value, item) for key, item in value.items()}
    return value
