"""Users, roles, buckets and keys with policies: as documents for the evaluator, and made in a local AWS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore import UNSIGNED

from iam_evaluation import Policies, Principal
from localaws.testing import ACCOUNT_ID, LocalAws
from packages.iam_evaluation.tests.building import allow, deny, policy

FAR_ACCOUNT = "222222222222"
REGION = "us-east-1"
SESSION_NAME = "session"


def user_arn(name: str, account: str = ACCOUNT_ID) -> str:
    """The ARN of a user of this world."""
    return f"arn:aws:iam::{account}:user/{name}"


def role_arn(name: str) -> str:
    """The ARN of a role of this world."""
    return f"arn:aws:iam::{ACCOUNT_ID}:role/{name}"


ROOT_ARN = f"arn:aws:iam::{ACCOUNT_ID}:root"
HOME = ["arn:aws:s3:::plain/home/${aws:username}/*", "arn:aws:s3:::guarded/home/${aws:username}/*"]
LIST_OWN = {"StringLike": {"s3:prefix": ["public/*", "home/${aws:username}/*"]}}
EVERYTHING = policy(allow())
READ_ONLY = policy(allow(["s3:Get*", "s3:List*", "kms:DescribeKey", "imagebuilder:List*"]))
ONLY_TRAIL = {"StringEquals": {"kms:EncryptionContext:aws:cloudtrail:arn": "trail"}}

USERS: dict[str, tuple[dict[str, Any], ...]] = {
    "alice": (
        policy(
            allow(["s3:GetObject", "s3:PutObject"], HOME),
            allow("s3:ListBucket", ["arn:aws:s3:::plain", "arn:aws:s3:::guarded"], Condition=LIST_OWN),
            allow(["sts:AssumeRole", "sts:GetFederationToken"]),
            allow("kms:GenerateDataKey*", Condition=ONLY_TRAIL),
        ),
    ),
    "bob": (
        policy(allow("s3:*"), deny("s3:Put*", "arn:aws:s3:::*/home/alice/*")),
        policy(allow(["kms:*", "imagebuilder:*", "iam:Get*"]), deny(["kms:Encrypt", "iam:GetRole*"])),
    ),
    "carol": (policy(allow(None, NotAction=["iam:*", "s3:PutObject"])),),
    "dave": (),
}
FAR_USERS: dict[str, tuple[dict[str, Any], ...]] = {"erin": (EVERYTHING,), "frank": (READ_ONLY,)}


@dataclass(frozen=True)
class RoleSetup:
    """A role: whom it trusts, what it may do, and what limits it."""

    trust: dict[str, Any]
    identity: tuple[dict[str, Any], ...] = ()
    boundary: dict[str, Any] | None = None


def _trust(principal: Any, **elements: Any) -> dict[str, Any]:
    return policy(allow("sts:AssumeRole", None, Principal=principal, **elements))


ROLES: dict[str, RoleSetup] = {
    "reader": RoleSetup(_trust({"AWS": ROOT_ARN}), (READ_ONLY,)),
    "bounded": RoleSetup(_trust({"AWS": [ROOT_ARN, user_arn("dave")]}), (EVERYTHING,), READ_ONLY),
    "external": RoleSetup(
        _trust(
            {"AWS": [user_arn("dave"), FAR_ACCOUNT]}, Condition={"StringEquals": {"sts:ExternalId": "secret"}}
        ),
        (EVERYTHING,),
    ),
    "service": RoleSetup(_trust({"Service": "imagebuilder.amazonaws.com"}), (EVERYTHING,)),
}
BUCKETS: dict[str, dict[str, Any] | None] = {
    "plain": None,
    "guarded": policy(
        deny(
            "s3:PutObject",
            "arn:aws:s3:::guarded/AWSLogs/*",
            Sid="NoForging",
            Principal="*",
            Condition={"StringNotEquals": {"aws:PrincipalServiceName": "cloudtrail.amazonaws.com"}},
        ),
        deny(
            "s3:*",
            "arn:aws:s3:::guarded/*",
            Principal="*",
            Condition={"Bool": {"aws:SecureTransport": "false"}},
        ),
        allow("s3:GetObject", "arn:aws:s3:::guarded/public/*", Principal="*"),
        allow("s3:*Object", "arn:aws:s3:::guarded/home/*", Principal={"AWS": user_arn("dave")}),
        allow("s3:GetObject", "arn:aws:s3:::guarded/AWSLogs/*", Principal={"AWS": role_arn("bounded")}),
        allow(
            ["s3:GetObject", "s3:ListBucket"],
            ["arn:aws:s3:::guarded", "arn:aws:s3:::guarded/*"],
            Principal={"AWS": FAR_ACCOUNT},
        ),
        deny("s3:GetObject", "arn:aws:s3:::guarded/home/bob/*", Principal={"AWS": user_arn("carol")}),
    ),
}
KEYS: dict[str, dict[str, Any]] = {
    "delegated": policy(allow("kms:*", Principal={"AWS": ROOT_ARN})),
    "personal": policy(
        allow(["kms:DescribeKey", "kms:Encrypt", "kms:PutKeyPolicy"], Principal={"AWS": user_arn("dave")}),
        allow("kms:GenerateDataKey*", Principal={"AWS": [role_arn("reader"), role_arn("bounded")]}),
        allow("kms:Encrypt", Principal={"AWS": FAR_ACCOUNT}),
    ),
    "conditional": policy(
        allow("kms:*", Principal={"AWS": ROOT_ARN}),
        deny(
            "kms:GenerateDataKey",
            Principal="*",
            Condition={"StringNotEquals": {"kms:EncryptionContext:aws:cloudtrail:arn": "trail"}},
        ),
    ),
}
SESSION_POLICY = policy(allow(["s3:GetObject", "kms:*", "imagebuilder:ListComponents"]))


@dataclass(frozen=True)
class Actor:
    """Someone who calls: as the evaluator knows them, with their policies but the resource's."""

    principal: Principal
    policies: Policies = field(default_factory=Policies)


def _session(role: str, session: tuple[dict[str, Any], ...] = ()) -> Actor:
    arn = f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/{role}/{SESSION_NAME}"
    setup = ROLES[role]
    return Actor(
        Principal.role_session(arn, role_arn(role)),
        Policies(identity=setup.identity, boundary=setup.boundary, session=session),
    )


ACTORS: dict[str, Actor] = {
    **{
        name: Actor(Principal.user(user_arn(name)), Policies(identity=found)) for name, found in USERS.items()
    },
    **{
        name: Actor(Principal.user(user_arn(name, FAR_ACCOUNT)), Policies(identity=found))
        for name, found in FAR_USERS.items()
    },
    "reader": _session("reader"),
    "bounded": _session("bounded"),
    "limited": _session("reader", (SESSION_POLICY,)),
    "federated": Actor(
        Principal.federated_user(f"arn:aws:sts::{ACCOUNT_ID}:federated-user/guest", user_arn("alice")),
        Policies(identity=USERS["alice"], session=(SESSION_POLICY,)),
    ),
    "root": Actor(Principal.root(ACCOUNT_ID)),
    "far root": Actor(Principal.root(FAR_ACCOUNT)),
    "anonymous": Actor(Principal.anonymous()),
}


class World:
    """The same, made in a local AWS by its root user."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self.credentials: dict[str, Mapping[str, str]] = {
            "root": {"access_key": ACCOUNT_ID},
            "far root": {"access_key": FAR_ACCOUNT},
        }
        self.key_ids: dict[str, str] = {}
        self._make_users(USERS, "root")
        self._make_users(FAR_USERS, "far root")
        self._make_roles()
        self._make_sessions()
        self._make_buckets()
        kms = self.client("root", "kms")
        for name, document in KEYS.items():
            made = kms.create_key(Policy=json.dumps(document), BypassPolicyLockoutSafetyCheck=True)
            self.key_ids[name] = made["KeyMetadata"]["Arn"]

    def client(self, actor: str, service: str) -> Any:
        """A client with an actor's credentials; anonymous callers do not sign."""
        if actor == "anonymous":
            return self.aws.client(service, region=REGION, signature_version=UNSIGNED)
        return self.aws.client(service, region=REGION, **self.credentials[actor])

    def _make_users(self, users: Mapping[str, tuple[dict[str, Any], ...]], owner: str) -> None:
        iam = self.client(owner, "iam")
        for name, documents in users.items():
            iam.create_user(UserName=name)
            for index, document in enumerate(documents):
                iam.put_user_policy(
                    UserName=name, PolicyName=f"p{index}", PolicyDocument=json.dumps(document)
                )
            key = iam.create_access_key(UserName=name)["AccessKey"]
            self.credentials[name] = {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}

    def _make_roles(self) -> None:
        iam = self.client("root", "iam")
        for name, setup in ROLES.items():
            limits = {}
            if setup.boundary is not None:
                made = iam.create_policy(
                    PolicyName=f"{name}-boundary", PolicyDocument=json.dumps(setup.boundary)
                )
                limits["PermissionsBoundary"] = made["Policy"]["Arn"]
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(setup.trust), **limits)
            for index, document in enumerate(setup.identity):
                iam.put_role_policy(
                    RoleName=name, PolicyName=f"p{index}", PolicyDocument=json.dumps(document)
                )

    def _make_sessions(self) -> None:
        sts = self.client("alice", "sts")
        for actor, role in (("reader", "reader"), ("bounded", "bounded"), ("limited", "reader")):
            limits = {"Policy": json.dumps(SESSION_POLICY)} if actor == "limited" else {}
            made = sts.assume_role(RoleArn=role_arn(role), RoleSessionName=SESSION_NAME, **limits)
            self.credentials[actor] = _temporary(made["Credentials"])
        made = sts.get_federation_token(Name="guest", Policy=json.dumps(SESSION_POLICY))
        self.credentials["federated"] = _temporary(made["Credentials"])

    def _make_buckets(self) -> None:
        s3 = self.client("root", "s3")
        for name, document in BUCKETS.items():
            s3.create_bucket(Bucket=name)
            for key in ("home/alice/x", "home/bob/x", "AWSLogs/x", "public/x"):
                s3.put_object(Bucket=name, Key=key, Body=b"there")
            if document is not None:
                s3.put_bucket_policy(Bucket=name, Policy=json.dumps(document))


def _temporary(credentials: Mapping[str, str]) -> dict[str, str]:
    return {
        "access_key": credentials["AccessKeyId"],
        "secret_key": credentials["SecretAccessKey"],
        "session_token": credentials["SessionToken"],
    }
