"""Records of KMS as its developer guide shows them."""

from __future__ import annotations

from typing import Any

import pytest

from packages.localaws.tests.front import ACCOUNT_ID, Front, refused

DEFAULTS = {
    "description": "",
    "origin": "AWS_KMS",
    "bypassPolicyLockoutSafetyCheck": False,
    "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
    "keySpec": "SYMMETRIC_DEFAULT",
    "keyUsage": "ENCRYPT_DECRYPT",
}


def resources(*arns: str) -> list[dict[str, str]]:
    """Keys and aliases as a record names them."""
    return [{"accountId": ACCOUNT_ID, "type": "AWS::KMS::Key", "ARN": arn} for arn in arns]


def new_key(front: Front) -> str:
    """A key's ARN, with the records of its making forgotten."""
    arn = str(front.client("kms").create_key()["KeyMetadata"]["Arn"])
    front.records.clear()
    return arn


def test_a_new_key_is_printed_with_its_defaults(front: Front) -> None:
    """What was not asked for is printed all the same; the account's id keeps its capitals."""
    arn = front.client("kms").create_key()["KeyMetadata"]["Arn"]
    record = front.record("CreateKey")
    assert record["requestParameters"] == DEFAULTS
    assert record["responseElements"]["keyMetadata"]["AWSAccountId"] == ACCOUNT_ID
    assert record["resources"] == resources(arn)


def test_what_was_asked_replaces_a_default(front: Front) -> None:
    """Both names of the key's kind say what was given under either."""
    front.client("kms").create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC", Description="mac")
    asked = front.record("CreateKey")["requestParameters"]
    assert asked == DEFAULTS | {
        "description": "mac",
        "keySpec": "HMAC_256",
        "customerMasterKeySpec": "HMAC_256",
        "keyUsage": "GENERATE_VERIFY_MAC",
    }


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("disable_key", {}),
        ("enable_key_rotation", {}),
        ("tag_resource", {"Tags": [{"TagKey": "Team", "TagValue": "Red"}]}),
        ("put_key_policy", {"PolicyName": "default", "Policy": "{}"}),
        ("update_key_description", {"Description": "other"}),
    ],
)
def test_a_change_answers_with_the_key(front: Front, operation: str, parameters: dict[str, Any]) -> None:
    """Operations that answer nothing have the key's ARN among the response elements."""
    arn = new_key(front)
    getattr(front.client("kms"), operation)(KeyId=arn.rsplit("/", 1)[-1], **parameters)
    (record,) = front.records
    assert record["responseElements"] == {"keyId": arn}
    assert record["resources"] == resources(arn)


def test_aliases_are_named_with_their_keys(front: Front) -> None:
    """Also when the alias is gone afterwards."""
    arn = new_key(front)
    kms = front.client("kms")
    kms.create_alias(AliasName="alias/logs", TargetKeyId=arn)
    kms.delete_alias(AliasName="alias/logs")
    alias = f"arn:aws:kms:us-east-1:{ACCOUNT_ID}:alias/logs"
    assert [record["resources"] for record in front.records] == [
        resources(alias, arn),
        resources(alias, arn),
    ]
    assert front.record("DeleteAlias")["responseElements"] == {"keyId": arn}


def test_a_decryption_names_its_key(front: Front) -> None:
    """Although the request need not, since the ciphertext says it."""
    arn = new_key(front)
    kms = front.client("kms")
    kms.decrypt(CiphertextBlob=kms.encrypt(KeyId=arn, Plaintext=b"words")["CiphertextBlob"])
    record = front.record("Decrypt")
    assert record["requestParameters"] == {"encryptionAlgorithm": "SYMMETRIC_DEFAULT", "keyId": arn}
    assert record["resources"] == resources(arn)


def test_the_use_of_an_alias_names_the_key(front: Front) -> None:
    """The request keeps the alias, the resources have the key behind it."""
    arn = new_key(front)
    kms = front.client("kms")
    kms.create_alias(AliasName="alias/logs", TargetKeyId=arn)
    kms.generate_data_key(KeyId="alias/logs", KeySpec="AES_256")
    record = front.record("GenerateDataKey")
    assert record["requestParameters"]["keyId"] == "alias/logs"
    assert record["resources"] == resources(arn)


def test_a_key_that_is_not_there_is_no_resource(front: Front) -> None:
    """A record names only what exists."""
    with refused("NotFoundException"):
        front.client("kms").describe_key(KeyId="00000000-0000-0000-0000-000000000000")
    assert "resources" not in front.record("DescribeKey")


def test_grant_tokens_are_left_out(front: Front) -> None:
    """Whoever holds one may use the grant."""
    arn = new_key(front)
    grant = front.client("kms").create_grant(
        KeyId=arn, GranteePrincipal=f"arn:aws:iam::{ACCOUNT_ID}:root", Operations=["Decrypt"]
    )
    assert front.record("CreateGrant")["responseElements"] == {"grantId": grant["GrantId"], "keyId": arn}
