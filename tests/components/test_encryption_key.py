"""The encryption key: rotated, aliased, and of use to this trail alone."""
# ruff: noqa: D103 - each name says the property

from __future__ import annotations

from tests.components.deployment import deploy
from tests.components.test_audit_trail import ROLES, statements


def test_the_key_rotates_and_can_be_rescued_for_as_long_as_asked() -> None:
    key = deploy(key_deletion_window_days=11).one("Key").inputs
    assert key["enableKeyRotation"] is True
    assert key["deletionWindowInDays"] == 11


def test_the_alias_takes_the_trails_name_without_periods() -> None:
    assert deploy(trail_name="a.b").one("Alias").inputs["name"] == "alias/a-b"


def test_cloudtrail_may_decrypt_only_where_the_bucket_key_needs_it() -> None:
    assert "CloudTrailUsesBucketKey" in statements(deploy(s3_bucket_key=True).one("Key").inputs["policy"])
    assert "CloudTrailUsesBucketKey" not in statements(deploy().one("Key").inputs["policy"])


def test_the_auditor_alone_reads_where_there_is_one() -> None:
    reading = statements(deploy(**ROLES).one("Key").inputs["policy"])["ReadersDecryptThroughS3"]
    auditor = "arn:aws:iam::123456789012:role/image-builder-trail-test-auditor"
    assert reading["Condition"]["ArnLike"] == {"aws:PrincipalArn": auditor}
    everyone = statements(deploy().one("Key").inputs["policy"])["ReadersDecryptThroughS3"]
    assert "ArnLike" not in everyone["Condition"]
