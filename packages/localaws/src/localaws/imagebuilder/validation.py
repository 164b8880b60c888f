"""Checks a request against botocore's model: required members, enumerations, patterns and bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import Shape

from localaws.imagebuilder.exceptions import (
    InvalidParameterException,
    InvalidParameterValueException,
    InvalidRequestException,
)
from localaws.imagebuilder.shapes import operation_model

_TAGGING = frozenset({"TagResource", "UntagResource", "ListTagsForResource"})


def validate(operation: str, parameters: Mapping[str, Any]) -> None:
    """Refuse a request that breaks the model.

    Raises:
        InvalidRequestException: a required member is missing.
        InvalidParameterValueException: a value breaks its shape.
        InvalidParameterException: the same, of a tagging operation.

    """
    shape = operation_model(operation).input_shape
    missing = [name for name in shape.required_members if parameters.get(name) is None]
    if missing:
        raise InvalidRequestException(f"The request is missing the required parameter '{missing[0]}'.")
    for path, reason in _faults(shape, parameters, ""):
        error = InvalidParameterValueException.of(path, reason)
        raise InvalidParameterException(error.message) if operation in _TAGGING else error


def _faults(shape: Shape, value: Any, path: str) -> Iterator[tuple[str, str]]:
    """The path of each wrong value, and what is wrong with it."""
    match shape.type_name:
        case "structure":
            yield from _structure_faults(shape, value, path)
        case "list":
            yield from _size_faults(shape, len(value), path, "items")
            for index, item in enumerate(value):
                yield from _faults(shape.member, item, f"{path}[{index}]")
        case "map":
            yield from _size_faults(shape, len(value), path, "entries")
            for key, item in value.items():
                yield from _faults(shape.key, key, f"{path}.{key}")
                yield from _faults(shape.value, item, f"{path}.{key}")
        case "string":
            yield from _string_faults(shape, value, path)
        case "integer" | "long" | "float" | "double":
            yield from _bound_faults(shape, value, path)


def _structure_faults(shape: Shape, value: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield f"{path}.{name}".lstrip("."), f"'{name}' is required."
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from _faults(member, value[name], f"{path}.{name}".lstrip("."))


def _string_faults(shape: Shape, value: str, path: str) -> Iterator[tuple[str, str]]:
    if shape.enum and value not in shape.enum:
        yield path, f"'{path}' must be one of {', '.join(shape.enum)}."
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        yield path, f"'{path}' must match pattern {pattern}"
    yield from _size_faults(shape, len(value), path, "characters")


def _size_faults(shape: Shape, size: int, path: str, unit: str) -> Iterator[tuple[str, str]]:
    lowest, highest = shape.metadata.get("min", 0), shape.metadata.get("max")
    if size < lowest:
        yield path, f"'{path}' must have at least {lowest} {unit}."
    if highest is not None and size > highest:
        yield path, f"'{path}' must have at most {highest} {unit}."


def _bound_faults(shape: Shape, value: float, path: str) -> Iterator[tuple[str, str]]:
    lowest, highest = shape.metadata.get("min"), shape.metadata.get("max")
    if lowest is not None and value < lowest:
        yield path, f"'{path}' must be at least {lowest}."
    if highest is not None and value > highest:
        yield path, f"'{path}' must be at most {highest}."
