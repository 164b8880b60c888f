"""Events in the trail's CloudWatch Logs group.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/send-cloudtrail-events-to-cloudwatch-logs.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from audit.delivery.channel import ChannelError, Check, Sighting, TrailChannel
from audit.delivery.permissions import CLOUDTRAIL, refusals
from audit.delivery.status import status_errors
from audit.delivery.trail import DescribedTrail
from audit.findings import API_REFERENCE, RESTORED_BY_PULUMI, USER_GUIDE, Finding, FindingKind, Severity
from iam_evaluation import Document, Policies, Principal, Request

NO_LOG_GROUP = FindingKind(
    "IBT220",
    Severity.ERROR,
    "the trail's log group does not exist",
    "CloudTrail does not make the log group again, so CloudWatch Logs gets nothing; log files still arrive.",
    f"{RESTORED_BY_PULUMI}; find out who called DeleteLogGroup.",
    USER_GUIDE + "send-cloudtrail-events-to-cloudwatch-logs.html",
)
ROLE_REFUSES = FindingKind(
    "IBT221",
    Severity.ERROR,
    "the trail's role does not let CloudTrail write to the log group",
    "CloudTrail assumes the role to make a log stream and to write to it.",
    f"{RESTORED_BY_PULUMI}; find out who changed the role.",
    USER_GUIDE + "cloudtrail-required-policy-for-cloudwatch-logs.html",
)
LOG_GROUP_ERROR = FindingKind(
    "IBT222",
    Severity.ERROR,
    "CloudTrail reports that it cannot write to CloudWatch Logs",
    "GetTrailStatus carries the error of the last attempt; log files arrive all the same.",
    "Correct what the error names; delivery resumes by itself.",
    API_REFERENCE + "API_GetTrailStatus.html",
)
_MARGIN = timedelta(minutes=5)


class CloudWatchLogs(TrailChannel):
    """The group is searched for the request IDs of the probes, from shortly before they were made."""

    name = "CloudWatch Logs"
    pause_seconds = 2.0
    needs = ("logs:FilterLogEvents",)

    @classmethod
    def is_filled_by(cls, trail: DescribedTrail) -> bool:
        """Whether the trail has a log group."""
        return trail.log_group is not None

    @cached_property
    def _group(self) -> str:
        """The name of the group, from `arn:PARTITION:logs:REGION:ACCOUNT:log-group:NAME:*`."""
        return self._arn.split(":")[6]

    @property
    def _arn(self) -> str:
        return self.trail.log_group or ""

    @cached_property
    def _logs(self) -> Any:
        return self.context.aws.client("logs", region=self._arn.split(":")[3])

    def look(self) -> Iterator[Sighting]:
        """Search for the probes; a group of another account is not searched under this one's names."""
        owner = self._arn.split(":")[4]
        if owner != self.context.account_id:
            raise ChannelError(f"the log group {self._group} belongs to account {owner}")
        wanted = {probe.request_id for probe in self.context.probes}
        try:
            for event in self._events(wanted):
                found = json.loads(event["message"]).get("requestID")
                if found in wanted:
                    where = f"log group {self._group}, stream {event['logStreamName']}"
                    yield Sighting(found, where, datetime.now(UTC))
        except (BotoCoreError, ClientError) as error:
            raise ChannelError(str(error)) from error

    def _events(self, request_ids: set[str]) -> Iterator[Mapping[str, Any]]:
        terms = " || ".join(f'($.requestID = "{one}")' for one in sorted(request_ids))
        since = min(probe.aws_time for probe in self.context.probes) - _MARGIN
        pages = self._logs.get_paginator("filter_log_events").paginate(
            logGroupName=self._group,
            filterPattern=f"{{ {terms} }}",
            startTime=int(since.timestamp() * 1000),
        )
        return (event for page in pages for event in page["events"])

    def checks(self) -> Sequence[Check]:
        """The group, the role, and what CloudTrail says of its deliveries."""
        return self._group_is_there, self._role, self._deliveries

    def _group_is_there(self) -> Iterator[Finding]:
        pages = self._logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=self._group)
        names = {group["logGroupName"] for page in pages for group in page["logGroups"]}
        if self._group not in names:
            yield Finding(NO_LOG_GROUP, self._arn, "DescribeLogGroups does not show it")

    def _role(self) -> Iterator[Finding]:
        role_arn = self.trail.log_role or ""
        _, partition, _, _, account_id, path = role_arn.split(":", 5)
        name = path.rpartition("/")[2]
        iam = self.context.aws.client("iam")
        try:
            role = iam.get_role(RoleName=name)["Role"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchEntity":
                raise
            yield Finding(ROLE_REFUSES, role_arn, "there is no such role")
            return
        secure = {"aws:SecureTransport": "true"}
        assume = Request(CLOUDTRAIL, "sts:AssumeRole", role_arn, account_id, secure)
        session = f"arn:{partition}:sts::{account_id}:assumed-role/{name}/CloudTrail"
        principal = Principal.role_session(session, role_arn)
        policies = _policies(iam, role)
        found = [*refusals(assume, Policies(resource=role["AssumeRolePolicyDocument"]))]
        for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
            found += refusals(Request(principal, action, self._stream(), account_id, secure), policies)
        yield from (Finding(ROLE_REFUSES, role_arn, refusal) for refusal in found)

    def _stream(self) -> str:
        """The ARN of the stream that events go to: the home Region's, whatever the Region of the call."""
        owner = self.context.account_id
        if self.trail.of_organization:
            answer = self.context.aws.client("organizations").describe_organization()
            owner = str(answer["Organization"]["Id"])
        return f"{self._arn.removesuffix(':*')}:log-stream:{owner}_CloudTrail_{self.trail.home_region}"

    def _deliveries(self) -> Iterator[Finding]:
        return status_errors(self.context, self.trail, "LatestCloudWatchLogsDeliveryError", LOG_GROUP_ERROR)


def _policies(iam: Any, role: Mapping[str, Any]) -> Policies:
    """Ask for a role's inline and attached policies and its permissions boundary."""
    name = role["RoleName"]
    inline = [
        iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for page in iam.get_paginator("list_role_policies").paginate(RoleName=name)
        for policy in page["PolicyNames"]
    ]
    attached = [
        _default_version(iam, policy["PolicyArn"])
        for page in iam.get_paginator("list_attached_role_policies").paginate(RoleName=name)
        for policy in page["AttachedPolicies"]
    ]
    boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return Policies(
        identity=[*inline, *attached], boundary=_default_version(iam, boundary) if boundary else None
    )


def _default_version(iam: Any, arn: str) -> Document:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document: Document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return document
