"""The log bucket: closed, versioned, encrypted, ageing as configured."""
# ruff: noqa: D103 - each name says the property

from __future__ import annotations

from typing import Any

from tests.components.deployment import deploy
from tests.components.test_audit_trail import ROLES, statements


def rules(**settings: Any) -> dict[str, Any]:
    lifecycle = deploy(**settings).one("BucketLifecycleConfiguration").inputs["rules"]
    return {rule["id"]: rule for rule in lifecycle}


def test_nothing_can_make_the_bucket_public() -> None:
    block = deploy().one("BucketPublicAccessBlock").inputs
    assert {name: value for name, value in block.items() if name != "bucket"} == {
        "blockPublicAcls": True,
        "blockPublicPolicy": True,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": True,
    }
    assert deploy().one("BucketOwnershipControls").inputs["rule"] == {
        "objectOwnership": "BucketOwnerEnforced"
    }


def test_versions_are_kept_and_encrypted_with_the_customer_key() -> None:
    deployment = deploy(s3_bucket_key=True)
    assert deployment.one("BucketVersioning").inputs["versioningConfiguration"] == {"status": "Enabled"}
    (rule,) = deployment.one("BucketServerSideEncryptionConfiguration").inputs["rules"]
    assert rule["bucketKeyEnabled"] is True
    assert rule["applyServerSideEncryptionByDefault"] == {
        "sseAlgorithm": "aws:kms",
        "kmsMasterKeyId": deployment.outputs["key_arn"],
    }


def test_keys_that_callers_bring_along_are_blocked() -> None:
    (rule,) = deploy().one("BucketServerSideEncryptionConfiguration").inputs["rules"]
    assert rule["blockedEncryptionTypes"] == ["SSE-C"]


def test_the_bucket_key_is_off_unless_asked_for() -> None:
    (rule,) = deploy().one("BucketServerSideEncryptionConfiguration").inputs["rules"]
    assert rule["bucketKeyEnabled"] is False


def test_logs_age_as_configured_under_every_prefix() -> None:
    ages = {"transition_days": 40, "expiration_days": 50, "noncurrent_expiration_days": 6}
    assert rules(key_prefix="p", transition_storage_class="GLACIER_IR", **ages)["logs"] == {
        "id": "logs",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "transitions": [{"days": 40, "storageClass": "GLACIER_IR"}],
        "expiration": {"days": 50},
        "noncurrentVersionExpiration": {"noncurrentDays": 6},
    }


def test_zero_days_keep_logs_for_ever_and_by_default_nothing_moves() -> None:
    logs = rules(expiration_days=0)["logs"]
    assert "expiration" not in logs
    assert "transitions" not in logs


def test_leftovers_go_in_a_rule_of_their_own() -> None:
    leftovers = rules()["leftovers"]
    assert leftovers["expiration"] == {"expiredObjectDeleteMarker": True}
    assert leftovers["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}
    assert leftovers["filter"] == {"prefix": ""}


def test_object_lock_comes_only_when_asked_for() -> None:
    locked = deploy(object_lock_mode="COMPLIANCE", object_lock_days=30)
    assert locked.one("BucketObjectLockConfiguration").inputs["rule"] == {
        "defaultRetention": {"mode": "COMPLIANCE", "days": 30}
    }
    assert "BucketObjectLockConfiguration" not in deploy().kinds()


def test_the_policy_protects_logs_unless_told_otherwise() -> None:
    protected = statements(deploy(**ROLES).one("BucketPolicy").inputs["policy"])
    exempt = protected["KeepBucketSettings"]["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
    assert [arn.rpartition("/")[2] for arn in exempt] == ["image-builder-trail-test-break-glass", "deployer"]
    assert "KeepLogs" in protected
    assert "KeepLogs" not in statements(deploy(protect_logs=False).one("BucketPolicy").inputs["policy"])
