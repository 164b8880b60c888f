"""The trail: all Regions, global services, validation, management events by the name auditors look for."""
# ruff: noqa: D103 - each name says the property

from __future__ import annotations

from tests.components.deployment import deploy


def test_the_trail_records_all_regions_and_global_services_and_signs_digests() -> None:
    trail = deploy().one("Trail").inputs
    for asked in (
        "isMultiRegionTrail",
        "includeGlobalServiceEvents",
        "enableLogFileValidation",
        "enableLogging",
    ):
        assert trail[asked] is True, asked


def test_the_trail_selects_every_management_event_by_the_name_that_auditors_look_for() -> None:
    assert deploy().one("Trail").inputs["advancedEventSelectors"] == [
        {
            "name": "Management events selector",
            "fieldSelectors": [{"field": "eventCategory", "equals": ["Management"]}],
        }
    ]


def test_log_files_are_encrypted_with_the_stacks_key_and_go_below_the_prefix() -> None:
    deployment = deploy(key_prefix="builds")
    trail = deployment.one("Trail").inputs
    assert trail["kmsKeyId"] == deployment.outputs["key_arn"]
    assert trail["s3BucketName"] == deployment.outputs["bucket_name"]
    assert trail["s3KeyPrefix"] == "builds"


def test_no_prefix_is_no_empty_prefix() -> None:
    assert "s3KeyPrefix" not in deploy().one("Trail").inputs
