"""Documents are checked against AWS's service reference: what is misspelt or misplaced is one clear line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from iam_evaluation import DocumentKind, PolicyError
from packages.iam_evaluation.tests.building import allow, deny, policy
from policies.reference import find_problems, require_known

IDENTITY, RESOURCE, TRUST = DocumentKind.IDENTITY, DocumentKind.RESOURCE, DocumentKind.TRUST
RENDERED = sorted((Path(__file__).parents[2] / "policies" / "rendered").glob("*/*.json"))
BUCKET = "arn:aws:s3:::bucket/*"


def when(
    key: str, value: Any = "x", action: Any = "s3:PutObject", operator: str = "StringEquals"
) -> dict[str, Any]:
    """A policy with one condition."""
    return policy(allow(action, Condition={operator: {key: value}}))


PROBLEMS: tuple[tuple[dict[str, Any], str], ...] = (
    (
        policy(allow("s3:PutObjet", Sid="Write")),
        'statement 0 ("Write"): "s3:PutObjet" is no action of Amazon S3; did you mean "s3:PutObject"?',
    ),
    (policy(allow(), allow("s3:Foo*")), 'statement 1: "s3:Foo*" matches no action of Amazon S3'),
    (
        policy(deny("cloudtral:StopLogging")),
        (
            'statement 0: unknown service "cloudtral" in action "cloudtral:StopLogging"; '
            'did you mean "cloudtrail"?'
        ),
    ),
    (
        policy(allow(None, NotAction="iam:PasRole")),
        (
            'statement 0: "iam:PasRole" is no action of AWS Identity and Access Management (IAM); '
            'did you mean "iam:PassRole"?'
        ),
    ),
    (
        when("aws:SorceArn"),
        'statement 0: unknown global condition key "aws:SorceArn"; did you mean "aws:SourceArn"?',
    ),
    (
        when("s3:x-amz-acll"),
        'statement 0: unknown condition key "s3:x-amz-acll"; did you mean "s3:x-amz-acl"?',
    ),
    (
        when("kms:ViaService"),
        'statement 0: condition key "kms:ViaService" belongs to kms, of which the statement has no action',
    ),
    (
        when("aws:TagKeys"),
        (
            'statement 0: "StringEquals" tests "aws:TagKeys", which has several values; '
            'write "ForAnyValue:StringEquals" or "ForAllValues:StringEquals"'
        ),
    ),
    (
        when("kms:EncryptionContextKeys", action="kms:Decrypt"),
        (
            'statement 0: "StringEquals" tests "kms:EncryptionContextKeys", which has several values; '
            'write "ForAnyValue:StringEquals" or "ForAllValues:StringEquals"'
        ),
    ),
    (
        when("aws:username", "${aws:usrname}"),
        (
            'statement 0: in the policy variable of "${aws:usrname}": '
            'unknown global condition key "aws:usrname"; did you mean "aws:username"?'
        ),
    ),
    (
        policy(allow(resource="arn:aws:s3:::b/${s3:prefx, 'x'}")),
        (
            "statement 0: in the policy variable of \"arn:aws:s3:::b/${s3:prefx, 'x'}\": "
            'unknown condition key "s3:prefx"; did you mean "s3:prefix"?'
        ),
    ),
    (
        policy(allow(resource="arn:aws-cn:s3:::bucket")),
        (
            'statement 0: "Resource" has "arn:aws-cn:s3:::bucket", an ARN of partition "aws-cn"; '
            'this policy is for "aws"'
        ),
    ),
    (
        when("aws:SourceArn", "arn:aws-us-gov:cloudtrail:*:1:trail/t", operator="ArnLike"),
        (
            'statement 0: condition key "aws:SourceArn" has "arn:aws-us-gov:cloudtrail:*:1:trail/t", '
            'an ARN of partition "aws-us-gov"; this policy is for "aws"'
        ),
    ),
    (
        policy(deny(None, NotAction="s3:*", resource=None, NotResource="arn:aws:s33:::bucket")),
        (
            'statement 0: "NotResource" has "arn:aws:s33:::bucket" of the unknown service "s33"; '
            'did you mean "s3"?'
        ),
    ),
    (
        policy(allow("kms:*", "arn:aws:kms:cn-north-1:111122223333:key/x")),
        (
            'statement 0: "Resource" has "arn:aws:kms:cn-north-1:111122223333:key/x" in Region "cn-north-1", '
            'which is not in partition "aws"'
        ),
    ),
    (
        policy(allow("kms:*", "arn:aws:kms:us-east-1:11112222333:key/x")),
        (
            'statement 0: "Resource" has "arn:aws:kms:us-east-1:11112222333:key/x" '
            'with the account "11112222333"; '
            "an account id has 12 digits"
        ),
    ),
    (policy(allow(Effect="Permit")), 'statement 0: "Effect" is \'Permit\'; write "Allow" or "Deny"'),
)


@pytest.mark.parametrize(("document", "line"), PROBLEMS)
def test_problem_is_one_clear_line(document: dict[str, Any], line: str) -> None:
    """Each thing that AWS does not have is named with its place and the likely meaning."""
    assert list(find_problems(document, IDENTITY, partition="aws")) == [line]


def test_principals_of_another_partition_are_found() -> None:
    """An account root of another partition is a problem of the Principal element."""
    document = policy(allow(Principal={"AWS": "arn:aws-cn:iam::111122223333:root"}))
    assert list(find_problems(document, RESOURCE, partition="aws")) == [
        (
            'statement 0: "Principal" has "arn:aws-cn:iam::111122223333:root", an ARN of partition "aws-cn"; '
            'this policy is for "aws"'
        ),
    ]
    assert list(find_problems(document, RESOURCE, partition="aws-cn")) == []


@pytest.mark.parametrize(
    "document",
    [
        policy(allow(["s3:putobject", "S3:Get*", "s3:*", "*", "imagebuilder:CreateComponent"])),
        when("s3:RequestObjectTag/team"),
        when("AWS:SOURCEARN"),
        when("aws:PrincipalTag/any key: at all"),
        when("kms:EncryptionContext:aws:cloudtrail:arn", action="kms:GenerateDataKey*"),
        when("kms:ViaService", action="*"),
        when("ec2:SourceInstanceArn"),
        when("aws:TagKeys", operator="ForAllValues:StringLike"),
        when("aws:TagKeys", "true", operator="Null"),
        when("aws:SourceArn", "arn:*:cloudtrail:*:*:trail/*", operator="ArnLike"),
        when("aws:PrincipalArn", "arn:aws:iam::${aws:PrincipalAccount}:role/x", operator="ArnLike"),
        policy(allow("logs:*", "arn:aws:logs:*:*:*")),
        policy(allow("iam:GetPolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess")),
        policy(allow("s3:*", "arn:a*:s3:::bucket")),
    ],
)
def test_what_aws_has_is_no_problem(document: dict[str, Any]) -> None:
    """Known actions, keys and ARNs pass, in any case and with wildcards where AWS takes them."""
    assert list(find_problems(document, IDENTITY, partition="aws")) == []


@pytest.mark.parametrize(
    "key",
    [
        "saml:aud",
        "accounts.google.com:sub",
        "oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE:aud",
        "sts:ExternalId",
    ],
)
def test_keys_of_identity_providers_belong_into_trust_policies(key: str) -> None:
    """A role's trust policy may ask for claims of any identity provider."""
    statement = allow("sts:AssumeRole*", None, Principal="*", Condition={"StringEquals": {key: "x"}})
    assert list(find_problems(policy(statement), TRUST, partition="aws")) == []


def test_all_problems_come_at_once() -> None:
    """Whoever corrects a policy sees every problem the first time."""
    three = allow(["s3:PutObjet", "s3:GetObjet"], ["arn:aws-cn:s3:::b"])
    document = policy(three, allow("s3:*", Condition={"Null": {"aws:X": "true"}}))
    with pytest.raises(PolicyError) as error:
        require_known(document, IDENTITY, partition="aws")
    assert [line.split(":")[0] for line in str(error.value).splitlines()] == ["statement 0"] * 3 + [
        "statement 1"
    ]


def test_a_clean_document_is_let_through() -> None:
    """Nothing happens to a policy without problems."""
    require_known(policy(allow("s3:GetObject", BUCKET)), IDENTITY, partition="aws")


@pytest.mark.parametrize("path", RENDERED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_own_documents_have_no_problem(path: Path) -> None:
    """Every document as deployed names only what AWS has."""
    document = json.loads(path.read_text())
    assert list(find_problems(document, _kind(document), partition="aws")) == []


def _kind(document: dict[str, Any]) -> DocumentKind:
    """What a document is attached to: only trust policies name a principal and no resource."""
    elements = {element for statement in document["Statement"] for element in statement}
    if not elements & {"Principal", "NotPrincipal"}:
        return IDENTITY
    return RESOURCE if elements & {"Resource", "NotResource"} else TRUST


def test_own_documents_are_looked_at() -> None:
    """The check above is not empty."""
    assert {path.stem for path in RENDERED} >= {"bucket", "key"}
