"""The values that go into an evaluation and come out of it.

Follows https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

Document = Mapping[str, Any]


class PolicyError(ValueError):
    """A policy or request that is malformed, or about which the evaluation refuses to guess. One line."""


class Verdict(Enum):
    """How an evaluation ends."""

    ALLOW = "allow"
    EXPLICIT_DENY = "explicit deny"
    IMPLICIT_DENY = "implicit deny"


class PrincipalKind(Enum):
    """What makes a request."""

    ROOT = "root user"
    USER = "IAM user"
    ROLE_SESSION = "role session"
    FEDERATED_USER = "federated user"
    SERVICE = "AWS service"
    FEDERATED = "federated identity"
    ANONYMOUS = "anonymous caller"


_PRINCIPAL_TYPES = {
    PrincipalKind.ROOT: "Account",
    PrincipalKind.USER: "User",
    PrincipalKind.ROLE_SESSION: "AssumedRole",
    PrincipalKind.FEDERATED_USER: "FederatedUser",
    PrincipalKind.ANONYMOUS: "Anonymous",
}


@dataclass(frozen=True, slots=True)
class Principal:
    """Who makes a request. Use the constructors; `arn` is the name of what has no ARN (services, providers).

    `parent_arn` is the role of a session, or the user who called GetFederationToken where it is known.
    `account_id` is 12 digits, and None for services, federated identities and anonymous callers.
    """

    kind: PrincipalKind
    arn: str
    account_id: str | None = None
    partition: str | None = None
    parent_arn: str | None = None
    canonical_user_id: str | None = None
    context: Mapping[str, str | tuple[str, ...]] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "context", _context_of(self))

    @classmethod
    def service(cls, name: str) -> Principal:
        """An AWS service such as "cloudtrail.amazonaws.com", acting for itself."""
        return cls(PrincipalKind.SERVICE, name)

    @classmethod
    def root(cls, account_id: str, partition: str = "aws") -> Principal:
        """The root user of an account."""
        return cls(PrincipalKind.ROOT, f"arn:{partition}:iam::{account_id}:root", account_id, partition)

    @classmethod
    def user(cls, arn: str) -> Principal:
        """An IAM user, by `arn:PARTITION:iam::ACCOUNT:user/[PATH/]NAME`."""
        partition, account_id = _arn_owner(arn, "iam", "user/")
        return cls(PrincipalKind.USER, arn, account_id, partition)

    @classmethod
    def role_session(cls, session_arn: str, role_arn: str) -> Principal:
        """A session of a role: `arn:…:sts::ACCOUNT:assumed-role/ROLE/SESSION` and the role's own ARN."""
        partition, account_id = _arn_owner(session_arn, "sts", "assumed-role/")
        _arn_owner(role_arn, "iam", "role/")
        return cls(PrincipalKind.ROLE_SESSION, session_arn, account_id, partition, role_arn)

    @classmethod
    def federated_user(cls, arn: str, issuer_arn: str | None = None) -> Principal:
        """A GetFederationToken session, and the user (or root user) who asked for it where that is known."""
        partition, account_id = _arn_owner(arn, "sts", "federated-user/")
        return cls(PrincipalKind.FEDERATED_USER, arn, account_id, partition, issuer_arn)

    @classmethod
    def federated(cls, provider: str) -> Principal:
        """Someone signed in at an identity provider: its host name, or its OIDC or SAML provider ARN."""
        return cls(PrincipalKind.FEDERATED, provider)

    @classmethod
    def anonymous(cls) -> Principal:
        """A caller who did not sign the request."""
        return cls(PrincipalKind.ANONYMOUS, "")

    @property
    def service_linked(self) -> bool:
        """Whether it is a session of a service-linked role, which no service control policy restricts.

        https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
        """
        return ":role/aws-service-role/" in (self.parent_arn or "")

    def with_canonical_user(self, canonical_user_id: str) -> Principal:
        """The same principal with its account's canonical user id, which S3 bucket policies may name."""
        return replace(self, canonical_user_id=canonical_user_id)


@dataclass(frozen=True, slots=True)
class Request:
    """One action on one resource. `action` is "service:Name"; `resource` an ARN, or "*" where there is none.

    `resource_account` owns the resource (the caller's own account for "*"). `context` holds the request's
    condition keys, in any case, besides those which the principal supplies itself.
    """

    principal: Principal
    action: str
    resource: str
    resource_account: str
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policies:
    """Every policy that applies, as parsed JSON.

    `resource` is the resource's own policy: of a bucket, key or topic, or a role's trust policy.
    `session` are those passed when the session was made, which add up.
    `service_control` has one entry for each level of the organization (root, each unit, account): a document,
    or a sequence of those attached at that level.
    """

    identity: Sequence[Document] = ()
    resource: Document | None = None
    boundary: Document | None = None
    session: Sequence[Document] = ()
    service_control: Sequence[Document | Sequence[Document]] = ()


@dataclass(frozen=True, slots=True)
class StatementReference:
    """A statement that had a say: `policy` such as "identity[0]" or "resource", its Sid, and its index."""

    policy: str
    sid: str | None
    index: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, the statements that made it (none for an implicit deny), and why, in AWS's own terms."""

    verdict: Verdict
    statements: tuple[StatementReference, ...]
    reason: str

    @property
    def allowed(self) -> bool:
        """Whether the request goes through."""
        return self.verdict is Verdict.ALLOW


def _arn_owner(arn: str, service: str, resource_prefix: str) -> tuple[str, str]:
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn" or parts[2] != service or not parts[5].startswith(resource_prefix):
        form = f"arn:PARTITION:{service}::ACCOUNT:{resource_prefix}NAME"
        raise PolicyError(f'principal "{arn}" is not an ARN of the form {form}')
    return parts[1], parts[4]


def _context_of(principal: Principal) -> dict[str, str | tuple[str, ...]]:
    """The condition keys that follow from who calls, in lower case."""
    kind = principal.kind
    context: dict[str, str | tuple[str, ...]] = {}
    if kind in _PRINCIPAL_TYPES:
        context["aws:principaltype"] = _PRINCIPAL_TYPES[kind]
    if kind is PrincipalKind.SERVICE:
        context["aws:principalisawsservice"] = "true"
        context["aws:principalservicename"] = principal.arn
        context["aws:principalservicenameslist"] = (principal.arn,)
    if principal.account_id is not None:
        role = principal.parent_arn if kind is PrincipalKind.ROLE_SESSION else None
        context["aws:principalarn"] = role or principal.arn
        context["aws:principalaccount"] = principal.account_id
        context["aws:principalisawsservice"] = "false"
    if kind is PrincipalKind.ANONYMOUS:
        context["aws:principalaccount"] = "anonymous"
    if kind is PrincipalKind.USER:
        context["aws:username"] = principal.arn.rpartition("/")[2]
    return context
