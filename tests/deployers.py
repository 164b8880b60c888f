"""A deployer on a local AWS that enforces nothing: its role, the boundary, and a session's credentials."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from config.stack import Stack
from policies.documents import documents

_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}],
}


def make_boundary(iam: Any, stack: Stack) -> None:
    """Make the boundary of the stack's roles, as an administrator does before the first deployment."""
    if stack.boundary_arn:
        text = json.dumps(documents(stack)["role-boundary"].document())
        iam.create_policy(PolicyName=stack.boundary_arn.rpartition("/")[2], PolicyDocument=text)


def deployers_credentials(aws: Any, stack: Stack) -> Mapping[str, str]:
    """The variables by which `localaws pulumi` deploys as the stack's deployer; none where none is named."""
    if stack.deployer_role_arn is None:
        return {}
    iam = aws.client("iam")
    iam.create_role(
        RoleName=stack.deployer_role_arn.rpartition("/")[2], AssumeRolePolicyDocument=json.dumps(_TRUST)
    )
    make_boundary(iam, stack)
    given = aws.client("sts").assume_role(RoleArn=stack.deployer_role_arn, RoleSessionName="deploying")
    names = {
        "ACCESS_KEY_ID": "AccessKeyId",
        "SECRET_ACCESS_KEY": "SecretAccessKey",
        "SESSION_TOKEN": "SessionToken",
    }
    return {f"LOCALAWS_{name}": given["Credentials"][theirs] for name, theirs in names.items()}
