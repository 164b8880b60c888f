"""The people and programs of the demo: each kind of identity that CloudTrail tells apart.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config

REGIONS = ("us-east-1", "eu-west-1")
PATIENCE_SECONDS = 300  # as much as a machine that is busy otherwise may need
BUILDER_ROLE = "image-builder-engineer"


def client(service: str, endpoint: str, region: str, credentials: Mapping[str, str], agent: str = "") -> Any:
    """A boto3 client that makes each call once: a retry would be a second call in the log."""
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=endpoint,
        config=Config(
            retries={"total_max_attempts": 1},
            user_agent_extra=agent or None,
            proxies={},
            read_timeout=PATIENCE_SECONDS,
        ),
        **credentials,
    )


def keys(answer: Mapping[str, Any]) -> dict[str, str]:
    """The credentials of an IAM or STS answer, as boto3 takes them."""
    credentials = {
        "aws_access_key_id": answer["AccessKeyId"],
        "aws_secret_access_key": answer["SecretAccessKey"],
    }
    if "SessionToken" in answer:
        credentials["aws_session_token"] = answer["SessionToken"]
    return credentials


def allow_everything_in(service: str) -> str:
    """An identity policy for the demo's own identities."""
    statement = {"Effect": "Allow", "Action": f"{service}:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def create(endpoint: str, root: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Create a user, a role and a federated user; return the credentials of each identity by its name."""
    iam = client("iam", endpoint, REGIONS[0], root)
    account = client("sts", endpoint, REGIONS[0], root).get_caller_identity()["Account"]
    iam.create_user(UserName="alice")
    iam.put_user_policy(
        UserName="alice", PolicyName="image-builder", PolicyDocument=allow_everything_in("imagebuilder")
    )
    alice = keys(iam.create_access_key(UserName="alice")["AccessKey"])
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:user/alice"},
        "Action": "sts:AssumeRole",
    }
    role = iam.create_role(
        RoleName=BUILDER_ROLE,
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )["Role"]
    iam.put_role_policy(
        RoleName=BUILDER_ROLE, PolicyName="image-builder", PolicyDocument=allow_everything_in("imagebuilder")
    )
    tokens = client("sts", endpoint, REGIONS[0], alice)
    session = tokens.assume_role(RoleArn=role["Arn"], RoleSessionName="nightly-build")
    federated = tokens.get_federation_token(Name="contractor", Policy=allow_everything_in("imagebuilder"))
    return {
        "root": dict(root),
        "IAM user": alice,
        "assumed role": keys(session["Credentials"]),
        "federated user": keys(federated["Credentials"]),
    }


def imagebuilder_clients(
    endpoint: str, identities: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, Any]]:
    """An Image Builder client for each identity in each Region of the demo."""
    return {
        name: {region: client("imagebuilder", endpoint, region, credentials) for region in REGIONS}
        for name, credentials in identities.items()
    }
