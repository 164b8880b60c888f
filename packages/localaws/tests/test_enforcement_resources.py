"""`--enforce-iam`, where the answer depends on the resource: its versions, locks, encryption, tags, alias."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from packages.localaws.tests.front import ACCOUNT_ID, Front, allow, deny, document, refused

OWN_ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"}
BUCKET = "example-bucket"
WORKFLOW = """
name: reboot
schemaVersion: 1.0
steps:
  - name: launch
    action: LaunchInstance
    inputs: {waitFor: ssmAgent}
"""
LOCK = {
    "ObjectLockEnabled": "Enabled",
    "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}},
}
VERSIONED = {"Status": "Enabled"}


def versioned_bucket(front: Front) -> Any:
    """A versioned bucket, and root's client of S3."""
    s3 = front.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration=VERSIONED)
    return s3


def key_with(front: Front, *statements: Mapping[str, Any], **more: Any) -> str:
    """A key that root administers and whose policy says `statements` besides; its ARN."""
    # The API refuses neither: the statements are of the policy, the rest are parameters of CreateKey.
    ruled = {**allow("kms:*"), "Principal": OWN_ROOT}
    made = front.client("kms").create_key(Policy=document(ruled, *statements), **more)
    return str(made["KeyMetadata"]["Arn"])


def test_a_version_is_read_and_deleted_by_actions_of_its_own(strict_front: Front) -> None:
    """With a version id, S3 asks for s3:GetObjectVersion and s3:DeleteObjectVersion instead."""
    version = versioned_bucket(strict_front).put_object(Bucket=BUCKET, Key="log", Body=b"x")["VersionId"]
    one = {"Bucket": BUCKET, "Key": "log", "VersionId": version}
    s3 = strict_front.client("s3", strict_front.user("alice", allow("s3:GetObject", "s3:DeleteObject")))
    s3.get_object(Bucket=BUCKET, Key="log")
    for call, action in ((s3.get_object, "GetObjectVersion"), (s3.delete_object, "DeleteObjectVersion")):
        with refused("AccessDenied", f"s3:{action} on resource"):
            call(**one)
    with refused("AccessDenied", "s3:DeleteObjectVersion on resource"):
        s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "log", "VersionId": version}]})
    s3.delete_object(Bucket=BUCKET, Key="log")


def test_a_governance_lock_is_bypassed_with_permission_only(strict_front: Front) -> None:
    """The header alone opens no lock; without a lock it needs no permission."""
    root = versioned_bucket(strict_front)
    free = root.put_object(Bucket=BUCKET, Key="free", Body=b"x")["VersionId"]
    root.put_object_lock_configuration(Bucket=BUCKET, ObjectLockConfiguration=LOCK)
    locked = root.put_object(Bucket=BUCKET, Key="locked", Body=b"x")["VersionId"]
    deleter = strict_front.client("s3", strict_front.user("deleter", allow("s3:DeleteObjectVersion")))
    bypass = {"Bucket": BUCKET, "BypassGovernanceRetention": True}
    deleter.delete_object(Key="free", VersionId=free, **bypass)
    with refused("AccessDenied", "s3:BypassGovernanceRetention on resource"):
        deleter.delete_object(Key="locked", VersionId=locked, **bypass)
    may = allow("s3:DeleteObjectVersion", "s3:BypassGovernanceRetention")
    breaker = strict_front.client("s3", strict_front.user("breaker", may))
    with refused("AccessDenied"):
        breaker.delete_object(Bucket=BUCKET, Key="locked", VersionId=locked)
    breaker.delete_object(Key="locked", VersionId=locked, **bypass)


def test_a_lock_is_put_on_and_taken_off_a_bucket_that_holds_objects(front: Front) -> None:
    """Default retention binds what is written while it is on; S3 asks for no empty bucket."""
    s3 = versioned_bucket(front)
    written = {}
    for key, rule in (("before", LOCK), ("during", {"ObjectLockEnabled": "Enabled"}), ("after", None)):
        written[key] = s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")["VersionId"]
        if rule is not None:
            s3.put_object_lock_configuration(Bucket=BUCKET, ObjectLockConfiguration=rule)
    for key in ("before", "after"):
        s3.delete_object(Bucket=BUCKET, Key=key, VersionId=written[key])
    with refused("AccessDenied"):
        s3.delete_object(Bucket=BUCKET, Key="during", VersionId=written["during"])
    assert s3.get_object_lock_configuration(Bucket=BUCKET)["ObjectLockConfiguration"] == {
        "ObjectLockEnabled": "Enabled"
    }


def test_an_object_lock_needs_versions(front: Front) -> None:
    """A bucket without versioning cannot lock."""
    s3 = front.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    with refused("InvalidBucketState"):
        s3.put_object_lock_configuration(Bucket=BUCKET, ObjectLockConfiguration=LOCK)


def test_reading_what_is_encrypted_needs_the_key(strict_front: Front) -> None:
    """S3 decrypts in the reader's name, so that key and reader must agree, and only through S3."""
    through_s3 = {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
    key = key_with(strict_front)
    s3 = strict_front.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="log", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    reading = allow("s3:GetObject")
    bare = strict_front.client("s3", strict_front.user("bare", reading))
    with refused("AccessDenied", f"kms:Decrypt on resource: {key}"):
        bare.get_object(Bucket=BUCKET, Key="log")
    credentials = strict_front.user("reader", reading, allow("kms:Decrypt", Condition=through_s3))
    got = strict_front.client("s3", credentials).get_object(Bucket=BUCKET, Key="log")
    assert got["Body"].read() == b"x"
    with refused("AccessDeniedException", "kms:Decrypt"):
        strict_front.client("kms", credentials).decrypt(CiphertextBlob=b"x" * 64, KeyId=key)


@pytest.mark.parametrize("by_default", [False, True])
def test_writing_under_a_key_needs_the_key(strict_front: Front, *, by_default: bool) -> None:
    """S3 gets a data key in the writer's name, whether the call or the bucket names the key."""
    key = key_with(strict_front, {**deny("kms:GenerateDataKey"), "Principal": "*"})
    s3 = strict_front.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    given = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    if by_default:
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
        s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
        given = {}
    with refused("AccessDenied", "kms:GenerateDataKey"):
        s3.put_object(Bucket=BUCKET, Key="log", Body=b"x", **given)
    s3.put_object(Bucket=BUCKET, Key="log", Body=b"x", ServerSideEncryption="AES256")


def test_a_copy_is_read_and_written(strict_front: Front) -> None:
    """CopyObject needs to read the source and to decrypt it."""
    key = key_with(strict_front)
    s3 = strict_front.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="log", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    source = f"{BUCKET}/log"
    writer = strict_front.client("s3", strict_front.user("writer", allow("s3:PutObject")))
    with refused("AccessDenied", "s3:GetObject on resource"):
        writer.copy_object(Bucket=BUCKET, Key="copy", CopySource=source)
    both = strict_front.client("s3", strict_front.user("both", allow("s3:PutObject", "s3:GetObject")))
    with refused("AccessDenied", "kms:Decrypt"):
        both.copy_object(Bucket=BUCKET, Key="copy", CopySource=source)


def test_a_key_is_known_by_its_tags(strict_front: Front) -> None:
    """`aws:ResourceTag/…` is what a key is tagged with."""
    mine = key_with(strict_front, Tags=[{"TagKey": "Stack", "TagValue": "mine"}])
    other = key_with(strict_front, Tags=[{"TagKey": "Stack", "TagValue": "other"}])
    tagged = {"StringEquals": {"aws:ResourceTag/Stack": "mine"}}
    kms = strict_front.client(
        "kms", strict_front.user("alice", allow("kms:EnableKeyRotation", Condition=tagged))
    )
    kms.enable_key_rotation(KeyId=mine)
    with refused("AccessDeniedException"):
        kms.enable_key_rotation(KeyId=other)
    with refused("AccessDeniedException"):
        kms.enable_key_rotation(KeyId=key_with(strict_front))


def test_an_alias_is_a_resource_of_its_own(strict_front: Front) -> None:
    """Naming a key needs the permission on the key and on the alias, whose ARN bears its name once."""
    key = key_with(strict_front)
    alias = f"arn:aws:kms:us-east-1:{ACCOUNT_ID}:alias/mine"
    kms = strict_front.client(
        "kms", strict_front.user("alice", allow("kms:CreateAlias", resource=[alias, key]))
    )
    with refused("AccessDeniedException", "alias/other"):
        kms.create_alias(AliasName="alias/other", TargetKeyId=key)
    kms.create_alias(AliasName="alias/mine", TargetKeyId=key.rpartition("/")[2])
    naming = allow("kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias", resource=f"{alias}*")
    only_alias = strict_front.client("kms", strict_front.user("bob", naming))
    with refused("AccessDeniedException", key):
        only_alias.create_alias(AliasName="alias/mine-too", TargetKeyId=key.rpartition("/")[2])
    with refused("AccessDeniedException", f"kms:DeleteAlias on resource: {key}"):
        only_alias.delete_alias(AliasName="alias/mine")
    with refused("AccessDeniedException", "kms:UpdateAlias on resource: arn:aws:kms:us-east-1:"):
        only_alias.update_alias(AliasName="alias/mine", TargetKeyId=key)


def test_a_denial_by_the_keys_policy_names_the_key(strict_front: Front) -> None:
    """What was denied is the use of the key, not the object."""
    key = key_with(strict_front, {**deny("kms:Decrypt"), "Principal": "*"})
    s3 = strict_front.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="log", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    with refused("AccessDenied", f"{key} with an explicit deny in a resource-based policy"):
        s3.get_object(Bucket=BUCKET, Key="log")


def test_a_resource_is_found_whatever_the_reference_calls_the_parts_of_its_arn(strict_front: Front) -> None:
    """A permission for just one security group, infrastructure configuration or workflow is enough."""
    group = strict_front.client("ec2").create_security_group(GroupName="g", Description="g")["GroupId"]
    builder = f"arn:aws:imagebuilder:us-east-1:{ACCOUNT_ID}"
    key = strict_front.user(
        "alice",
        allow("ec2:*", resource=f"arn:aws:ec2:us-east-1:{ACCOUNT_ID}:security-group/{group}"),
        allow("imagebuilder:*", resource=f"{builder}:infrastructure-configuration/small-one"),
        allow("imagebuilder:*", resource=f"{builder}:workflow/test/reboot/1.0.0/*"),
    )
    strict_front.client("ec2", key).delete_security_group(GroupId=group)
    images = strict_front.client("imagebuilder", key)
    images.create_infrastructure_configuration(name="Small One", instanceProfileName="p")
    images.create_workflow(name="reboot", semanticVersion="1.0.0", type="TEST", data=WORKFLOW)
    with refused("AccessDeniedException", "workflow/build/reboot/1.0.0/*"):
        images.create_workflow(name="reboot", semanticVersion="1.0.0", type="BUILD", data=WORKFLOW)
