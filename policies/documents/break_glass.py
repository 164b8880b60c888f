"""What the break-glass role may do: what others are forbidden."""

from __future__ import annotations

from config.stack import Stack
from iam_evaluation import DocumentKind
from policies.documents.bucket import PROTECTIVE_SETTINGS
from policies.documents.card import Actor, DocumentCard, Quota, boundary_of, session
from policies.documents.statement import USER_GUIDES, Statement

SESSION_SECONDS = 3600  # the shortest maximum that IAM takes

_SEEN = ("s3:GetBucketPolicy", "s3:GetBucketVersioning", "s3:GetLifecycleConfiguration")
_AUTHORIZATION = f"{USER_GUIDES}/service-authorization/latest/reference"
_S3_ACTIONS = f"{_AUTHORIZATION}/list_amazons3.html"
_KMS_ACTIONS = f"{_AUTHORIZATION}/list_awskeymanagementservice.html"


def build(stack: Stack) -> tuple[Statement, ...]:
    """Return what break-glass may do with the protected buckets and the key.

    It may not write logs, nor decrypt them: breaking the glass is no way to forge or to read.
    """
    return (
        _log_deletion(stack.bucket_arns),
        _settings_change(stack.bucket_arns),
        _key_rescue(stack.key_arn),
    )


def _log_deletion(buckets: tuple[str, ...]) -> Statement:
    return Statement(
        sid="DeleteLogs",
        purpose="Break-glass may find and delete logs, their versions and the buckets, and lift a retention.",
        reference=_S3_ACTIONS,
        effect="Allow",
        actions=(
            "s3:BypassGovernanceRetention",
            "s3:DeleteBucket",
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:ListBucket",
            "s3:ListBucketVersions",
        ),
        resources=(*buckets, *(f"{bucket}/*" for bucket in buckets)),
    )


def _settings_change(buckets: tuple[str, ...]) -> Statement:
    return Statement(
        sid="ChangeBucketSettings",
        purpose="Break-glass may see and change the settings that protect logs.",
        reference=_S3_ACTIONS,
        effect="Allow",
        actions=tuple(sorted((*_SEEN, *PROTECTIVE_SETTINGS))),
        resources=buckets,
    )


def _key_rescue(key_arn: str) -> Statement:
    return Statement(
        sid="RuleKey",
        purpose="Break-glass may put the key out of use and back, and change who rules it.",
        reference=_KMS_ACTIONS,
        effect="Allow",
        actions=(
            "kms:CancelKeyDeletion",
            "kms:DescribeKey",
            "kms:DisableKey",
            "kms:EnableKey",
            "kms:GetKeyPolicy",
            "kms:PutKeyPolicy",
            "kms:ScheduleKeyDeletion",
        ),
        resources=(key_arn,),
    )


def _actors(stack: Stack) -> tuple[Actor, ...]:
    role = session(stack, stack.break_glass_role or "")
    return (Actor(CARD.name, "break-glass", role, documents=(CARD.name,), boundary=boundary_of(stack)),)


CARD = DocumentCard(
    name="break-glass",
    title="What the break-glass role may do",
    kind=DocumentKind.IDENTITY,
    quota=Quota.ROLE_POLICY,
    of_role=True,
    build=build,
    applies=lambda stack: stack.break_glass_role is not None,
    actors=_actors,
    order=80,
)
