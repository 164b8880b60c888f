"""Delivery to CloudWatch Logs: the role that CloudTrail takes on, and what others need for the group.

Neither document takes `aws:SourceArn` or `aws:SourceAccount`: AWS says that they are not supported here. The
role is narrowed to the streams that CloudTrail makes for this account in the trail's Region instead.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html
"""

from __future__ import annotations

from config.stack import Stack
from iam_evaluation import DocumentKind, Principal
from policies.documents.bucket import CLOUDTRAIL
from policies.documents.card import (
    Actor,
    Context,
    DocumentCard,
    Quota,
    Target,
    boundary_of,
    near_place,
    session,
)
from policies.documents.statement import USER_GUIDES, Statement
from policies.near_misses import services_called_almost

_DELIVERY = (
    f"{USER_GUIDES}/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html"
)
_ENCRYPTION = f"{USER_GUIDES}/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"
_LOGS_ACTIONS = f"{USER_GUIDES}/service-authorization/latest/reference/list_amazoncloudwatchlogs.html"


def _applies(stack: Stack) -> bool:
    return stack.log_group is not None


def _trust(_stack: Stack) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="CloudTrailTakesOnRole",
            purpose="CloudTrail may take on the role, to write events to the log group.",
            reference=_DELIVERY,
            effect="Allow",
            principal={"Service": CLOUDTRAIL},
            actions=("sts:AssumeRole",),
            resources=(),
        ),
    )


def _permissions(stack: Stack) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="WriteTrailStreams",
            purpose="CloudTrail may make and fill the streams of this account's trails in the log group.",
            reference=_DELIVERY,
            effect="Allow",
            actions=("logs:CreateLogStream", "logs:PutLogEvents"),
            resources=(f"{_stream(stack)}*",),
        ),
    )


def _stream(stack: Stack) -> str:
    account, region = stack.place.account_id, stack.place.region
    return f"{_group(stack)}:log-stream:{account}_CloudTrail_{region}"


def _group(stack: Stack) -> str:
    return stack.place.arn("logs", f"log-group:{stack.log_group}")


def _key(stack: Stack) -> tuple[Statement, ...]:
    # Without kms:DescribeKey, against AWS's sample: it knows of no encryption context, so that the condition
    # would never let it.
    return (
        Statement(
            sid="LogGroupUnderThisKey",
            purpose="CloudWatch Logs may encrypt and decrypt with the key, for this log group alone.",
            reference=_ENCRYPTION,
            effect="Allow",
            principal={"Service": stack.place.via_service("logs")},
            actions=(
                "kms:Decrypt",
                "kms:Encrypt",
                "kms:GenerateDataKey",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ),
            resources=("*",),
            conditions={"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": _group(stack)}},
        ),
    )


def _auditor(stack: Stack) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="ReadLogGroup",
            purpose="The auditor may search the log group and read its events.",
            reference=_LOGS_ACTIONS,
            effect="Allow",
            actions=("logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents"),
            resources=(_group(stack), f"{_group(stack)}:*"),  # AWS names a group in both ways
        ),
        Statement(
            sid="SeeLogGroups",
            purpose="The auditor may see whether the log group is there, in a list that knows no single one.",
            reference=_LOGS_ACTIONS,
            effect="Allow",
            actions=("logs:DescribeLogGroups",),
            resources=(stack.place.arn("logs", "log-group:*"),),
        ),
    )


def _deployer(stack: Stack) -> tuple[Statement, ...]:
    destroying = () if stack.protected else ("logs:DeleteLogGroup",)
    return (
        Statement(
            sid="DeployLogGroup",
            purpose="The deployer may make the log group, and set its retention, key and tags.",
            reference=_LOGS_ACTIONS,
            effect="Allow",
            actions=(
                "logs:AssociateKmsKey",
                "logs:CreateLogGroup",
                *destroying,
                "logs:DeleteRetentionPolicy",
                "logs:ListTagsForResource",
                "logs:PutRetentionPolicy",
                "logs:TagResource",
                "logs:UntagResource",
            ),
            resources=(_group(stack), f"{_group(stack)}:*"),
        ),
        Statement(
            sid="FindLogGroup",
            purpose="The deployer may find the log group in the list of them, which knows no single one.",
            reference=_LOGS_ACTIONS,
            effect="Allow",
            actions=("logs:DescribeLogGroups",),
            resources=(stack.place.arn("logs", "log-group:*"),),
        ),
        Statement(
            sid="HandRoleToCloudTrail",
            purpose="The deployer may hand the delivery role to CloudTrail, and to no other service.",
            reference=f"{USER_GUIDES}/IAM/latest/UserGuide/id_roles_use_passrole.html",
            effect="Allow",
            actions=("iam:PassRole",),
            resources=(stack.place.role_arn(str(stack.log_delivery_role)),),
            conditions={"StringEquals": {"iam:PassedToService": CLOUDTRAIL}},
        ),
    )


def _targets(stack: Stack) -> dict[str, Target]:
    account, near = stack.place.account_id, near_place(stack.place)
    group, stream = _group(stack), _stream(stack)
    return {
        "log stream": Target(stream, account),
        "another stream of the log group": Target(
            stream.replace(stack.place.region, near.region[:-2]), account
        ),
        "log group": Target(f"{group}:*", account),
        "log group by its own ARN": Target(group, account),
        "every log group of another Region": Target(
            stack.place.arn("logs", "log-group:*", region=near.region), account
        ),
        "stream of another Region": Target(f"{stream[:-1]}{'9' if stream[-1] != '9' else '8'}", account),
        "another log group": Target(f"{group}x:*", account),
        "another log group by its own ARN": Target(f"{group}x", account),
        "every log group": Target(stack.place.arn("logs", "log-group:*"), account),
    }


def _role_targets(stack: Stack) -> dict[str, Target]:
    role, account = stack.place.role_arn(str(stack.log_delivery_role)), stack.place.account_id
    return {
        "log delivery role": Target(role, account, TRUST.name),
        "role called almost as the log delivery": Target(f"{role}x", account),
    }


def _actors(stack: Stack) -> tuple[Actor, ...]:
    role = session(stack, str(stack.log_delivery_role))
    logs = stack.place.via_service("logs")
    return (
        Actor(
            PERMISSIONS.name,
            "CloudTrail in its delivery role",
            role,
            documents=(PERMISSIONS.name,),
            boundary=boundary_of(stack),
        ),
        Actor("cloudwatch-logs", "CloudWatch Logs", Principal.service(logs)),
        *services_called_almost(logs, {}),
    )


def _circumstances(stack: Stack) -> dict[str, Context]:
    context, group = "kms:EncryptionContext:aws:logs:arn", _group(stack)
    return {
        "bound to this log group": {context: group},
        "handed to CloudTrail": {"iam:PassedToService": CLOUDTRAIL},
    }


TRUST = DocumentCard(
    name="log-delivery-trust",
    title="Who may deliver to the log group",
    kind=DocumentKind.TRUST,
    quota=Quota.TRUST_POLICY,
    build=_trust,
    applies=_applies,
    targets=_role_targets,
)
PERMISSIONS = DocumentCard(
    name="log-delivery",
    title="What delivery to the log group may do",
    kind=DocumentKind.IDENTITY,
    quota=Quota.ROLE_POLICY,
    of_role=True,
    build=_permissions,
    applies=_applies,
    adds={"key": _key, "auditor": _auditor, "deployer": _deployer},
    targets=_targets,
    actors=_actors,
    circumstances=_circumstances,
)
