"""What botocore knows of a service: which model, which operation a request asks for, under which name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.utils import get_service_model

from localaws.parameter_types import check_text

# Two modules of moto bear a name from which botocore's cannot be told by leaving out hyphens.
_OTHER_NAMES = {"awslambda": "lambda", "s3bucket_path": "s3"}

_BUCKET_ACTIONS = {
    "BucketAccelerateConfiguration": "AccelerateConfiguration",
    "LifecycleConfiguration": "Lifecycle",
    "NotificationConfiguration": "Notification",
    "ObjectLockConfiguration": "BucketObjectLockConfiguration",
    "PublicAccessBlock": "BucketPublicAccessBlock",
}

_URI_DATE = re.compile(r"/(\d{4})-(\d\d)-(\d\d)/")
_SECOND_VERSIONS = {
    "AddPermission",
    "GetFunction",
    "GetFunctionConfiguration",
    "GetPolicy",
    "RemovePermission",
    "TagResource",
    "UntagResource",
    "UpdateFunctionCode",
    "UpdateFunctionConfiguration",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that a request asks for, with the members of its input and the protocol it was sent in.

    Raises:
        SerializationError: a parameter has text that nobody could record.

    """

    service: str
    model: OperationModel
    protocol: str
    parameters: Mapping[str, Any]

    def __post_init__(self) -> None:
        check_text(self.parameters)

    @property
    def name(self) -> str:
        """The operation's name in botocore's model."""
        return str(self.model.name)


@cache
def botocore_name(moto_name: str) -> str | None:
    """Botocore's name of the service that one of moto's modules imitates; None where it is no AWS service."""
    if moto_name in _OTHER_NAMES:
        return _OTHER_NAMES[moto_name]
    return _names_without_hyphens().get(moto_name.split("_", maxsplit=1)[0].replace("-", ""))


@cache
def service_model(service: str) -> ServiceModel:
    """Botocore's model of a service, with moto's additions."""
    return get_service_model(service)


@cache
def event_source(service: str) -> str:
    """The service's name in CloudTrail records, such as `imagebuilder.amazonaws.com`."""
    return f"{service_model(service).signing_name}.amazonaws.com"


def operation_of(service: str, name: str, parameters: Mapping[str, Any]) -> Operation:
    """Describe an operation that a service of the local AWS calls itself, in a protocol that moto reads."""
    model = service_model(service)
    offered = [model.protocol, *model.metadata.get("protocols", [])]
    protocol = next(protocol for protocol in offered if protocol in PROTOCOL_PARSERS)
    return Operation(service, model.operation_model(name), protocol, parameters)


def record_name(operation: Operation) -> str:
    """The operation's name in records: with the version for CloudFront and Lambda, with S3's older names.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
    """
    name = str(operation.model.wire_name)
    if operation.service == "s3":
        for ending, recorded in _BUCKET_ACTIONS.items():
            if name.endswith(ending) and not name.endswith(recorded):
                return name.removesuffix(ending) + recorded
    if operation.service == "lambda" and (dated := _URI_DATE.match(str(operation.model.http["requestUri"]))):
        return name + "".join(dated.groups()) + ("v2" if name in _SECOND_VERSIONS else "")
    return name


@cache
def record_region(service: str, region: str, partition: str) -> str:
    """The Region that a record names; for a service without Regions the one its endpoint is signed for."""
    for described in _endpoints()["partitions"]:
        if described["partition"] != partition:
            continue
        entry = described["services"].get(service_model(service).endpoint_prefix, {})
        if entry.get("isRegionalized") is False:
            endpoint = entry["endpoints"].get(entry.get("partitionEndpoint", ""), {})
            return str(endpoint.get("credentialScope", {}).get("region", region))
    return region


@cache
def regions() -> frozenset[str]:
    """The names of all Regions of all partitions."""
    return frozenset(region for described in _endpoints()["partitions"] for region in described["regions"])


@cache
def _names_without_hyphens() -> Mapping[str, str]:
    names = botocore.session.Session().get_available_services()
    return {name.replace("-", ""): name for name in names}


@cache
def _endpoints() -> Mapping[str, Any]:
    endpoints: Mapping[str, Any] = botocore.session.Session().get_data("endpoints")
    return endpoints
