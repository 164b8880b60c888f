"""Short ways to write the policies and requests of the evaluator's tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from iam_evaluation import Decision, Policies, Principal, Request, Verdict, evaluate

OWN, OTHER = "111122223333", "444455556666"
BUCKET, OBJECT = "arn:aws:s3:::bucket", "arn:aws:s3:::bucket/key"
KEY = f"arn:aws:kms:us-east-1:{OWN}:key/1234abcd"
TRUSTED_ROLE = f"arn:aws:iam::{OWN}:role/target"
ROOT_ARN, OTHER_ROOT_ARN = f"arn:aws:iam::{OWN}:root", f"arn:aws:iam::{OTHER}:root"
USER_ARN = f"arn:aws:iam::{OWN}:user/division/alice"
ROLE_ARN = f"arn:aws:iam::{OWN}:role/reader"
SESSION_ARN = f"arn:aws:sts::{OWN}:assumed-role/reader/session"
FEDERATED_ARN = f"arn:aws:sts::{OWN}:federated-user/carol"
USER = Principal.user(USER_ARN)
SESSION = Principal.role_session(SESSION_ARN, ROLE_ARN)
FEDERATED_USER = Principal.federated_user(FEDERATED_ARN, USER_ARN)
FAR_USER = Principal.user(f"arn:aws:iam::{OTHER}:user/bob")
CLOUDTRAIL = Principal.service("cloudtrail.amazonaws.com")
ALLOWED, DENIED, NOT_ALLOWED = Verdict.ALLOW, Verdict.EXPLICIT_DENY, Verdict.IMPLICIT_DENY


def policy(*statements: Mapping[str, Any], version: str | None = "2012-10-17") -> dict[str, Any]:
    """A policy document."""
    document: dict[str, Any] = {"Statement": [dict(statement) for statement in statements]}
    return document if version is None else {"Version": version, **document}


def allow(action: Any = "*", resource: Any = "*", **elements: Any) -> dict[str, Any]:
    """A statement that allows; further elements by name, None to leave one out."""
    return _statement("Allow", action, resource, elements)


def deny(action: Any = "*", resource: Any = "*", **elements: Any) -> dict[str, Any]:
    """A statement that denies; further elements by name, None to leave one out."""
    return _statement("Deny", action, resource, elements)


def _statement(effect: str, action: Any, resource: Any, elements: Mapping[str, Any]) -> dict[str, Any]:
    statement = {"Effect": effect, "Action": action, "Resource": resource, **elements}
    return {name: value for name, value in statement.items() if value is not None}


EVERYTHING = policy(allow())


def decide(
    principal: Principal = USER,
    action: str = "s3:GetObject",
    target: str = OBJECT,
    *,
    account: str = OWN,
    context: Mapping[str, str | Sequence[str]] | None = None,
    policies: Policies | None = None,
    **given: Any,
) -> Decision:
    """Evaluate a request on `target` with the policies given by their kind."""
    return evaluate(Request(principal, action, target, account, context or {}), policies or Policies(**given))


def verdict(*arguments: Any, **given: Any) -> Verdict:
    """Only the verdict of `decide`."""
    return decide(*arguments, **given).verdict
