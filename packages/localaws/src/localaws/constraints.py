"""What botocore's model asks of parameters, checked before anything is carried out.

Moto takes much of it for given, and would fail in the middle of the call. Checked are members that cannot be
left out, ranges of numbers and lengths of lists.
https://smithy.io/2.0/spec/constraint-traits.html, https://smithy.io/2.0/spec/type-refinement-traits.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from localaws.errors import AwsError
from localaws.models import Operation
from localaws.s3_xml import MalformedXmlError


def check_given(operation: Operation, parameters: Mapping[str, Any]) -> None:
    """Refuse a call that gives something that breaks its model; what it does not give at all is not asked.

    Raises:
        AwsError: as `check_present`.

    """
    shape = operation.model.input_shape
    if isinstance(shape, StructureShape):
        named = ((name, value) for name, value in parameters.items() if name in shape.members)
        for name, value in named:
            problem = next(_problems(shape.members[name], value, _below("", name)), None)
            if problem is not None:
                raise _refusal(operation, *problem)


def check_present(operation: Operation, parameters: Mapping[str, Any]) -> None:
    """Refuse a call that leaves out what its model requires; what it gives, `check_given` has checked.

    Raises:
        AwsError: something is missing, in the words and with the code of the service's protocol.

    """
    shape = operation.model.input_shape
    if isinstance(shape, StructureShape):
        missing = (name for name in shape.members if parameters.get(name) is None)
        problem = next(chain.from_iterable(_absence(shape, name, "") for name in missing), None)
        if problem is not None:
            raise _refusal(operation, *problem)


def _problems(shape: Shape, value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Path and message of each break."""
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        yield from _structure_problems(shape, value, path)
    elif isinstance(shape, ListShape) and isinstance(value, list):
        yield from _range_problems(shape, len(value), f"{path}", "length")
        for number, item in enumerate(value, 1):
            yield from _problems(shape.member, item, f"{path}.{number}.member")
    elif isinstance(shape, MapShape) and isinstance(value, Mapping):
        for key, item in value.items():
            yield from _problems(shape.value, item, f"{path}.{key}.member")
    elif shape.type_name in {"integer", "long"} and isinstance(value, int):
        yield from _range_problems(shape, value, path, "value")


def _structure_problems(
    shape: StructureShape, value: Mapping[str, Any], path: str
) -> Iterator[tuple[str, str]]:
    for name, member in shape.members.items():
        if value.get(name) is None:
            yield from _absence(shape, name, path)
        else:
            yield from _problems(member, value[name], _below(path, name))


def _absence(shape: StructureShape, name: str, path: str) -> Iterator[tuple[str, str]]:
    """That a member is missing, where it is required; tokens that clients make up may be left out."""
    if name in shape.required_members and not shape.members[name].metadata.get("idempotencyToken"):
        below = _below(path, name)
        yield below, f"Value null at '{below}' failed to satisfy constraint: Member must not be null"


def _below(path: str, name: str) -> str:
    return f"{path}.{name[:1].lower()}{name[1:]}".lstrip(".")


def _range_problems(shape: Shape, number: int, path: str, what: str) -> Iterator[tuple[str, str]]:
    """What lies outside of the model's range."""
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    found = f"Value '{number}' at '{path}' failed to satisfy constraint: Member must have {what}"
    if least is not None and number < least:
        yield path, f"{found} greater than or equal to {least}"
    if most is not None and number > most:
        yield path, f"{found} less than or equal to {most}"


def _refusal(operation: Operation, path: str, message: str) -> AwsError:
    if operation.service == "s3" and message.startswith("Value null"):
        return MalformedXmlError()
    if operation.service == "ec2" and message.startswith("Value null"):
        return AwsError(f"The request must contain the parameter {path}", code="MissingParameter")
    if operation.service == "s3":
        return AwsError(message, code="InvalidArgument")
    code = "ValidationError" if operation.protocol in {"query", "ec2"} else "ValidationException"
    return AwsError(f"1 validation error detected: {message}", code=code)
