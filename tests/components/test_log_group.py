"""The log group: there when asked for, encrypted, and reached by CloudTrail through a role of its own."""
# ruff: noqa: D103 - each name says the property

from __future__ import annotations

import json
from pathlib import Path

import pytest

from localaws.testing import LocalAws
from tests.components.deployment import deploy
from tests.components.test_audit_trail import statements
from tests.journeys.pulumi_project import NO_ENGINE, engine_at_hand
from tests.policies.test_deployed_policies import deploy as deploy_stack

GROUP = "/aws/cloudtrail/image-builder-trail-test"


def test_events_go_to_cloudwatch_logs_only_when_asked_for() -> None:
    assert "LogGroup" not in deploy().kinds()
    assert "cloudWatchLogsGroupArn" not in deploy().one("Trail").inputs


def test_the_group_is_encrypted_with_the_trails_key_and_kept_as_configured() -> None:
    deployment = deploy(log_group=True, log_group_retention_days=365)
    group = deployment.one("LogGroup").inputs
    assert (group["name"], group["retentionInDays"]) == (GROUP, 365)
    assert group["kmsKeyId"] == deployment.outputs["key_arn"]


def test_the_trail_waits_until_its_role_may_write() -> None:
    deployment = deploy(log_group=True)
    trail = deployment.one("Trail")
    assert trail.inputs["cloudWatchLogsGroupArn"].endswith(f"{GROUP}:*")
    assert trail.inputs["cloudWatchLogsRoleArn"].endswith("-log-delivery")
    assert {"audit-log-group", "audit-log-group-delivery-permissions"} <= trail.dependencies


def test_the_role_writes_to_the_streams_of_the_trails_region_alone() -> None:
    permissions = deploy(log_group=True).one("RolePolicy").inputs["policy"]
    stream = statements(permissions)["WriteTrailStreams"]["Resource"]
    assert stream.endswith(f":log-group:{GROUP}:log-stream:123456789012_CloudTrail_us-east-1*")


@pytest.mark.engine
@pytest.mark.skipif(not engine_at_hand(), reason=NO_ENGINE)
def test_a_call_arrives_in_the_group_that_the_engine_deployed(local_aws: LocalAws, tmp_path: Path) -> None:
    outputs = deploy_stack(tmp_path, local_aws, "prod")
    made = local_aws.client("imagebuilder", region="eu-west-1").list_components()
    local_aws.control("deliver", {})
    logs = local_aws.client("logs")
    (group,) = logs.describe_log_groups()["logGroups"]
    assert (group["retentionInDays"], group["kmsKeyId"]) == (365, outputs["key_arn"])
    events = logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
    arrived = {json.loads(event["message"])["requestID"] for event in events}
    assert made["ResponseMetadata"]["RequestId"] in arrived
