"""Delivery of events to a CloudWatch Logs group, by the role that the trail names.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/send-cloudtrail-events-to-cloudwatch-logs.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.iam.models import iam_backends
from moto.logs.models import logs_backends

from iam_evaluation import Policies
from localaws.cloudtrail.authorization import may_assume, role_may
from localaws.cloudtrail.backends import existing
from localaws.cloudtrail.backlog import Waiting
from localaws.cloudtrail.models import Origin, Trail

_LOG_GROUP_ARN = re.compile(
    r"arn:(?P<partition>aws[\w-]*):logs:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):log-group:(?P<name>[^:]+):\*"
)
LARGEST_EVENT = 262_144 - 26  # bytes; CloudWatch Logs counts 26 for each event besides its message


@dataclass(frozen=True, slots=True)
class LogGroup:
    """A log group: its ARN without `:*`, and moto's backend that holds it."""

    arn: str
    name: str
    backend: Any


def find_log_group(arn: str) -> LogGroup | None:
    """Return the log group of an ARN that ends in `:*`, or None where there is none."""
    parts = _LOG_GROUP_ARN.fullmatch(arn)
    if parts is None:
        return None
    backend = existing(logs_backends, parts["account"], parts["region"])
    if backend is None or parts["name"] not in backend.groups:
        return None
    return LogGroup(arn.removesuffix(":*"), parts["name"], backend)


def trusts(role_arn: str) -> bool:
    """Whether the role is there and lets CloudTrail assume it."""
    role = _role(role_arn)
    return role is not None and may_assume(role_arn, json.loads(role.assume_role_policy_document))


def may_write(trail: Trail, origin: Origin) -> bool:
    """Whether the trail's role may make the stream of this origin and write to it."""
    role, group = _role(trail.role_arn or ""), find_log_group(trail.log_group_arn or "")
    if role is None or group is None:
        return False
    stream = f"{group.arn}:log-stream:{stream_name(trail, origin)}"
    policies = _policies(role)
    return all(
        role_may(role.arn, policies, action, stream)
        for action in ("logs:CreateLogStream", "logs:PutLogEvents")
    )


def put_events(trail: Trail, origin: Origin, events: Sequence[Waiting]) -> str:
    """Write events to the trail's log group; return the error code, empty where it succeeded.

    Events larger than CloudWatch Logs takes are left out, as CloudTrail does.
    """
    group = find_log_group(trail.log_group_arn or "")
    if group is None:
        return "ResourceNotFoundException"
    if not trusts(trail.role_arn or "") or not may_write(trail, origin):
        return "AccessDenied"
    stream = stream_name(trail, origin)
    group.backend.ensure_log_stream(group.name, stream)
    entries: list[dict[str, Any]] = [
        {"timestamp": _milliseconds(event.time), "message": event.body.decode()}
        for event in events
        if len(event.body) <= LARGEST_EVENT
    ]
    if entries:
        entries.sort(key=lambda entry: entry["timestamp"])
        # The group itself takes events of any age; the backend would measure a moved clock's by the real one.
        group.backend.groups[group.name].put_log_events(stream, entries)
    return ""


def stream_name(trail: Trail, origin: Origin) -> str:
    """Return the log stream that events of an origin go to: that of the trail's home, whatever their Region.

    AWS names it account_ID_CloudTrail_trail_region:
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/send-cloudtrail-events-to-cloudwatch-logs.html
    """
    account_id, _ = origin
    return f"{trail.organization_id or account_id}_CloudTrail_{trail.home_region}"


def _role(role_arn: str) -> Any:
    parts = role_arn.split(":")
    if len(parts) != 6:
        return None
    backend = existing(iam_backends, parts[4], parts[1])
    if backend is None:
        return None
    return next((role for role in list(backend.roles.values()) if role.arn == role_arn), None)


def _policies(role: Any) -> Policies:
    """Return the role's inline and attached policies and its boundary."""
    inline = [json.loads(document) for document in role.policies.values()]
    attached = [_default_version(policy) for policy in role.managed_policies.values()]
    boundary = None
    if role.permissions_boundary_arn:
        backend = iam_backends[role.account_id][role.partition]
        boundary = _default_version(backend.managed_policies[role.permissions_boundary_arn])
    return Policies(identity=[*inline, *attached], boundary=boundary)


def _default_version(policy: Any) -> Any:
    return json.loads(next(version.document for version in policy.versions if version.is_default))


def _milliseconds(time: str) -> int:
    return int(datetime.fromisoformat(time).timestamp() * 1000)
