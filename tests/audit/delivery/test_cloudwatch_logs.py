"""The CloudWatch Logs channel: it sees the probe in the trail's log group, and names what keeps it out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from audit.aws import Aws
from audit.delivery import probe
from audit.delivery.causes import Causes
from audit.delivery.channel import Context
from audit.delivery.channels.cloudwatch_logs import CloudWatchLogs
from audit.delivery.trail import described_trails
from localaws.testing import ACCOUNT_ID
from tests.audit.delivery.conftest import Verified
from tests.audit.delivery.deployed import (
    GROUP,
    GROUP_ARN,
    ROLE,
    ROLE_ARN,
    TRAIL,
    Deployed,
    codes,
    policy_for,
    role_policy,
    verify,
)


@pytest.fixture
def deployed(deployed: Deployed) -> Deployed:
    """A sound deployment with a log group."""
    deployed.add_log_group()
    return deployed


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_the_probe_is_seen_in_the_log_group(deployed: Deployed, region: str) -> None:
    """Whatever the Region of the call: the group is in the trail's home Region."""
    code, result = verify(deployed.aws, "--write", "--timeout", "60", region=region)
    assert code == 0, result
    rows = [row for row in result["channels"] if row["channel"] == "CloudWatch Logs"]
    assert [row["call"] for row in rows] == ["CreateComponent", "DeleteComponent"]
    assert {row["where"] for row in rows} == {f"log group {GROUP}, stream {ACCOUNT_ID}_CloudTrail_us-east-1"}


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_no_cause_is_found_in_a_sound_log_group(deployed: Deployed, here: Aws, region: str) -> None:
    """All Regions' events go to the home Region's stream, to which the role is narrowed."""
    del deployed
    (trail,) = described_trails(here, TRAIL)
    made = probe.read(here.client("imagebuilder", region=region))
    context = Context(here, ACCOUNT_ID, made, trail)
    causes = Causes.found(context, [CloudWatchLogs(context)])
    assert causes.of_channel == {CloudWatchLogs.name: []}


def put_role(**statement: Any) -> Callable[[Deployed], Any]:
    """Change the statement of the role's policy."""
    return lambda it: it.aws.client("iam").put_role_policy(
        RoleName=ROLE, PolicyName="write", PolicyDocument=role_policy(**statement)
    )


def delete_role(deployed: Deployed) -> None:
    """Delete the role with its policy."""
    deployed.aws.client("iam").delete_role_policy(RoleName=ROLE, PolicyName="write")
    deployed.aws.client("iam").delete_role(RoleName=ROLE)


def trust_another_service(deployed: Deployed) -> None:
    """Let another service than CloudTrail assume the role."""
    trust = policy_for("ec2.amazonaws.com", Action="sts:AssumeRole")
    deployed.aws.client("iam").update_assume_role_policy(RoleName=ROLE, PolicyDocument=trust)


def set_boundary(deployed: Deployed) -> None:
    """Give the role a permissions boundary without CloudWatch Logs."""
    iam = deployed.aws.client("iam")
    boundary = (
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'
    )
    arn = iam.create_policy(PolicyName="boundary", PolicyDocument=boundary)["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName=ROLE, PermissionsBoundary=arn)


def attach_denial(deployed: Deployed) -> None:
    """Attach a policy to the role that denies what it allows."""
    iam = deployed.aws.client("iam")
    policy = role_policy(Sid="TooStrict", Effect="Deny", Resource="*")
    arn = iam.create_policy(PolicyName="strict", PolicyDocument=policy)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=ROLE, PolicyArn=arn)


BREAKAGES: dict[str, tuple[Callable[[Deployed], Any], str, str]] = {
    "group gone": (
        lambda it: it.aws.client("logs").delete_log_group(logGroupName=GROUP),
        "IBT220",
        "DescribeLogGroups does not show it",
    ),
    "role gone": (delete_role, "IBT221", "there is no such role"),
    "role trusts another service": (
        trust_another_service,
        "IBT221",
        "sts:AssumeRole is not allowed: the statement LetIn would allow it, but for its Principal",
    ),
    "role without a policy": (
        lambda it: it.aws.client("iam").delete_role_policy(RoleName=ROLE, PolicyName="write"),
        "IBT221",
        "logs:CreateLogStream is not allowed: there is no policy",
    ),
    "role may not write events": (
        put_role(Action="logs:CreateLogStream"),
        "IBT221",
        "logs:PutLogEvents is not allowed: no statement allows it",
    ),
    "role bound to another stream": (
        put_role(Resource=f"{GROUP_ARN}:log-stream:other"),
        "IBT221",
        "the statement WriteEvents would allow it, but for its Resource",
    ),
    "a denial too many": (attach_denial, "IBT221", "the statement TooStrict denies it"),
    "a boundary too narrow": (set_boundary, "IBT221", "no permissions boundary allows"),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_what_keeps_the_event_out_of_the_log_group_is_named(
    deployed: Deployed, verified: Verified, name: str
) -> None:
    """With its cause, and with the log file seen all the same."""
    break_it, code, words = BREAKAGES[name]
    break_it(deployed)
    exit_code, result = verified()
    assert exit_code == 1
    assert codes(result) - {"IBT222"} == {code}
    assert any(words in one["detail"] for one in result["findings"] if one["code"] == code), result[
        "findings"
    ]
    seen = {row["channel"]: row["seen"] for row in result["channels"]}
    assert seen == {"Event history": True, "CloudWatch Logs": False, "S3 log file": True}


def test_the_error_of_the_last_delivery_is_told(deployed: Deployed, verified: Verified) -> None:
    """As GetTrailStatus has it, beside the cause."""
    delete_role(deployed)
    deployed.aws.client("imagebuilder").list_components()
    deployed.aws.control("deliver", {})
    exit_code, result = verified()
    assert exit_code == 1
    details = {one["code"]: one["detail"] for one in result["findings"]}
    assert details["IBT222"] == "LatestCloudWatchLogsDeliveryError in us-east-1: AccessDenied"


def test_a_group_that_may_not_be_searched_is_not_called_empty(deployed: Deployed, verified: Verified) -> None:
    """The reader is told which action it lacks."""
    deployed.aws.control("faults", [{"kind": "deny", "service": "logs", "operation": "FilterLogEvents"}])
    exit_code, result = verified()
    assert exit_code == 1
    (finding,) = result["findings"]
    assert (finding["code"], finding["where"]) == ("IBT211", "CloudWatch Logs")
    assert finding["detail"].endswith("it needs logs:FilterLogEvents")


def test_a_role_that_may_not_be_looked_at_is_told_as_a_warning(deployed: Deployed) -> None:
    """Who may not read IAM still learns that the event arrived."""
    deployed.aws.control("faults", [{"kind": "deny", "service": "iam", "operation": "GetRole"}])
    exit_code, result = verify(deployed.aws, "--timeout", "60")
    assert exit_code == 0, result
    assert [one["code"] for one in result["findings"]] == ["IBT215"]


def test_a_trail_without_a_log_group_has_no_such_channel(deployed: Deployed) -> None:
    """The channel applies to what the trail is set up for."""
    deployed.cloudtrail.update_trail(Name=TRAIL, CloudWatchLogsLogGroupArn="", CloudWatchLogsRoleArn="")
    code, result = verify(deployed.aws, "--timeout", "60")
    assert code == 0, result
    assert {row["channel"] for row in result["channels"]} == {"Event history", "S3 log file"}


def test_the_role_that_is_meant_is_the_trails(deployed: Deployed, verified: Verified) -> None:
    """The finding names it."""
    delete_role(deployed)
    _, result = verified()
    assert {one["where"] for one in result["findings"] if one["code"] == "IBT221"} == {ROLE_ARN}
