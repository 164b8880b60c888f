"""The provider's functions (`aws.get_caller_identity` and the like)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from localaws.pulumi.aws import Aws
from localaws.pulumi.wire import Properties


def caller_identity(aws: Aws, _arguments: Properties) -> Properties:
    """Who the provider calls AWS as."""
    answer = aws.client("sts").get_caller_identity()
    return {
        "accountId": answer["Account"],
        "arn": answer["Arn"],
        "userId": answer["UserId"],
        "id": answer["Account"],
    }


def partition(aws: Aws, _arguments: Properties) -> Properties:
    """The partition of the provider's Region."""
    name, suffix = aws.partition(), aws.dns_suffix()
    reverse = ".".join(reversed(suffix.split(".")))
    return {"partition": name, "dnsSuffix": suffix, "reverseDnsPrefix": reverse, "id": name}


def region(aws: Aws, arguments: Properties) -> Properties:
    """The provider's Region, or the one asked for."""
    name = arguments.get("region") or arguments.get("name") or aws.settings.region
    return {
        "region": name,
        "name": name,
        "id": name,
        "description": name,
        "endpoint": f"ec2.{name}.{aws.dns_suffix(name)}",
    }


INVOKES: Final[Mapping[str, Callable[[Aws, Properties], Properties]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": caller_identity,
    "aws:index/getPartition:getPartition": partition,
    "aws:index/getRegion:getRegion": region,
}
