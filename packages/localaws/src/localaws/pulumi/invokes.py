"""The provider's functions (`aws.get_caller_identity` and the like)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

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


def role(aws: Aws, arguments: Properties) -> Properties:
    """A role by its name."""
    return _iam_entity(aws.client("iam").get_role(RoleName=arguments["name"])["Role"], "Role")


def user(aws: Aws, arguments: Properties) -> Properties:
    """A user by name."""
    return _iam_entity(aws.client("iam").get_user(UserName=arguments["userName"])["User"], "User")


def policy(aws: Aws, arguments: Properties) -> Properties:
    """A managed policy by its ARN, with the document of its default version."""
    iam, arn = aws.client("iam"), arguments["arn"]
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return {"arn": arn, "id": arn, "policy": document if isinstance(document, str) else json.dumps(document)}


def _iam_entity(found: Mapping[str, Any], kind: str) -> Properties:
    boundary = found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", "")
    name = found[f"{kind}Name"]
    return {"arn": found["Arn"], "id": name, "path": found["Path"], "permissionsBoundary": boundary}


INVOKES: Final[Mapping[str, Callable[[Aws, Properties], Properties]]] = {
    "aws:iam/getPolicy:getPolicy": policy,
    "aws:iam/getRole:getRole": role,
    "aws:iam/getUser:getUser": user,
    "aws:index/getCallerIdentity:getCallerIdentity": caller_identity,
    "aws:index/getPartition:getPartition": partition,
    "aws:index/getRegion:getRegion": region,
}
