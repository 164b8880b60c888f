"""Pulumi's property values as they travel: protobuf structs, with a mark for what is not known yet.

https://pulumi-developer-docs.readthedocs.io/latest/docs/architecture/types.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from google.protobuf import struct_pb2  # type: ignore[import-untyped]

Properties = dict[str, Any]

_UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"


class Unknown:
    """A value that only an update will know. There is one: `UNKNOWN`."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


def from_struct(struct: struct_pb2.Struct) -> Properties:
    """Read a struct. Whole numbers become `int`; secrets and outputs are opened; nulls are left out."""
    return {name: value for name, item in struct.fields.items() if (value := from_value(item)) is not None}


def to_struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """Write properties; `None` is left out."""
    fields = {name: to_value(value) for name, value in properties.items() if value is not None}
    return struct_pb2.Struct(fields=fields)


def contains_unknown(value: Any) -> bool:
    """Whether any part of the value is not known yet."""
    if isinstance(value, Mapping):
        return any(contains_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(contains_unknown(item) for item in value)
    return value is UNKNOWN


def with_whole_numbers(value: Any) -> Any:
    """The value with whole numbers as `int`, where protobuf has turned all numbers into `float`."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case Mapping():
            return {name: with_whole_numbers(item) for name, item in value.items()}
        case list():
            return [with_whole_numbers(item) for item in value]
        case _:
            return value


def from_value(value: struct_pb2.Value) -> Any:
    """Read one value."""
    match value.WhichOneof("kind"):
        case "string_value":
            return UNKNOWN if value.string_value == _UNKNOWN_TEXT else value.string_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [from_value(item) for item in value.list_value.values]
        case "struct_value":
            return _opened(from_struct(value.struct_value))
        case _:
            return None


def _opened(properties: Properties) -> Any:
    """Unwrap secrets and output values: this provider needs what is inside, the engine keeps the wrapping."""
    if SIGNATURE in properties:
        return properties.get("value", UNKNOWN)
    return properties


def to_value(value: Any) -> struct_pb2.Value:  # noqa: PLR0911 - one for each kind
    """Write one value.

    Raises:
        TypeError: no property can hold it.

    """
    match value:
        case Unknown():
            return struct_pb2.Value(string_value=_UNKNOWN_TEXT)
        case bool():
            return struct_pb2.Value(bool_value=value)
        case int() | float():
            return struct_pb2.Value(number_value=value)
        case str():
            return struct_pb2.Value(string_value=value)
        case Mapping():
            return struct_pb2.Value(struct_value=to_struct(value))
        case list() | tuple():
            values = [to_value(item) for item in value]
            return struct_pb2.Value(list_value=struct_pb2.ListValue(values=values))
        case None:
            return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
        case _:
            raise TypeError(f"a Pulumi property cannot hold a {type(value).__name__}: {value!r}")
