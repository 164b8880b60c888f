"""Random requests and policies from a small world, so that they often meet and often just miss each other."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from iam_evaluation import Policies, Principal, PrincipalKind, Request

OWN, OTHER = "111111111111", "222222222222"
CANONICAL = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
SERVICES = ("cloudtrail.amazonaws.com", "sns.amazonaws.com")
PROVIDERS = ("accounts.google.com", f"arn:aws:iam::{OWN}:saml-provider/corp")
OWN_ROOT = f"arn:aws:iam::{OWN}:root"
ALICE, BOB = f"arn:aws:iam::{OWN}:user/ops/alice", f"arn:aws:iam::{OTHER}:user/bob"
ROLE, FAR_ROLE = f"arn:aws:iam::{OWN}:role/reader", f"arn:aws:iam::{OTHER}:role/reader"
SESSIONS = (f"arn:aws:sts::{OWN}:assumed-role/reader/one", f"arn:aws:sts::{OTHER}:assumed-role/reader/one")
CAROL = f"arn:aws:sts::{OWN}:federated-user/carol"
PRINCIPALS = (
    Principal.user(ALICE),
    Principal.user(ALICE),
    Principal.user(BOB),
    Principal.role_session(SESSIONS[0], ROLE),
    Principal.role_session(SESSIONS[0], ROLE),
    Principal.role_session(SESSIONS[1], FAR_ROLE),
    Principal.federated_user(CAROL, ALICE),
    Principal.federated_user(CAROL, OWN_ROOT),
    Principal.root(OWN),
    Principal.root(OTHER).with_canonical_user(CANONICAL),
    Principal.service(SERVICES[0]),
    Principal.service(SERVICES[1]),
    Principal.federated(PROVIDERS[0]),
    Principal.anonymous(),
)
BUCKET, KEY = "arn:aws:s3:::logs", f"arn:aws:kms:us-east-1:{OWN}:key/k1"
TARGETS = (
    ("s3:GetObject", f"{BUCKET}/AWSLogs/x:y.gz"),
    ("s3:PutObject", f"{BUCKET}/AWSLogs/z"),
    ("s3:PutObject", f"{BUCKET}/home/alice"),
    ("s3:PutBucketPolicy", BUCKET),
    ("s3:ListAllMyBuckets", "*"),
    ("kms:Decrypt", KEY),
    ("kms:GenerateDataKey", KEY),
    ("sts:AssumeRole", f"arn:aws:iam::{OWN}:role/target"),
    ("logs:PutLogEvents", f"arn:aws:logs:us-east-1:{OWN}:log-group:a:log-stream:b"),
)
CONTEXT: dict[str, tuple[str, ...]] = {
    "aws:SourceArn": (
        f"arn:aws:cloudtrail:us-east-1:{OWN}:trail/t",
        f"arn:aws:cloudtrail:us-east-1:{OTHER}:trail/t",
        f"arn:aws:logs:us-east-1:{OWN}:log-group:a:b",
    ),
    "aws:SecureTransport": ("true", "false"),
    "aws:SourceIp": ("203.0.113.9", "198.51.100.1", "2001:db8::1"),
    "aws:CurrentTime": ("2026-01-31T10:00:00Z", "2026-01-31", "1769853600"),
    "s3:max-keys": ("10", "10.5", "100"),
    "aws:RequestTag/team": ("red", "Red", "blue", "r*", ""),
    "aws:PrincipalTag/team": ("red", "blue", "r*"),
    "x:blob": ("AAEC", "AAED"),
}
TAG_KEYS = ("red", "blue", "green", "")
ACTIONS = (
    "s3:*",
    "s3:Get*",
    "S3:PUT?bject",
    "s3:*Policy",
    "kms:*",
    "kms:D*",
    "sts:*",
    "logs:Put*Events",
    "*",
)
RESOURCES = (
    "*",
    "*",
    BUCKET,
    f"{BUCKET}*",
    f"{BUCKET}/*",
    f"{BUCKET}/AWSLogs/*z",
    f"{BUCKET}/home/${{aws:username}}",
    f"{BUCKET}/${{x:y, 'home'}}/a*",
    f"arn:aws:s3*:logs/{'?' * 9}",
    KEY,
    "arn:aws:kms:*:key/k?",
    "arn:aws:kms:*:*:key/*",
    "arn:aws:logs:us*1:*",
    "arn:aws:logs:us-*-1:*:log-group:*:log-stream:b",
)
NAMED = (
    OWN,
    OTHER,
    OWN_ROOT,
    OWN_ROOT,
    ALICE,
    BOB,
    ROLE,
    FAR_ROLE,
    *SESSIONS,
    CAROL,
    "*",
    "AIDAEXAMPLEDELETED1",
)
STRING_KEYS = (
    "aws:RequestTag/team",
    "aws:PrincipalTag/team",
    "AWS:SourceArn",
    "aws:username",
    "aws:PrincipalType",
)
FAMILIES: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
        STRING_KEYS,
        (
            "red",
            "RED",
            "blue",
            "alice",
            "User",
            "",
            "${aws:PrincipalTag/team}",
            "${aws:RequestTag/team, 'red'}",
        ),
    ),
    (
        ("StringLike", "StringNotLike"),
        STRING_KEYS,
        ("r*", "?ed", "*", "b?u*", "arn:aws:*:trail/t", "${aws:PrincipalTag/team}*", "${*}", "a*e"),
    ),
    (
        ("ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals"),
        ("aws:SourceArn", "aws:PrincipalArn"),
        (
            f"arn:aws:cloudtrail:*:{OWN}:trail/*",
            "arn:aws:logs:*:a:b",
            "arn:aws:sts::*:assumed-role/*",
            "arn:*:iam::*:user/*",
            f"arn:aws:iam::{OWN}:r*",
            "arn:aws:iam::${aws:PrincipalAccount}:user/ops/${aws:username}",
        ),
    ),
    (
        tuple(
            f"{family}{comparison}"
            for family in ("Numeric",)
            for comparison in (
                "Equals",
                "NotEquals",
                "LessThan",
                "LessThanEquals",
                "GreaterThan",
                "GreaterThanEquals",
            )
        ),
        ("s3:max-keys",),
        ("10", "10.50", "1e2", "99"),
    ),
    (
        tuple(
            f"Date{comparison}"
            for comparison in (
                "Equals",
                "NotEquals",
                "LessThan",
                "LessThanEquals",
                "GreaterThan",
                "GreaterThanEquals",
            )
        ),
        ("aws:CurrentTime",),
        ("2026-01-31", "2026-01-31T10:00:00Z", "1769853600", "2026-01-31T12:00:00+02:00"),
    ),
    (("Bool",), ("aws:SecureTransport", "aws:PrincipalIsAWSService"), ("true", "false", "True")),
    (("BinaryEquals",), ("x:blob",), ("AAEC", "AAED")),
    (("IpAddress", "NotIpAddress"), ("aws:SourceIp",), ("203.0.113.0/24", "198.51.100.1", "2001:db8::/64")),
)


# who can stand in for whom with the same policies; a federated root user cannot have a user's
_OTHERS = {kind: [one for one in PRINCIPALS if one.kind is kind] for kind in PrincipalKind}
_OTHERS[PrincipalKind.FEDERATED_USER] = []


@dataclass(frozen=True, slots=True)
class Case:
    """A request with the policies that meet it, and whether it is a variation of the case before."""

    request: Request
    policies: Policies
    varied: bool


class World:
    """Pools of documents, drawn once, so that most cases are new combinations of documents seen before."""

    def __init__(self, seed: int, size: int = 120) -> None:
        self.random = random.Random(seed)  # noqa: S311 - reproducible, not secret
        self.identity = [self._document(resource=False) for _ in range(size)]
        self.resource = {
            trust: [self._document(resource=True, trust=trust) for _ in range(size)] for trust in (0, 1)
        }

    def cases(self, count: int) -> Iterator[Case]:
        """Cases in pairs: one, and the same with one thing of the request changed."""
        for _ in range(count // 2):
            case = self._case()
            yield case
            yield self._vary(case)

    def _case(self) -> Case:
        chance = self.random
        action, resource = chance.choice(TARGETS)
        principal = chance.choice(PRINCIPALS)
        owner = OTHER if chance.random() < 0.1 else OWN
        request = Request(
            principal, chance.choice((action, action.lower())), resource, owner, self._context()
        )
        return Case(request, self._policies(request), varied=False)

    def _vary(self, case: Case) -> Case:
        chance, request = self.random, case.request
        same_kind = [one for one in _OTHERS[request.principal.kind] if one != request.principal]
        what = chance.randrange(0 if same_kind else 1, 4)
        if what == 0:
            request = replace(request, principal=chance.choice(same_kind))
        elif what == 1:
            trust = request.action.lower().startswith("sts:")
            action, resource = chance.choice([one for one in TARGETS if one[0].startswith("sts:") is trust])
            request = replace(request, action=action, resource=resource)
        elif what == 2:
            request = replace(request, resource_account=OTHER if request.resource_account == OWN else OWN)
        else:
            context = dict(request.context)
            said = str(case.policies).lower()
            key = chance.choice([key for key in CONTEXT if key.lower() in said] or list(CONTEXT))
            values = [value for value in (*CONTEXT[key], "") if value != context.pop(key, "")]
            if value := chance.choice(values):
                context[key] = value
            request = replace(request, context=context)
        return Case(request, case.policies, varied=True)

    def _context(self) -> dict[str, str | list[str]]:
        chance = self.random
        context: dict[str, str | list[str]] = {
            key: chance.choice(values) for key, values in CONTEXT.items() if chance.random() < 0.8
        }
        if chance.random() < 0.6:
            context["aws:TagKeys"] = chance.sample(TAG_KEYS, chance.randrange(4))
        return context

    def _policies(self, request: Request) -> Policies:
        chance, principal = self.random, request.principal
        trust = request.action.lower().startswith("sts:")
        resource = chance.choice(self.resource[trust]) if chance.random() < 0.75 else None
        if principal.account_id is None:
            return Policies(resource=resource)
        control: list[Any] = []
        for _ in range(chance.choice((0, 0, 0, 0, 1, 2))):
            level = chance.choices(self.identity, k=chance.randrange(1, 3))
            control.append(level[0] if len(level) == 1 else level)
        if principal.kind.value == "root user":
            return Policies(resource=resource, service_control=control)
        session = chance.choices(self.identity, k=chance.choice((0, 0, 0, 1, 2)))
        if principal.parent_arn == OWN_ROOT:
            return Policies(resource=resource, session=session, service_control=control)
        return Policies(
            identity=chance.choices(self.identity, k=chance.choice((0, 1, 2, 2))),
            resource=resource,
            boundary=chance.choice(self.identity) if chance.random() < 0.2 else None,
            session=() if principal.kind.value == "IAM user" else session,
            service_control=control,
        )

    def _document(self, *, resource: bool, trust: int = 0) -> dict[str, Any]:
        chance = self.random
        count = chance.choice((1, 2, 2, 3))
        statements = [self._statement(resource=resource, trust=bool(trust)) for _ in range(count)]
        document: dict[str, Any] = {"Statement": statements if count > 1 else statements[0]}
        version = chance.choice(("2012-10-17",) * 6 + ("2008-10-17", ""))
        return {"Version": version, **document} if version else document

    def _statement(self, *, resource: bool, trust: bool) -> dict[str, Any]:
        chance = self.random
        denies = chance.random() < 0.2
        statement: dict[str, Any] = {"Effect": "Deny" if denies else "Allow"}
        if resource:
            not_principal = denies and not trust and chance.random() < 0.3
            statement["NotPrincipal" if not_principal else "Principal"] = self._principal()
        action = "NotAction" if chance.random() < 0.12 else "Action"
        statement[action] = "*" if chance.random() < 0.25 else self._one_or_more(ACTIONS, 4)
        if not trust:
            element = "NotResource" if chance.random() < 0.12 else "Resource"
            statement[element] = "*" if chance.random() < 0.35 else self._one_or_more(RESOURCES, 4)
        conditions = self._conditions(chance.choice((0, 0, 0, 1, 1, 2)))
        if conditions:
            statement["Condition"] = conditions
        return statement

    def _principal(self) -> Any:
        chance = self.random
        if chance.random() < 0.2:
            return "*"
        element: dict[str, Any] = {}
        if chance.random() < 0.8:
            element["AWS"] = self._one_or_more(NAMED, 4)
        if chance.random() < 0.4 or not element:
            element["Service"] = self._one_or_more(SERVICES, 2)
        if chance.random() < 0.2:
            element["Federated"] = self._one_or_more((*PROVIDERS, SERVICES[1]), 2)
        if chance.random() < 0.05:
            element["CanonicalUser"] = CANONICAL
        return element

    def _conditions(self, count: int) -> dict[str, Any]:
        chance = self.random
        block: dict[str, dict[str, Any]] = {}
        for _ in range(count):
            if chance.random() < 0.12:
                key = chance.choice((*CONTEXT, "aws:TagKeys", "aws:username"))
                block["Null"] = {key: chance.choice(("true", "false", True, False))}
                continue
            operators, keys, values = chance.choice(FAMILIES)
            name, key = chance.choice(operators), chance.choice(keys)
            if operators[0].startswith("String") and chance.random() < 0.05:
                key = "aws:TagKeys"
            if chance.random() < 0.25:
                name = f"{name}IfExists"
            if chance.random() < 0.2:
                name = f"{chance.choice(('ForAllValues', 'ForAnyValue'))}:{name}"
                if operators[0].startswith("String"):
                    key = "aws:TagKeys"
            block[name] = {key: self._one_or_more(values, 2)}
        return block

    def _one_or_more(self, values: tuple[str, ...], most: int) -> str | list[str]:
        found = self.random.sample(values, self.random.randrange(1, min(most, len(values)) + 1))
        return found[0] if len(found) == 1 and self.random.random() < 0.5 else found
