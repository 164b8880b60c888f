"""How CloudTrail prints what was asked and answered: parameters and response elements of a record."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from localaws.call import Call
from localaws.models import Operation

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
_SUBRESOURCE = re.compile(r"[?&]([\w-]+)(?:=([^&]*))?")


def request_parameters(operation: Operation, call: Call) -> Any:
    """The parameters of a call as CloudTrail prints them; None where there are none."""
    if operation.service == "s3":
        return _bucket_parameters(operation, call)
    return printed(operation.model.input_shape, call.parameters, HIDDEN)


def printed(shape: Shape | None, value: Any, hidden: str | None = None) -> Any:
    """A value as CloudTrail prints it; None where nothing is left to print.

    Members' names begin in lower case, keys of maps stay as they are, binary values are left out, and what
    the service's model calls sensitive is replaced by `hidden`, or left out.
    """
    if shape is None:
        return None
    return _print(shape, value, hidden) or None


def _print(shape: Shape, value: Any, hidden: str | None) -> Any:
    if shape.metadata.get("sensitive"):
        return hidden
    if isinstance(shape, StructureShape):
        return _print_structure(shape, value, hidden)
    if isinstance(shape, ListShape):
        return [shown for item in value if (shown := _print(shape.member, item, hidden)) is not None]
    if isinstance(shape, MapShape):
        return {key: _print(shape.value, item, hidden) for key, item in value.items()}
    return _print_scalar(shape, value)


def _print_scalar(shape: Shape, value: Any) -> Any:
    if isinstance(value, datetime):
        return _java_date(value)
    return None if shape.type_name == "blob" else value


def _print_structure(shape: StructureShape, value: Mapping[str, Any], hidden: str | None) -> dict[str, Any]:
    shown = {}
    for name, member in shape.members.items():
        if value.get(name) is not None:
            one = _print(member, value[name], hidden)
            if one is not None:
                shown[name[:1].lower() + name[1:]] = one
    return shown


def _bucket_parameters(operation: Operation, call: Call) -> dict[str, Any]:
    """S3's own form: `bucketName`, `Host`, the subresource, headers by name, the body in XML's names."""
    shown: dict[str, Any] = {"Host": call.host}
    shape = operation.model.input_shape
    for name, value in operation.parameters.items():
        member = shape.members[name]
        location, wire_name = member.serialization.get("location"), member.serialization.get("name", name)
        if name == "Bucket":
            shown["bucketName"] = value
        elif name == "Policy" and operation.name == "PutBucketPolicy":
            shown["bucketPolicy"] = _document(value)
        elif location == "header":
            shown[wire_name] = [str(value)]
        elif location != "uri":
            shown[wire_name] = _xml(member, value)
    return shown | dict(_SUBRESOURCE.findall(str(operation.model.http["requestUri"])))


def _xml(shape: Shape, value: Any) -> Any:
    """A value under the names that it has in XML, where a list is its only element or all of them."""
    if isinstance(shape, StructureShape):
        return {
            shape.members[name].serialization.get("name", name): _xml(shape.members[name], item)
            for name, item in value.items()
            if name in shape.members
        }
    if isinstance(shape, ListShape):
        items = [_xml(shape.member, item) for item in value]
        shown: Any = items[0] if len(items) == 1 else items
        name = shape.member.serialization.get("name")
        return shown if shape.serialization.get("flattened") or name is None else {name: shown}
    return _print_scalar(shape, value)


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _java_date(moment: datetime) -> str:
    """A date as the services write it into their records: `Nov 5, 2026, 1:02:03 AM`."""
    utc = moment.astimezone(UTC) if moment.tzinfo else moment
    return f"{utc:%b} {utc.day}, {utc.year}, {utc.hour % 12 or 12}:{utc:%M:%S %p}"
