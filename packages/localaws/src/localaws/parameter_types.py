"""Whether parameters have the types that botocore's model gives them, as the readers of AWS's JSON ask.

Values of the wrong type are AWS's SerializationException: a mistake of the client's, not to be tried again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from localaws.errors import AwsError

_NUMBERS: dict[str, tuple[type, ...]] = {
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
}
_NAMES = {bool: "TRUE_VALUE", int: "NUMBER_VALUE", float: "DECIMAL_VALUE", str: "STRING_VALUE"}
_WANTED = {
    "string": "a String",
    "boolean": "a Boolean",
    "integer": "an Integer",
    "long": "a Long",
    "float": "a Float",
    "double": "a Double",
    "timestamp": "a Timestamp",
}


class SerializationError(AwsError, ValueError):
    """A parameter is of another type than its model says."""

    code = "SerializationException"


def check_body(shape: Shape | None, document: Any) -> None:
    """Check the body of a request in one of AWS's JSON protocols.

    Raises:
        SerializationError: a member is of another type than the model's.

    """
    _expect(document, Mapping)
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            if "location" not in member.serialization:
                check_types(member, document.get(member.serialization.get("name", name)))


def check_types(shape: Shape | None, value: Any) -> None:
    """Let only values pass whose types are the model's.

    Raises:
        SerializationError: one is of another type.

    """
    if shape is None or value is None or shape.metadata.get("document"):
        return
    if isinstance(shape, StructureShape):
        _expect(value, Mapping)
        for name, member in shape.members.items():
            check_types(member, value.get(name, value.get(member.serialization.get("name", name))))
    elif isinstance(shape, MapShape):
        _expect(value, Mapping)
        for item in value.values():
            check_types(shape.value, item)
    elif isinstance(shape, ListShape):
        _expect(value, list)
        for item in value:
            if item is None:
                raise SerializationError("Unexpected field type")
            check_types(shape.member, item)
    elif not _fits(shape.type_name, value):
        found = "FALSE_VALUE" if value is False else _NAMES.get(type(value))
        wanted = _WANTED.get(shape.type_name, "a value of its type")
        raise SerializationError(
            f"{found} can not be converted to {wanted}"
            if found
            else "Start of structure or map found where not expected."
        )


def check_text(value: Any) -> None:
    """Let only text pass that can be written down: half of a pair of surrogates is no character.

    Raises:
        SerializationError: a string or a name of a map has one.

    """
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise SerializationError("The request's body has text that is no Unicode") from error
    elif isinstance(value, Mapping):
        for name, item in value.items():
            check_text(name)
            check_text(item)
    elif isinstance(value, list):
        for item in value:
            check_text(item)


def _expect(value: Any, kind: type) -> None:
    if not isinstance(value, kind):
        raise SerializationError("Unexpected field type")


def _fits(type_name: str, value: Any) -> bool:
    if type_name == "string":
        return isinstance(value, str)
    if type_name == "boolean":
        return isinstance(value, bool)
    if type_name in _NUMBERS:
        return isinstance(value, _NUMBERS[type_name]) and not isinstance(value, bool)
    if type_name == "timestamp":
        return isinstance(value, datetime | int | float | str) and not isinstance(value, bool)
    return not isinstance(value, dict | list)
