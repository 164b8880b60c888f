"""New buckets as S3 makes them, and what S3 refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from packages.localaws.tests.front import OTHER_ACCOUNT_ID, Front, allow, document, refused

BUCKET = "example-bucket"
ARN = f"arn:aws:s3:::{BUCKET}"
EVERYBODY = {"Principal": "*"}
CUSTOMER_KEY = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "0" * 32}


@pytest.fixture
def s3(front: Front) -> Any:
    """A client of S3, in which one bucket has just been made."""
    client = front.client("s3")
    client.create_bucket(Bucket=BUCKET)
    return client


def test_a_new_bucket_is_encrypted_by_s3(s3: Any) -> None:
    """With S3's own keys, and without those that customers would bring along."""
    (rule,) = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule == {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
        "BucketKeyEnabled": False,
        "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
    }


def test_a_new_bucket_is_closed_to_the_public(s3: Any) -> None:
    """All four settings are on."""
    block = s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}


def test_a_new_bucket_has_no_acls(s3: Any) -> None:
    """Its owner owns every object, and ACLs are refused."""
    rules = s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    with refused("AccessControlListNotSupported"):
        s3.put_bucket_acl(Bucket=BUCKET, ACL="public-read")
    with refused("AccessControlListNotSupported"):
        s3.put_object(Bucket=BUCKET, Key="key", ACL="public-read")
    s3.put_object(Bucket=BUCKET, Key="key", ACL="bucket-owner-full-control")


def test_acls_come_back_with_the_ownership_of_writers(s3: Any) -> None:
    """Who turns them on can use them."""
    controls = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    s3.put_bucket_ownership_controls(Bucket=BUCKET, OwnershipControls=controls)
    s3.put_bucket_acl(Bucket=BUCKET, ACL="public-read")


def test_a_bucket_cannot_begin_with_an_acl_that_it_does_not_take(front: Front) -> None:
    """Unless it is made with another ownership."""
    s3 = front.client("s3")
    with refused("InvalidBucketAclWithObjectOwnership"):
        s3.create_bucket(Bucket=BUCKET, ACL="public-read")
    s3.create_bucket(Bucket=BUCKET, ACL="public-read", ObjectOwnership="ObjectWriter")


def test_no_bucket_is_ever_without_encryption(s3: Any) -> None:
    """Taking the configuration away goes back to the default."""
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.delete_bucket_encryption(Bucket=BUCKET)
    (rule,) = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_objects_cannot_be_encrypted_with_a_key_of_the_customers_own(s3: Any) -> None:
    """As long as the bucket blocks it, which a change of its encryption by itself does not end."""
    rule: dict[str, Any] = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
    with refused("AccessDenied", "SSE-C"):
        s3.put_object(Bucket=BUCKET, Key="key", **CUSTOMER_KEY)
    rule["BlockedEncryptionTypes"] = {"EncryptionType": ["NONE"]}
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.put_object(Bucket=BUCKET, Key="key", **CUSTOMER_KEY)
    (read,) = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert read["BlockedEncryptionTypes"] == {"EncryptionType": ["NONE"]}


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("{}", "Missing required field Statement"),
        ("[]", "Policies must be valid JSON and the first byte must be '{'"),
        ("no JSON", "Policies must be valid JSON and the first byte must be '{'"),
        (document(allow("s3:GetObject", resource="arn:aws:s3:::another/*", **EVERYBODY)), "invalid resource"),
        (document(allow("s3:GetObject", resource=f"{ARN}-2/*", **EVERYBODY)), "invalid resource"),
        (document(allow("s3:GetObject", resource=f"arn:aws-cn:s3:::{BUCKET}/*", **EVERYBODY)), "resource"),
        (document(allow("s3:*", resource="arn:aws:sqs:us-east-1:123456789012:q", **EVERYBODY)), "resource"),
        (document(allow("sqs:SendMessage", resource=ARN, **EVERYBODY)), "invalid action"),
        (document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{ARN}/*"}), "rincipal"),
    ],
)
def test_a_policy_that_is_none_of_the_buckets_is_refused(s3: Any, policy: str, message: str) -> None:
    """And the bucket keeps none."""
    with refused("MalformedPolicy", message):
        s3.put_bucket_policy(Bucket=BUCKET, Policy=policy)
    with refused("NoSuchBucketPolicy"):
        s3.get_bucket_policy(Bucket=BUCKET)


@pytest.mark.parametrize("resource", [ARN, f"{ARN}/*", f"{ARN}*", [ARN, f"{ARN}/AWSLogs/*"]])
def test_a_policy_of_the_bucket_is_taken(s3: Any, resource: str | list[str]) -> None:
    """The bucket itself, its objects, and patterns that hold both."""
    policy = document(allow("s3:*", resource=resource, Principal={"AWS": OTHER_ACCOUNT_ID}))
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy)
    assert json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"]) == json.loads(policy)
