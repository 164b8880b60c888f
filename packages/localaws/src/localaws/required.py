"""What an operation cannot do without, as botocore's model says, checked before anything is carried out.

Moto takes much of it for given, and would fail in the middle of the call.
https://smithy.io/2.0/spec/type-refinement-traits.html#required-trait
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from localaws.errors import AwsError
from localaws.models import Operation


def check_required(operation: Operation, parameters: Mapping[str, Any]) -> None:
    """Refuse a call that lacks what its operation needs within the members that it gives.

    Raises:
        AwsError: a required member is missing, in the words and with the code of the service's protocol.

    """
    shape = operation.model.input_shape
    if not isinstance(shape, StructureShape):
        return
    for name, member in shape.members.items():
        missing = next(_missing(member, parameters.get(name), name[:1].lower() + name[1:]), None)
        if missing is not None:
            raise _refusal(operation, missing)


def _missing(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """The paths of required members that a value lacks."""
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        for name in shape.required_members:
            if value.get(name) is None:
                yield f"{path}.{name[:1].lower()}{name[1:]}"
        for name, item in value.items():
            if name in shape.members:
                yield from _missing(shape.members[name], item, f"{path}.{name[:1].lower()}{name[1:]}")
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for number, item in enumerate(value, 1):
            yield from _missing(shape.member, item, f"{path}.{number}.member")
    elif isinstance(shape, MapShape) and isinstance(value, Mapping):
        for key, item in value.items():
            yield from _missing(shape.value, item, f"{path}.{key}.member")


def _refusal(operation: Operation, path: str) -> AwsError:
    if operation.service == "s3":
        return AwsError(
            "The XML you provided was not well-formed or did not validate against our published schema",
            code="MalformedXML",
        )
    if operation.service == "ec2":
        return AwsError(f"The request must contain the parameter {path}", code="MissingParameter")
    code = "ValidationError" if operation.protocol == "query" else "ValidationException"
    return AwsError(
        f"1 validation error detected: Value null at '{path}' failed to satisfy constraint: "
        "Member must not be null",
        code=code,
    )
