"""What AWS has in every account's IAM and moto has not: AWS managed policies, service-linked roles, ids.

Importing this module changes moto's IAM. https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import (
    SERVICE_NAME_CONVERSION,
    AWSManagedPolicy,
    Group,
    IAMBackend,
    ManagedPolicy,
    Role,
    User,
)
from moto.iam.responses import IamResponse

from localaws.models import service_model
from localaws.protocol import CALLING_USER

_LINKED = "/aws-service-role/"


@cache
def _documents() -> Mapping[str, dict[str, Any]]:
    """All AWS managed policies that moto ships, by name. Reading them takes about 0.02 s, once."""
    documents: Mapping[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return documents


@cache
def _originals(partition_region: str) -> tuple[AWSManagedPolicy, ...]:
    """The policies of one partition; accounts get copies that share their documents (0.05 s, 5 MB, once)."""
    return tuple(
        AWSManagedPolicy.from_data(name, "aws", partition_region, data) for name, data in _documents().items()
    )


def _copies(backend: IAMBackend) -> list[ManagedPolicy]:
    """One account's own policies: how often each is attached differs from account to account."""
    copies: list[ManagedPolicy] = []
    for original in _originals(backend.region_name):
        policy = copy.copy(original)
        policy.account_id = backend.account_id
        policy.versions = list(original.versions)
        copies.append(policy)
    return copies


def _aws_managed_policies(backend: IAMBackend) -> list[ManagedPolicy]:
    if "_aws_policies" not in backend.__dict__:
        backend.__dict__["_aws_policies"] = _copies(backend)
    found: list[ManagedPolicy] = backend.__dict__["_aws_policies"]
    return found


def _managed_policies(backend: IAMBackend) -> dict[str, ManagedPolicy]:
    """All managed policies of an account. Those of AWS come in when somebody first asks."""
    if "_all_policies" not in backend.__dict__:
        backend.__dict__["_all_policies"] = {policy.arn: policy for policy in _aws_managed_policies(backend)}
    found: dict[str, ManagedPolicy] = backend.__dict__["_all_policies"]
    return found


def _ignore(_backend: IAMBackend, _empty: Any) -> None:
    """Moto sets both when a backend is made: to nothing."""


def _with_prefix(kind: type[User | Group], prefix: str) -> None:
    """Let the ids of users and groups begin as AWS's do.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes
    """
    original: Callable[..., None] = kind.__init__

    def initialise(self: User | Group, *arguments: Any, **options: Any) -> None:
        original(self, *arguments, **options)
        self.id = (prefix + self.id.upper())[: len(self.id)]

    kind.__init__ = initialise  # type: ignore[method-assign]


_with_prefix(User, "AIDA")
_with_prefix(Group, "AGPA")

# Moto makes the names of service-linked roles from those of the services, in lower case but for these.
SERVICE_NAME_CONVERSION.update({"imagebuilder": "ImageBuilder", "cloudtrail": "CloudTrail"})
_create_linked_role = IAMBackend.create_service_linked_role


def _linked_role(backend: IAMBackend, service_name: str, description: str, suffix: str) -> Role:
    """Create a service-linked role with the policy of its name, where AWS has one."""
    role = _create_linked_role(backend, service_name, description, suffix)
    policy = _managed_policies(backend).get(f"arn:{backend.partition}:iam::aws:policy{_LINKED}{role.name}")
    if policy is not None:
        policy.attach_to(role)
    return role


_get_param = IamResponse._get_param  # noqa: SLF001


@cache
def _about_oneself(operation: str) -> bool:
    """Whether an operation, called without a UserName, is about the user who calls."""
    shape = service_model("iam").operation_model(operation).input_shape
    return shape is not None and "UserName" in shape.members and "UserName" not in shape.required_members


def _parameter(response: IamResponse, name: str, if_none: Any = None) -> Any:
    """A parameter of the request; the name of a user may be left out by that very user.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html
    """
    found = _get_param(response, name, if_none)
    user = response.normalized_request.environ.get(CALLING_USER)
    if found is None and name == "UserName" and user and _about_oneself(response._get_action()):  # noqa: SLF001
        return user
    return found


IamResponse._get_param = _parameter  # type: ignore[assignment,method-assign]  # noqa: SLF001

for _name, _member in {
    "_init_aws_policies": lambda _backend: [],
    "_init_managed_policies": lambda _backend: {},
    "aws_managed_policies": property(_aws_managed_policies, _ignore),
    "managed_policies": property(_managed_policies, _ignore),
    "create_service_linked_role": _linked_role,
}.items():
    setattr(IAMBackend, _name, _member)
