"""The policies of a stack as the live account holds them, read by calls that change nothing.

The one module of `policies` that talks to AWS.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from config.stack import UNKNOWN_KEY_ID, Stack
from console.errors import UserError
from iam_evaluation import DocumentKind
from policies.documents.card import ROLE_BOUNDARY, DocumentCard

ACTIONS = (
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListRolePolicies",
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "s3:GetBucketPolicy",
    "sts:GetCallerIdentity",
)
"""All that reading needs of IAM's actions."""
_GONE = {"NoSuchBucket", "NoSuchBucketPolicy", "NoSuchEntity", "NotFoundException"}
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
Policy = Mapping[str, Any]


class LiveError(UserError):
    """The account cannot be read: one line that says what was asked, and what it takes."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the account holds in one place: where, its policies by name, and whether there is such a place."""

    where: str
    policies: Mapping[str, Policy]
    there: bool = True


class Account:
    """One account and Region, read with the credentials that boto3 finds."""

    def __init__(self, region: str, profile: str | None, endpoint_url: str | None) -> None:
        self._endpoint = endpoint_url
        self._clients: dict[str, Any] = {}
        self._roles: dict[str, Mapping[str, Any]] = {}
        self._session = _told(lambda: boto3.session.Session(profile_name=profile, region_name=region))

    def account_id(self) -> str:
        """Return the account's 12 digits.

        Raises:
            LiveError: there are no credentials, or they are not taken.

        """
        return str(self._ask("sts", "get_caller_identity")["Account"])

    def key_arn(self, stack: Stack) -> str | None:
        """Return the ARN of the key that the stack's alias stands for; None where there is no such alias."""
        found = self._ask("kms", "describe_key", KeyId=stack.alias)
        return str(found["KeyMetadata"]["Arn"]) if found else None

    def held(self, card: DocumentCard, stack: Stack) -> Held:
        """Return what the account holds where a stack's document is attached.

        Raises:
            LiveError: it may not be read.

        """
        arn = card.resource(stack)
        if arn:
            return self._bucket(arn.rpartition(":")[2])
        if card.kind is DocumentKind.RESOURCE:
            return self._key(stack)
        if card.name == ROLE_BOUNDARY:
            return self._managed(str(stack.boundary_arn))
        role = role_of(card, stack)
        if card.kind is DocumentKind.TRUST:
            return self._trust(role)
        return Held(f"role {role}", dict(self._permissions(role)), bool(self._role(role)))

    def boundary(self, role: str) -> str:
        """Return the ARN of a role's permissions boundary; empty where it has none."""
        return str(self._role(role).get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""))

    def has_bucket(self, name: str) -> bool:
        """Return whether there is such a bucket."""
        return self._bucket(name).there

    def _bucket(self, name: str) -> Held:
        found, gone = self._answer("s3", "get_bucket_policy", Bucket=name)
        policies = {"policy": json.loads(found["Policy"])} if found else {}
        return Held(f"bucket {name}", policies, gone != "NoSuchBucket")

    def _key(self, stack: Stack) -> Held:
        if stack.key_id == UNKNOWN_KEY_ID:
            return Held(f"key {stack.alias}", {}, there=False)
        asked = {"KeyId": stack.key_arn, "PolicyName": "default"}
        found = self._ask("kms", "get_key_policy", **asked)
        return Held(
            f"key {stack.alias}", {"policy": json.loads(found["Policy"])} if found else {}, bool(found)
        )

    def _trust(self, role: str) -> Held:
        found = self._role(role)
        return Held(
            f"role {role}", {"trust": found["AssumeRolePolicyDocument"]} if found else {}, bool(found)
        )

    def _role(self, role: str) -> Mapping[str, Any]:
        if role not in self._roles:
            self._roles[role] = self._ask("iam", "get_role", RoleName=_plain(role)).get("Role", {})
        return self._roles[role]

    def _managed(self, arn: str) -> Held:
        found = self._ask("iam", "get_policy", PolicyArn=arn)
        policies = {arn: self._version(arn, found)} if found else {}
        return Held(f"policy {arn.partition('/')[2]}", policies, bool(found))

    def _permissions(self, role: str) -> Iterator[tuple[str, Policy]]:
        name = _plain(role)
        for inline in self._ask("iam", "list_role_policies", RoleName=name).get("PolicyNames", ()):
            found = self._ask("iam", "get_role_policy", RoleName=name, PolicyName=inline)
            yield inline, found["PolicyDocument"]
        attached = self._ask("iam", "list_attached_role_policies", RoleName=name)
        for arn in (one["PolicyArn"] for one in attached.get("AttachedPolicies", ())):
            yield arn, self._version(arn, self._ask("iam", "get_policy", PolicyArn=arn))

    def _version(self, arn: str, policy: Mapping[str, Any]) -> Policy:
        version = policy["Policy"]["DefaultVersionId"]
        found = self._ask("iam", "get_policy_version", PolicyArn=arn, VersionId=version)
        document: Policy = found["PolicyVersion"]["Document"]
        return document

    def _ask(self, service: str, operation: str, **parameters: str) -> Mapping[str, Any]:
        """Answer a call, or with nothing where AWS says that there is no such thing."""
        return self._answer(service, operation, **parameters)[0]

    def _answer(self, service: str, operation: str, **parameters: str) -> tuple[Mapping[str, Any], str]:
        """Answer a call, or with the code by which AWS says what is not there."""
        try:
            answer: Mapping[str, Any] = _told(lambda: getattr(self._client(service), operation)(**parameters))
        except ClientError as error:
            code = str(error.response["Error"]["Code"])
            if code in _GONE:
                return {}, code
            needs = f"; reading needs {', '.join(ACTIONS)}" if code in _DENIED else ""
            raise LiveError(f"{' '.join(str(error).split())}{needs}") from None
        return answer, ""

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._session.client(service, endpoint_url=self._endpoint)
        return self._clients[service]


def role_of(card: DocumentCard, stack: Stack) -> str:
    """Return the name of the role that a document is attached to, which the document is named after."""
    if card.name == "deployer":
        return str(stack.deployer_role_arn).partition("role/")[2]
    role = card.name.removesuffix("-trust").replace("-", "_")
    return str(getattr(stack, f"{role}_role"))


def _plain(role: str) -> str:
    """The name without its path: IAM's calls take that alone."""
    return role.rpartition("/")[2]


def _told(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except (BotoCoreError, ValueError) as error:
        raise LiveError(
            f"AWS cannot be asked: {error}; check --profile, --endpoint-url and the AWS_ variables"
        ) from None
