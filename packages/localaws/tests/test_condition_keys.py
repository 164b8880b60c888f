"""Condition keys that AWS fills from what a role or key is, not from what the call says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from packages.localaws.tests.front import ACCOUNT_ID, Front, allow, document, refused, trust

BOUNDARY = f"arn:aws:iam::{ACCOUNT_ID}:policy/boundary"
WITHIN = {"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}}
CALLED_SO = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/mine"}}


@pytest.fixture(scope="module")
def strict_front() -> Iterator[Front]:
    """A local AWS that enforces IAM."""
    with Front.opened(enforce_iam=True) as opened:
        yield opened


def test_a_roles_boundary_is_that_of_the_call_or_else_its_own(strict_front: Front) -> None:
    """Roles can be made and written within the boundary asked for, and no others."""
    strict_front.client("iam").create_policy(PolicyName="boundary", PolicyDocument=document(allow("*")))
    key = strict_front.user("bounder", allow("iam:CreateRole", "iam:PutRolePolicy", Condition=WITHIN))
    iam, trusted = strict_front.client("iam", key), document(trust({"AWS": ACCOUNT_ID}))
    iam.create_role(RoleName="bounded", AssumeRolePolicyDocument=trusted, PermissionsBoundary=BOUNDARY)
    iam.put_role_policy(RoleName="bounded", PolicyName="p", PolicyDocument=document(allow("*")))
    with refused("AccessDenied", "iam:CreateRole"):
        iam.create_role(RoleName="unbounded", AssumeRolePolicyDocument=trusted)
    strict_front.role("free", trust({"AWS": ACCOUNT_ID}))
    with refused("AccessDenied", "iam:PutRolePolicy"):
        iam.put_role_policy(RoleName="free", PolicyName="p", PolicyDocument=document(allow("*")))


def test_a_key_is_known_by_its_aliases(strict_front: Front) -> None:
    """Whatever the call names it by; a key of another alias is not."""
    kms = strict_front.client("kms")
    mine, other = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    kms.create_alias(AliasName="alias/mine", TargetKeyId=mine)
    kms.create_alias(AliasName="alias/other", TargetKeyId=other)
    caller = strict_front.client(
        "kms", strict_front.user("caller", allow("kms:DescribeKey", Condition=CALLED_SO))
    )
    assert caller.describe_key(KeyId=mine)["KeyMetadata"]["KeyId"] == mine
    with refused("AccessDeniedException"):
        caller.describe_key(KeyId=other)


def test_a_session_hands_its_source_identity_on_only_where_the_next_role_lets_it(strict_front: Front) -> None:
    """As AWS has it for chained roles."""
    both = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    signing_in = strict_front.user("someone", allow(*both))
    first = strict_front.role("first", trust({"AWS": ACCOUNT_ID}, Action=both), allow(*both))
    open_role = strict_front.role("open", trust({"AWS": ACCOUNT_ID}, Action=both))
    closed_role = strict_front.role("closed", trust({"AWS": ACCOUNT_ID}))
    session = strict_front.client("sts", signing_in).assume_role(
        RoleArn=first, RoleSessionName="someone", SourceIdentity="someone"
    )["Credentials"]
    sts = strict_front.client("sts", session)
    assert sts.assume_role(RoleArn=open_role, RoleSessionName="someone")["Credentials"]
    with refused("AccessDenied", "sts:SetSourceIdentity"):
        sts.assume_role(RoleArn=closed_role, RoleSessionName="someone")
