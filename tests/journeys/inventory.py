"""What there is in a local AWS, asked of its APIs rather than of anybody's state."""

from __future__ import annotations

from typing import Any, Protocol


class Account(Protocol):
    """Whatever gives clients of an account's root user."""

    def client(self, service: str) -> Any:
        """A boto3 client."""


def inventory(aws: Account) -> set[tuple[str, str]]:
    """Every key in use, alias, bucket, trail, role and managed policy of an account, as (kind, name)."""
    kms, s3, iam = aws.client("kms"), aws.client("s3"), aws.client("iam")
    keys = {key["KeyId"] for page in kms.get_paginator("list_keys").paginate() for key in page["Keys"]}
    aliases = {
        alias["AliasName"]
        for page in kms.get_paginator("list_aliases").paginate()
        for alias in page["Aliases"]
        if not alias["AliasName"].startswith("alias/aws/")
    }
    trails = aws.client("cloudtrail").describe_trails()["trailList"]
    policies = iam.list_policies(Scope="Local")["Policies"]
    return {
        *(("key", key) for key in keys if _in_use(kms.describe_key(KeyId=key)["KeyMetadata"])),
        *(("alias", alias) for alias in aliases),
        *(("bucket", bucket["Name"]) for bucket in s3.list_buckets()["Buckets"]),
        *(("trail", trail["Name"]) for trail in trails),
        *(("role", role["RoleName"]) for role in iam.list_roles()["Roles"]),
        *(("policy", policy["PolicyName"]) for policy in policies),
    }


def _in_use(key: dict[str, str]) -> bool:
    """Whether a key is a customer's and not on its way out: AWS deletes none at once."""
    return key["KeyManager"] == "CUSTOMER" and key["KeyState"] != "PendingDeletion"
