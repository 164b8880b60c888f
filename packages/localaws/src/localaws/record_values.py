"""How CloudTrail prints what was asked and answered: parameters and response elements of a record."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from localaws.call import Call
from localaws.ec2_records import ec2_elements, ec2_parameters
from localaws.kms_records import kms_elements, kms_parameters
from localaws.models import Operation

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
_SUBRESOURCE = re.compile(r"[?&]([\w-]+)(?:=([^&]*))?")
# Services that leave sensitive parameters out instead of hiding them; and those that hide them in answers.
_LEAVES_OUT = frozenset({"iam", "kms", "lambda", "sts"})
_HIDES_IN_ANSWERS = frozenset({"ssm"})
# What services print although the request did not say it.
_DEFAULTS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("iam", "CreateLoginProfile"): {"passwordResetRequired": False},
    ("ssm", "SendCommand"): {"interactive": False},
}
# Parameters that never appear, though the models do not call them sensitive.
_NEVER = {("sts", "tokenCode")}
# Moto gives the size of what it packed into every session, STS only where it packed one of these.
_PACKED = ("Policy", "PolicyArns", "Tags")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended: the output's members, or an error's code and message.

    `key_arns` are the keys and aliases of KMS that a call to KMS is about.
    """

    members: Mapping[str, Any]
    error_code: str | None = None
    error_message: str | None = None
    key_arns: tuple[str, ...] = ()


def request_parameters(operation: Operation, call: Call, outcome: Outcome) -> Any:
    """The parameters of a call as CloudTrail prints them; None where there are none."""
    service = operation.service
    if service == "s3":
        return _bucket_parameters(operation, call)
    if service == "ec2":
        return ec2_parameters(operation, call)
    hidden = None if service in _LEAVES_OUT else HIDDEN
    shown = printed(operation.model.input_shape, call.parameters, hidden, service)
    if service == "kms":
        return kms_parameters(call, shown, outcome.key_arns)
    shown = {**_DEFAULTS.get((service, operation.name), {}), **(shown or {})}
    return {name: value for name, value in shown.items() if (service, name) not in _NEVER} or None


def response_elements(operation: Operation, call: Call, outcome: Outcome) -> Any:
    """What a call that changed something answered, as CloudTrail prints it."""
    service = operation.service
    if service == "ec2":
        return ec2_elements(operation, outcome.members, call.request_id)
    hidden = HIDDEN if service in _HIDES_IN_ANSWERS else None
    shown = printed(operation.model.output_shape, outcome.members, hidden, service)
    if service == "kms":
        return kms_elements(call, shown, outcome.key_arns)
    if service == "sts" and shown and not any(name in call.parameters for name in _PACKED):
        shown.pop("packedPolicySize", None)
    return shown


def printed(shape: Shape | None, value: Any, hidden: str | None = None, service: str = "") -> Any:
    """A value as CloudTrail prints it; None where nothing is left to print.

    Members' names begin in lower case, keys of maps stay as they are, binary values are left out, and what
    the service's model calls sensitive is replaced by `hidden`, or left out.
    """
    if shape is None:
        return None
    return _Printer(hidden, service).show(shape, value) or None


@dataclass(frozen=True, slots=True)
class _Printer:
    """Prints one service's values; `hidden` stands for what is sensitive, which None leaves out."""

    hidden: str | None
    service: str

    def show(self, shape: Shape, value: Any) -> Any:
        if shape.metadata.get("sensitive"):
            return self.hidden
        if isinstance(shape, StructureShape):
            return self._structure(shape, value)
        if isinstance(shape, ListShape):
            return [shown for item in value if (shown := self.show(shape.member, item)) is not None]
        if isinstance(shape, MapShape):
            return {key: self.show(shape.value, item) for key, item in value.items()}
        if isinstance(value, datetime):
            return _java_date(value, self.service)
        return None if shape.type_name == "blob" else value

    def _structure(self, shape: StructureShape, value: Mapping[str, Any]) -> dict[str, Any]:
        shown = {}
        for name, member in shape.members.items():
            if value.get(name) is not None:
                one = self.show(member, value[name])
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
    return _Printer(None, "s3").show(shape, value)


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _java_date(moment: datetime, service: str) -> str:
    """A date as the services write it into their records: `Nov 5, 2026, 1:02:03 AM`.

    IAM writes no comma after the year.
    """
    utc = moment.astimezone(UTC) if moment.tzinfo else moment
    comma = "" if service == "iam" else ","
    return f"{utc:%b} {utc.day}, {utc.year}{comma} {utc.hour % 12 or 12}:{utc:%M:%S %p}"
