"""The examples that AWS publishes for its evaluation logic, with the outcomes that its pages tell.

- reference_policies_evaluation-logic_policy-eval-basics.html and …-logic-cross-account.html (Carlos)
- reference_policies_evaluation-logic_AccessPolicyLanguage_Interplay.html (explicit and implicit denies)
- access_policies_boundaries.html (Shirley, Zhang), reference_policies_elements_notprincipal.html (Bob)
- reference_policies_elements_notaction.html, …_notresource.html, …_multi-value-conditions.html
- reference_policies_elements_condition_operators.html (IfExists, Null)
all under https://docs.aws.amazon.com/IAM/latest/UserGuide/
"""

from __future__ import annotations

from typing import Any

import pytest

from iam_evaluation import Principal, Verdict
from packages.iam_evaluation.tests.building import (
    ALLOWED,
    DENIED,
    EVERYTHING,
    NOT_ALLOWED,
    OTHER,
    OTHER_ROOT_ARN,
    OWN,
    allow,
    decide,
    deny,
    policy,
    verdict,
)


def user(name: str, account: str = OWN) -> Principal:
    """An IAM user without a path."""
    return Principal.user(f"arn:aws:iam::{account}:user/{name}")


CARLOS = user("carlossalazar")
CARLOS_OWN = ["arn:aws:s3:::carlossalazar/*", "arn:aws:s3:::carlossalazar"]
CARLOS_IDENTITY = policy(
    allow(
        [
            "s3:GetBucketLocation",
            "s3:GetAccountPublicAccessBlock",
            "s3:ListAccessPoints",
            "s3:ListAllMyBuckets",
        ],
        "arn:aws:s3:::*",
        Sid="AllowS3ListRead",
    ),
    allow("s3:*", CARLOS_OWN, Sid="AllowS3Self"),
    deny("s3:*", "arn:aws:s3:::*log*", Sid="DenyS3Logs"),
)
CARLOS_BUCKET = policy(allow("s3:*", CARLOS_OWN, Principal={"AWS": CARLOS.arn}))


def test_carlos_is_denied_the_logs_bucket_of_his_account() -> None:
    """The identity policy's Deny for names with "log" ends the question."""
    decision = decide(CARLOS, "s3:PutObject", "arn:aws:s3:::carlossalazar-logs/f", identity=[CARLOS_IDENTITY])
    assert decision.verdict is DENIED
    assert [statement.sid for statement in decision.statements] == ["DenyS3Logs"]


@pytest.mark.parametrize(
    ("identity", "bucket", "expected"),
    [
        ([CARLOS_IDENTITY], CARLOS_BUCKET, ALLOWED),
        ([CARLOS_IDENTITY], None, ALLOWED),
        ([], CARLOS_BUCKET, ALLOWED),
        ([], None, NOT_ALLOWED),
    ],
)
def test_carlos_reaches_his_own_bucket_by_either_policy(
    identity: Any, bucket: Any, expected: Verdict
) -> None:
    """Within an account one of the two policies suffices."""
    target = "arn:aws:s3:::carlossalazar/file"
    assert verdict(CARLOS, "s3:PutObject", target, identity=identity, resource=bucket) is expected


FAR_CARLOS_IDENTITY = policy(
    allow("s3:ListAllMyBuckets", Sid="AllowS3ListRead"),
    allow("s3:*Object*", "arn:aws:s3:::Production/*", Sid="AllowS3ProductionObjectActions"),
    deny("s3:*", ["arn:aws:s3:::*log*", "arn:aws:s3:::*log*/*"], Sid="DenyS3Logs"),
)
PRODUCTION = policy(
    allow(
        ["s3:GetObject*", "s3:PutObject*", "s3:ReplicateObject", "s3:RestoreObject"],
        "arn:aws:s3:::Production/*",
        Principal={"AWS": CARLOS.arn},
    ),
)


@pytest.mark.parametrize(
    ("action", "target", "bucket", "expected"),
    [
        ("s3:PutObject", "arn:aws:s3:::Production-logs/file", None, DENIED),
        ("s3:PutObject", "arn:aws:s3:::Production/file", PRODUCTION, ALLOWED),
        ("s3:PutObject", "arn:aws:s3:::Production/file", None, NOT_ALLOWED),
        ("s3:DeleteObject", "arn:aws:s3:::Production/file", PRODUCTION, NOT_ALLOWED),
        ("s3:PutBucketPolicy", "arn:aws:s3:::Production", PRODUCTION, NOT_ALLOWED),
    ],
)
def test_carlos_in_another_account(action: str, target: str, bucket: Any, expected: Verdict) -> None:
    """Across accounts both must allow; he can create and edit objects, not delete them."""
    given: dict[str, Any] = {"identity": [FAR_CARLOS_IDENTITY], "resource": bucket}
    assert verdict(CARLOS, action, target, account=OTHER, **given) is expected


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("iam:GetUser", ALLOWED),
        ("iam:ListRoles", ALLOWED),
        ("iam:CreatePolicy", NOT_ALLOWED),
        ("iam:GetOrganizationsAccessReport", DENIED),
        ("iam:GenerateCredentialReport", DENIED),
    ],
)
def test_explicit_and_implicit_denies(action: str, expected: Verdict) -> None:
    """Get and List are allowed, reports denied even where another policy allows all, the rest not allowed."""
    document = policy(allow(["iam:Get*", "iam:List*"]), deny("iam:*Report"))
    assert verdict(action=action, target="*", identity=[document]) is expected
    assert verdict(action=action, target="*", identity=[document, EVERYTHING]) is (
        DENIED if expected is DENIED else ALLOWED
    )


def test_shirley_cannot_leave_her_boundary() -> None:
    """A boundary of three services grants nothing and stops IAM actions that her policy allows."""
    boundary = policy(allow(["s3:*", "cloudwatch:*", "ec2:*"]))
    create = [policy(allow("iam:CreateUser"))]
    shirley = user("ShirleyRodriguez")
    assert verdict(shirley, "iam:CreateUser", "*", identity=create, boundary=boundary) is NOT_ALLOWED
    assert verdict(shirley, "s3:ListBucket", "*", identity=create, boundary=boundary) is NOT_ALLOWED
    both = [*create, policy(allow("s3:*"))]
    assert verdict(shirley, "s3:ListBucket", "*", identity=both, boundary=boundary) is ALLOWED
    assert verdict(shirley, "iam:CreateUser", "*", identity=create) is ALLOWED


X_COMPANY = f"arn:aws:iam::{OWN}:policy/XCompanyBoundaries"
ZHANGS_BOUNDARY = policy(
    allow(
        ["iam:CreateUser", "iam:DeleteUserPolicy", "iam:AttachUserPolicy", "iam:PutUserPermissionsBoundary"],
        Condition={"StringEquals": {"iam:PermissionsBoundary": X_COMPANY}},
    ),
    allow(["cloudwatch:*", "iam:GetUser", "iam:DeletePolicy", "iam:*Group*"]),
    deny(["iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:SetDefaultPolicyVersion"], [X_COMPANY]),
    deny("iam:DeleteUserPermissionsBoundary"),
)


@pytest.mark.parametrize(
    ("action", "target", "context", "expected"),
    [
        ("iam:CreateUser", f"arn:aws:iam::{OWN}:user/new", {"iam:PermissionsBoundary": X_COMPANY}, ALLOWED),
        ("iam:CreateUser", f"arn:aws:iam::{OWN}:user/new", {}, NOT_ALLOWED),
        ("iam:CreateUser", f"arn:aws:iam::{OWN}:user/new", {"iam:PermissionsBoundary": "arn:x"}, NOT_ALLOWED),
        ("iam:DeletePolicy", f"arn:aws:iam::{OWN}:policy/other", {}, ALLOWED),
        ("iam:DeletePolicy", X_COMPANY, {}, DENIED),
        ("iam:DeleteUserPermissionsBoundary", f"arn:aws:iam::{OWN}:user/Zhang", {}, DENIED),
        ("iam:CreateRole", f"arn:aws:iam::{OWN}:role/new", {}, NOT_ALLOWED),
        ("cloudwatch:DeleteAlarms", "*", {}, NOT_ALLOWED),
        ("cloudwatch:ListMetrics", "*", {}, ALLOWED),
    ],
)
def test_zhang_creates_users_only_within_marias_rules(
    action: str, target: str, context: dict[str, str], expected: Verdict
) -> None:
    """He has all of IAM by his policy, and of it just what his boundary leaves."""
    identity = [policy(allow("iam:*"), allow(["cloudwatch:GetDashboard", "cloudwatch:ListMetrics"]))]
    given: dict[str, Any] = {"identity": identity, "boundary": ZHANGS_BOUNDARY}
    assert verdict(user("Zhang"), action, target, context=context, **given) is expected


def test_bob_is_left_out_of_a_deny() -> None:
    """NotPrincipal with Bob and his account denies all others, and grants Bob nothing."""
    bob = user("Bob", OTHER)
    only_bob = deny("s3:*", NotPrincipal={"AWS": [bob.arn, OTHER_ROOT_ARN]})
    assert verdict(bob, resource=policy(only_bob), identity=[EVERYTHING]) is NOT_ALLOWED
    allowing = policy(only_bob, allow("s3:*", Principal={"AWS": bob.arn}))
    assert verdict(bob, resource=allowing, identity=[EVERYTHING]) is ALLOWED
    assert verdict(user("Alice", OTHER), resource=allowing, identity=[EVERYTHING]) is DENIED
    assert verdict(user("Alice"), resource=allowing, identity=[EVERYTHING]) is DENIED


def test_not_action_with_allow_means_all_other_actions_on_its_resources() -> None:
    """All of S3 but deleting buckets; not listing all buckets, which has the resource "*"."""
    identity = [policy(allow(None, "arn:aws:s3:::*", NotAction="s3:DeleteBucket"))]
    assert verdict(action="s3:CreateBucket", target="arn:aws:s3:::b", identity=identity) is ALLOWED
    assert verdict(action="s3:DeleteBucket", target="arn:aws:s3:::b", identity=identity) is NOT_ALLOWED
    assert verdict(action="s3:ListAllMyBuckets", target="*", identity=identity) is NOT_ALLOWED


@pytest.mark.parametrize(
    ("context", "action", "expected"),
    [
        ({"aws:MultiFactorAuthPresent": "false"}, "s3:GetObject", DENIED),
        ({}, "s3:GetObject", DENIED),
        ({"aws:MultiFactorAuthPresent": "true"}, "s3:GetObject", ALLOWED),
        ({}, "iam:EnableMFADevice", ALLOWED),
    ],
)
def test_not_action_with_deny_asks_for_mfa(context: dict[str, str], action: str, expected: Verdict) -> None:
    """BoolIfExists denies without MFA also where the key is absent; IAM is left out."""
    without = deny(
        None, NotAction="iam:*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    )
    assert verdict(action=action, identity=[EVERYTHING, policy(without)], context=context) is expected


def test_not_resource_with_deny_leaves_just_the_payroll_folder() -> None:
    """All S3 resources but those named are denied, and those named not yet allowed."""
    folder = ["arn:aws:s3:::HRBucket/Payroll", "arn:aws:s3:::HRBucket/Payroll/*"]
    identity = [policy(deny("s3:*", None, NotResource=folder))]
    assert verdict(target="arn:aws:s3:::HRBucket/Payroll/may", identity=identity) is NOT_ALLOWED
    assert verdict(target="arn:aws:s3:::HRBucket/Salaries", identity=[*identity, EVERYTHING]) is DENIED
    assert verdict(target="arn:aws:s3:::HRBucket/Payroll/may", identity=[*identity, EVERYTHING]) is ALLOWED


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        (["PostDateTime", "Message"], ALLOWED),
        (["PostDateTime", "UserName"], NOT_ALLOWED),
        (["ID"], NOT_ALLOWED),
    ],
)
def test_all_requested_attributes_must_be_listed(attributes: list[str], expected: Verdict) -> None:
    """ForAllValues allows a request for listed attributes only."""
    listed = {
        "ForAllValues:StringLike": {"dynamodb:requestedAttributes": ["PostDateTime", "Message", "Tags"]}
    }
    identity = [policy(allow("dynamodb:GetItem", Condition=listed))]
    context = {"dynamodb:requestedAttributes": attributes}
    assert verdict(action="dynamodb:GetItem", identity=identity, context=context) is expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [(["UserName", "Message", "PostDateTime"], DENIED), (["UserName"], NOT_ALLOWED)],
)
def test_one_forbidden_attribute_is_enough_to_deny(attributes: list[str], expected: Verdict) -> None:
    """ForAnyValue denies a request with any attribute listed, and allows nothing."""
    forbidden = {"ForAnyValue:StringLike": {"dynamodb:requestedAttributes": ["ID", "PostDateTime"]}}
    identity = [policy(deny("dynamodb:PutItem", Condition=forbidden))]
    context = {"dynamodb:requestedAttributes": attributes}
    assert verdict(action="dynamodb:PutItem", identity=identity, context=context) is expected


def test_instance_type_is_asked_only_where_there_is_one() -> None:
    """IfExists lets the images and key pairs of RunInstances pass, which have no instance type."""
    types = ["t1.*", "t2.*", "m3.*"]
    strict = [policy(allow("ec2:RunInstances", Condition={"StringLike": {"ec2:InstanceType": types}}))]
    lenient = [
        policy(allow("ec2:RunInstances", Condition={"StringLikeIfExists": {"ec2:InstanceType": types}}))
    ]
    arguments: dict[str, Any] = {"action": "ec2:RunInstances", "target": "arn:aws:ec2:us-east-1::image/ami-1"}
    assert verdict(**arguments, identity=strict) is NOT_ALLOWED
    assert verdict(**arguments, identity=lenient) is ALLOWED
    assert verdict(**arguments, identity=lenient, context={"ec2:InstanceType": "x2.large"}) is NOT_ALLOWED
    assert verdict(**arguments, identity=strict, context={"ec2:InstanceType": "t2.micro"}) is ALLOWED


def test_own_credentials_are_told_from_temporary_ones() -> None:
    """Null "true" on aws:TokenIssueTime holds for long-term credentials only."""
    identity = [policy(allow("ec2:*", Condition={"Null": {"aws:TokenIssueTime": "true"}}))]
    assert verdict(action="ec2:RunInstances", identity=identity) is ALLOWED
    issued = {"aws:TokenIssueTime": "2026-01-31T00:00:00Z"}
    assert verdict(action="ec2:RunInstances", identity=identity, context=issued) is NOT_ALLOWED
