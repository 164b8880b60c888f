"""The whole component: names, parents, order, and the same policies in all partitions."""
# ruff: noqa: D103 - each name says the property

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest
from pulumi.provider.experimental.analyzer import Analyzer

from components.arguments import AuditTrailArgs
from components.audit_trail import OUTPUTS, AuditTrail
from config.settings import KEYS
from tests.components.deployment import ACCOUNT, PARTITIONS, deploy

ROLES: dict[str, Any] = {"roles": True, "deployer_role_name": "deployer"}


def statements(policy: str) -> dict[str, Any]:
    return {statement["Sid"]: statement for statement in json.loads(policy)["Statement"]}


@pytest.mark.parametrize("partition", PARTITIONS)
def test_every_arn_lies_in_the_partition_that_it_was_deployed_to(partition: str) -> None:
    deployment = deploy(partition, access_logs=True, **ROLES)
    for resource in deployment.resources:
        for arn in json.dumps(resource.inputs).split('"arn:')[1:]:
            assert arn.split(":")[0] == partition, resource.name


@pytest.mark.parametrize("partition", PARTITIONS)
def test_bucket_and_key_name_the_very_arn_that_the_trail_gets(partition: str) -> None:
    deployment = deploy(partition)
    arn = f"arn:{partition}:cloudtrail:{PARTITIONS[partition]}:{ACCOUNT}:trail/image-builder-trail-test"
    assert deployment.outputs["trail_arn"] == arn
    for kind in ("BucketPolicy", "Key"):
        named = [
            statement["Condition"]["StringEquals"]["aws:SourceArn"]
            for statement in statements(deployment.one(kind).inputs["policy"]).values()
            if statement.get("Principal") == {"Service": "cloudtrail.amazonaws.com"}
        ]
        assert named == [arn] * 2, kind


def test_every_resource_has_a_parent_and_a_name_derived_from_its_parent() -> None:
    for resource in deploy(access_logs=True, **ROLES).resources:
        expected = "image-builder-trail-test" if resource.name == "audit" else resource.parent
        assert resource.parent == expected
        assert resource.name.startswith("audit" if resource.name == "audit" else resource.parent)


def test_the_trail_waits_for_the_key_and_until_its_first_file_is_safe() -> None:
    safe = {f"audit-bucket-{side}" for side in ("policy", "encryption", "versioning", "public-access")}
    assert deploy().one("Trail").dependencies == safe | {"audit-key"}
    locked = deploy(object_lock_mode="GOVERNANCE", object_lock_days=9).one("Trail").dependencies
    assert locked == safe | {"audit-key", "audit-bucket-object-lock"}


def test_policies_that_do_not_name_the_key_are_plain_text_in_a_preview() -> None:
    preview = deploy(access_logs=True, preview=True, **ROLES)
    for kind, name, path in (
        ("Key", "audit-key", "policy"),
        ("BucketPolicy", "audit-access-logs-policy", "policy"),
        ("Role", "audit-access-auditor", "assumeRolePolicy"),
    ):
        assert statements(preview.one(kind, name).inputs[path]), name


def test_nothing_on_the_way_to_the_trail_waits_for_the_bucket_and_key_beyond_need() -> None:
    deployment = deploy(access_logs=True, object_lock_mode="GOVERNANCE", object_lock_days=9, **ROLES)
    assert not deployment.one("Bucket", "audit-bucket").dependencies
    assert not deployment.one("Key").dependencies
    assert deployment.one("BucketPolicy", "audit-bucket-policy").dependencies == {"audit-bucket", "audit-key"}
    assert deployment.one("BucketObjectLockConfiguration").dependencies == {"audit-bucket-versioning"}


def test_outputs_tell_where_the_logs_are() -> None:
    outputs = deploy(key_prefix="builds").outputs
    assert outputs["bucket_name"] == f"image-builder-trail-test-{ACCOUNT}-us-east-1"
    assert (outputs["key_prefix"], outputs["region"], outputs["account_id"]) == (
        "builds",
        "us-east-1",
        ACCOUNT,
    )
    assert outputs["auditor_role_arn"] is None


def test_tags_reach_all_that_can_be_tagged_beside_project_and_stack() -> None:
    deployment = deploy(tags={"CostCenter": "42"}, access_logs=True, **ROLES)
    tagged = [resource for resource in deployment.resources if "tags" in resource.inputs]
    expected = {"Project": "image-builder-trail", "Stack": "test", "CostCenter": "42"}
    assert {resource.type.rpartition(":")[2] for resource in tagged} == {"Bucket", "Key", "Trail", "Role"}
    assert all(resource.inputs["tags"] == expected for resource in tagged)


def test_protected_logs_are_protected_with_all_that_makes_and_shields_them() -> None:
    deployment = deploy(access_logs=True, **ROLES)
    assert [resource.name for resource in deployment.resources if not resource.protect] == []


def test_only_a_stack_that_says_so_destroys_logs() -> None:
    open_to_destruction = deploy(protect_logs=False)
    assert not [resource for resource in open_to_destruction.resources if resource.protect]
    assert open_to_destruction.one("Bucket").inputs["forceDestroy"] is True
    assert deploy().one("Bucket").inputs["forceDestroy"] is False


def test_arguments_are_checked_like_the_stack_configuration() -> None:
    with pytest.raises(pulumi.RunError, match="expiration_days: 7 with transition_days 90"):
        deploy(transition_storage_class="GLACIER_IR", expiration_days=7)


def test_what_the_provider_takes_for_a_region_is_checked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PARTITIONS, "aws", "us-east-11")
    with pytest.raises(pulumi.RunError, match="pulumi config set aws:skipRegionValidation true --stack test"):
        deploy()


def test_a_failed_assertion_inside_a_program_fails_the_test() -> None:
    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def program() -> pulumi.Output[None]:
        def refuse(_: str) -> None:
            raise AssertionError("seen")

        return pulumi.Output.from_input("value").apply(refuse)

    deploy()  # sets the mocks
    with pytest.raises(AssertionError, match="seen"):
        program()


def test_arguments_and_settings_are_the_same_names() -> None:
    assert set(AuditTrailArgs.__annotations__) == set(KEYS)


def test_programs_in_other_languages_see_every_argument_and_output() -> None:
    component = Analyzer("image-builder-trail").analyze([AuditTrail])["component_definitions"]["AuditTrail"]
    assert set(component.inputs_mapping.values()) == set(KEYS)
    assert set(component.outputs_mapping.values()) == set(OUTPUTS)
