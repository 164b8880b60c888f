"""The roles: made when asked for, open to those named, limited to this stack."""
# ruff: noqa: D103 - each name says the property

from __future__ import annotations

import json
from typing import Any

from tests.components.deployment import Deployment, deploy
from tests.components.test_audit_trail import ROLES, statements

STRANGER = "arn:aws:iam::111122223333:role/reviewer"


def trust(deployment: Deployment, role: str) -> dict[str, object]:
    document = json.loads(deployment.one("Role", f"audit-access-{role}").inputs["assumeRolePolicy"])
    (statement,) = document["Statement"]
    return dict(statement)


def test_roles_are_made_only_when_asked_for() -> None:
    assert "Role" not in deploy().kinds()
    outputs = deploy(**ROLES).outputs
    assert outputs["auditor_role_arn"] == "arn:aws:iam::123456789012:role/image-builder-trail-test-auditor"
    assert outputs["break_glass_role_arn"].endswith("-break-glass")


def test_the_roles_trust_whom_the_settings_name_and_ask_for_id_or_second_factor() -> None:
    named: dict[str, Any] = {"auditor_trusted_arns": [STRANGER], "auditor_external_id": "x-1"}
    outside = deploy(break_glass_trusted_arns=[STRANGER], **named, **ROLES)
    assert trust(outside, "auditor")["Principal"] == {"AWS": STRANGER}
    assert trust(outside, "auditor")["Condition"] == {"StringEquals": {"sts:ExternalId": "x-1"}}
    assert trust(outside, "break-glass")["Principal"] == {"AWS": STRANGER}
    assert trust(deploy(**ROLES), "auditor")["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def test_the_auditors_permissions_end_at_this_stack_whatever_the_prefix() -> None:
    deployment = deploy(key_prefix="p", **ROLES)
    policy = deployment.one("RolePolicy", "audit-access-auditor-permissions").inputs["policy"]
    reading = statements(policy)
    assert reading["ReadLogs"]["Resource"] == f"arn:aws:s3:::{deployment.outputs['bucket_name']}/*"
    assert reading["ReadTrail"]["Resource"] == deployment.outputs["trail_arn"]
    assert reading["DecryptLogs"]["Resource"] == deployment.outputs["key_arn"]


def test_break_glass_reaches_both_buckets() -> None:
    deployment = deploy(access_logs=True, **ROLES)
    policy = deployment.one("RolePolicy", "audit-access-break-glass-permissions").inputs["policy"]
    bucket = f"arn:aws:s3:::{deployment.outputs['bucket_name']}"
    assert statements(policy)["ChangeBucketSettings"]["Resource"] == [bucket, f"{bucket}-access"]


def test_sessions_are_as_short_as_the_role_is_dangerous() -> None:
    deployment = deploy(**ROLES)
    lengths = [
        deployment.one("Role", f"audit-access-{role}").inputs["maxSessionDuration"]
        for role in ("auditor", "break-glass")
    ]
    assert lengths == [14400, 3600]
