"""`--enforce-iam`: what a policy says of an ARN holds for the names of the same thing."""

from __future__ import annotations

import json

import pytest

from packages.localaws.tests.front import ACCOUNT_ID, Front, allow, deny, document, refused


@pytest.mark.parametrize("by_own_policy", [False, True])
def test_a_secret_is_denied_by_name_too(strict_front: Front, *, by_own_policy: bool) -> None:
    """A Deny of a secret's ARN, its own policy's as well, holds for its name, its ARN and a batch."""
    root = strict_front.client("secretsmanager")
    arn = root.create_secret(Name="victim", SecretString="x")["ARN"]
    statements = [allow("secretsmanager:*")]
    if by_own_policy:
        own = {**deny("secretsmanager:GetSecretValue"), "Principal": "*"}
        root.put_resource_policy(SecretId="victim", ResourcePolicy=document(own))
    else:
        statements.append(deny("secretsmanager:GetSecretValue", resource=arn))
    secrets = strict_front.client("secretsmanager", strict_front.user("alice", *statements))
    for name in ("victim", arn):
        with refused("AccessDeniedException", "explicit deny"):
            secrets.get_secret_value(SecretId=name)
        with refused("AccessDeniedException", "explicit deny"):
            secrets.batch_get_secret_value(SecretIdList=[name])


def test_a_parameter_is_denied_however_it_is_written(strict_front: Front) -> None:
    """A Deny of a parameter holds with a slash in front, a version behind, and in a list of names."""
    root = strict_front.client("ssm")
    root.put_parameter(Name="/victim", Value="x", Type="String")
    root.put_parameter(Name="other", Value="x", Type="String")
    victim = f"arn:aws:ssm:us-east-1:{ACCOUNT_ID}:parameter/victim"
    key = strict_front.user("alice", allow("ssm:*"), deny("ssm:*", resource=victim))
    ssm = strict_front.client("ssm", key)
    for name in ("victim", "/victim", "/victim:1", victim):
        with refused("AccessDeniedException", "explicit deny"):
            ssm.get_parameter(Name=name)
    with refused("AccessDeniedException", "explicit deny"):
        ssm.get_parameters(Names=["other", "/victim"])
    assert ssm.get_parameter(Name="other")["Parameter"]["Value"] == "x"


def test_an_entity_is_denied_by_its_path(strict_front: Front) -> None:
    """A Deny of a path holds for users and groups under it, and for a move to it."""
    root = strict_front.client("iam")
    root.create_group(GroupName="admins", Path="/adm/")
    root.create_user(UserName="boss", Path="/adm/")
    root.create_user(UserName="bob")
    paths = [f"arn:aws:iam::{ACCOUNT_ID}:{kind}/adm/*" for kind in ("group", "user")]
    iam = strict_front.client(
        "iam", strict_front.user("alice", allow("iam:*"), deny("iam:*", resource=paths))
    )
    policy = {
        "PolicyName": "p",
        "PolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": [allow("*")]}),
    }
    with refused("AccessDenied", "explicit deny"):
        iam.put_group_policy(GroupName="admins", **policy)
    with refused("AccessDenied", "explicit deny"):
        iam.create_user(UserName="new", Path="/adm/")
    with refused("AccessDenied", "explicit deny"):
        iam.put_user_policy(UserName="boss", **policy)
    with refused("AccessDenied", "explicit deny"):
        iam.update_user(UserName="bob", NewPath="/adm/")
