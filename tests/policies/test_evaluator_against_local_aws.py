"""What the evaluator says of a request is what the local AWS does with it, when IAM is enforced there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iam_evaluation import Decision, Request, Verdict, evaluate
from localaws.testing import ACCOUNT_ID, LocalAws
from tests.policies.enforced_world import (
    ACTORS,
    BUCKETS,
    KEYS,
    REGION,
    ROLES,
    World,
    role_arn,
)

DENIALS = {"AccessDenied", "AccessDeniedException"}
# moto keeps each account's keys to itself: a call that IAM lets through then finds no key of another account
UNKNOWN_TO_MOTO = {"NotFoundException"}
# What AWS refuses to them whatever policies say: root takes on no role, a federated user calls neither.
BEFORE_POLICIES = {"root": {"sts"}, "far root": {"sts"}, "federated": {"iam", "sts"}}
OBJECT_KEYS = ("home/alice/x", "home/bob/x", "AWSLogs/x", "public/x")
TRAIL = {"aws:cloudtrail:arn": "trail"}


@dataclass(frozen=True)
class Ask:
    """An API call, and the request that it means to IAM."""

    service: str
    method: str
    parameters: Mapping[str, Any]
    action: str
    resource: str
    document: dict[str, Any] | None = None
    context: Mapping[str, str] = field(default_factory=dict)


def s3_asks() -> Iterator[Ask]:
    """Reading, writing and listing in both buckets."""
    for bucket, document in BUCKETS.items():
        arn = f"arn:aws:s3:::{bucket}"
        for key in OBJECT_KEYS:
            named = {"Bucket": bucket, "Key": key}
            yield Ask("s3", "get_object", named, "s3:GetObject", f"{arn}/{key}", document)
            yield Ask("s3", "put_object", {**named, "Body": b"x"}, "s3:PutObject", f"{arn}/{key}", document)
        for prefix in ("home/alice/", "public/"):
            named = {"Bucket": bucket, "Prefix": prefix}
            context = {"s3:prefix": prefix}
            yield Ask("s3", "list_objects_v2", named, "s3:ListBucket", arn, document, context)
        yield Ask("s3", "get_bucket_versioning", {"Bucket": bucket}, "s3:GetBucketVersioning", arn, document)
    yield Ask("s3", "list_buckets", {}, "s3:ListAllMyBuckets", "*")


def kms_asks(key_ids: Mapping[str, str]) -> Iterator[Ask]:
    """Using and describing each key, with and without the encryption context asked for."""
    for name, document in KEYS.items():
        key_id = key_ids[name]
        named = {"KeyId": key_id}
        data_key: dict[str, Any] = {**named, "KeySpec": "AES_256"}
        bound = {**data_key, "EncryptionContext": TRAIL}
        yield Ask("kms", "describe_key", named, "kms:DescribeKey", key_id, document)
        yield Ask("kms", "encrypt", {**named, "Plaintext": b"x"}, "kms:Encrypt", key_id, document)
        yield Ask("kms", "generate_data_key", data_key, "kms:GenerateDataKey", key_id, document)
        context = {f"kms:EncryptionContext:{key}": value for key, value in TRAIL.items()}
        yield Ask("kms", "generate_data_key", bound, "kms:GenerateDataKey", key_id, document, context)


def other_asks() -> Iterator[Ask]:
    """Assuming each role, with and without the external id, and a call each to IAM and Image Builder."""
    for name, setup in ROLES.items():
        named = {"RoleArn": role_arn(name), "RoleSessionName": "asked"}
        context = {"sts:RoleSessionName": "asked"}
        yield Ask("sts", "assume_role", named, "sts:AssumeRole", role_arn(name), setup.trust, context)
    external = {"RoleArn": role_arn("external"), "RoleSessionName": "asked", "ExternalId": "secret"}
    context = {"sts:ExternalId": "secret"}
    trust = ROLES["external"].trust
    yield Ask("sts", "assume_role", external, "sts:AssumeRole", role_arn("external"), trust, context)
    yield Ask("iam", "get_role", {"RoleName": "reader"}, "iam:GetRole", role_arn("reader"))
    everything = f"arn:aws:imagebuilder:{REGION}:{ACCOUNT_ID}:component/*"
    yield Ask("imagebuilder", "list_components", {}, "imagebuilder:ListComponents", everything)


def asks_of(actor: str, key_ids: Mapping[str, str]) -> list[Ask]:
    """What an actor asks for; who is of another account, or of none, names buckets, keys and roles only."""
    asks = list(s3_asks())
    if actor == "anonymous":
        return [ask for ask in asks if ask.resource != "*"]
    refused = BEFORE_POLICIES.get(actor, set())
    asks += [*kms_asks(key_ids), *(ask for ask in other_asks() if ask.service not in refused)]
    if ACTORS[actor].principal.account_id == ACCOUNT_ID:
        return asks
    return [ask for ask in asks if ask.document is not None or ask.service == "s3"]


def expected(actor: str, ask: Ask) -> Decision:
    """The evaluator's decision."""
    known = ACTORS[actor]
    account = ACCOUNT_ID if ask.resource != "*" else known.principal.account_id or ACCOUNT_ID
    context = {"aws:SecureTransport": "true", "aws:SourceIp": "127.0.0.1", **ask.context}
    request = Request(known.principal, ask.action, ask.resource, account, context)
    return evaluate(request, replace(known.policies, resource=ask.document))


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """The world, made in a local AWS that enforces IAM."""
    with LocalAws.started("--enforce-iam") as aws:
        yield World(aws)


def sent(world: World, actor: str, ask: Ask) -> str:
    """The local AWS's answer: "allowed", or what it says in denying."""
    try:
        getattr(world.client(actor, ask.service), ask.method)(**ask.parameters)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in DENIALS:
            return str(error.response["Error"]["Message"])
        if code not in UNKNOWN_TO_MOTO or ACTORS[actor].principal.account_id == ACCOUNT_ID:
            raise
    return "allowed"


@pytest.mark.parametrize("actor", ACTORS)
def test_local_aws_decides_as_the_evaluator(world: World, actor: str) -> None:
    """Each request really sent is allowed, or denied with the same reason, as the evaluator says."""
    for ask in asks_of(actor, world.key_ids):
        decision, answer = expected(actor, ask), sent(world, actor, ask)
        if decision.allowed:
            assert answer == "allowed", f"{ask}: {decision}"
        else:
            reason = f"{ask.action} on resource" if ask.action.startswith("sts:") else decision.reason
            assert reason in answer, f"{ask}: {decision}"  # STS, as AWS's does, never says why


def test_requests_are_many_and_of_every_verdict() -> None:
    """The requests above are at least 200, and each verdict has its share."""
    key_ids = {name: f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/{name}" for name in KEYS}
    verdicts = Counter(expected(actor, ask).verdict for actor in ACTORS for ask in asks_of(actor, key_ids))
    assert verdicts.total() >= 200
    assert verdicts[Verdict.ALLOW] >= 60
    assert verdicts[Verdict.IMPLICIT_DENY] >= 60
    assert verdicts[Verdict.EXPLICIT_DENY] >= 30
