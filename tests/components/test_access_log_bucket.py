"""The access log bucket: there when asked for, fit for S3's log delivery."""
# ruff: noqa: D103 - each name says the property

from __future__ import annotations

from tests.components.deployment import deploy
from tests.components.test_audit_trail import ROLES, statements


def test_reading_of_logs_is_logged_only_when_asked_for() -> None:
    assert "BucketLogging" not in deploy().kinds()
    deployment = deploy(access_logs=True)
    logging = deployment.one("BucketLogging")
    assert logging.inputs["bucket"] == deployment.outputs["bucket_name"]
    assert logging.inputs["targetBucket"] == deployment.outputs["bucket_name"] + "-access"
    assert "audit-access-logs-policy" in logging.dependencies


def test_the_access_log_bucket_has_neither_object_lock_nor_kms_under_which_s3_delivers_none() -> None:
    deployment = deploy(access_logs=True, object_lock_mode="GOVERNANCE", object_lock_days=5)
    assert deployment.one("BucketObjectLockConfiguration").name == "audit-bucket-object-lock"
    assert deployment.one("BucketServerSideEncryptionConfiguration").name == "audit-bucket-encryption"


def test_the_access_log_bucket_is_as_closed_and_protected_as_the_log_bucket() -> None:
    deployment = deploy(access_logs=True, access_log_expiration_days=77, **ROLES)
    assert deployment.one("BucketPublicAccessBlock", "audit-access-logs-public-access")
    assert deployment.one("BucketVersioning", "audit-access-logs-versioning")
    policy = deployment.one("BucketPolicy", "audit-access-logs-policy").inputs["policy"]
    assert {"S3WritesAccessLogs", "KeepLogs", "KeepBucketSettings"} <= set(statements(policy))
    lifecycle = deployment.one("BucketLifecycleConfiguration", "audit-access-logs-lifecycle").inputs["rules"]
    assert lifecycle[0]["expiration"] == {"days": 77}
