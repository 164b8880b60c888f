"""Required parameters that a request to CloudTrail lacks.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.model import ListShape, Shape, StructureShape

from localaws.call import Call
from localaws.cloudtrail.exceptions import (
    CloudTrailError,
    InvalidS3BucketNameException,
    InvalidTrailNameException,
    ValidationException,
)
from localaws.models import service_model

_BLANK = {
    "Name": InvalidTrailNameException("Trail name cannot be blank!"),
    "TrailName": InvalidTrailNameException("Trail name cannot be blank!"),
    "S3BucketName": InvalidS3BucketNameException("Bucket name cannot be blank!"),
}


def check_required(call: Call) -> None:
    """Refuse a request that lacks what the model requires.

    Raises:
        InvalidTrailNameException: no trail is named.
        InvalidS3BucketNameException: no bucket is.
        ValidationException: anything else is missing.

    """
    shape = service_model("cloudtrail").operation_model(call.operation).input_shape
    if shape is None:
        return
    for name in shape.required_members:
        if call.parameters.get(name) is None and name in _BLANK:
            raise _BLANK[name]
    _check(shape, call.parameters, "")


def _check(shape: Shape, value: Any, path: str) -> None:
    if isinstance(shape, StructureShape):
        _check_structure(shape, value, path)
    elif isinstance(shape, ListShape):
        for number, item in enumerate(value, 1):
            _check(shape.member, item, f"{path}.{number}.member")


def _check_structure(shape: StructureShape, value: Mapping[str, Any], path: str) -> None:
    for name in shape.required_members:
        if value.get(name) is None:
            raise _missing(f"{path}.{name[:1].lower()}{name[1:]}".lstrip("."))
    for name, member in shape.members.items():
        if value.get(name) is not None:
            _check(member, value[name], f"{path}.{name[:1].lower()}{name[1:]}".lstrip("."))


def _missing(path: str) -> CloudTrailError:
    return ValidationException(
        f"1 validation error detected: Value null at '{path}' failed to satisfy constraint:"
        " Member must not be null"
    )
