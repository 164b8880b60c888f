"""The people's roles: the auditor, who reads everything, and break-glass, the one way round protections.

Each role has two documents: who may assume it (its trust policy), and what it may do (its permissions).
"""

from __future__ import annotations

from policies.documents.statement import USER_GUIDES, Document, Statement, plain, via_service

AUDITOR_SESSION_SECONDS = 4 * 3600
BREAK_GLASS_SESSION_SECONDS = 3600  # the shortest maximum that IAM takes
BREAK_GLASS_MFA_SECONDS = 900

_IAM_GUIDE = f"{USER_GUIDES}/IAM/latest/UserGuide"
_AUTHORIZATION = f"{USER_GUIDES}/service-authorization/latest/reference"
_MFA = f"{_IAM_GUIDE}/id_credentials_mfa_configure-api-require.html"
_EXTERNAL_ID = f"{_IAM_GUIDE}/id_roles_common-scenarios_third-party.html"
_VIA_SERVICE = f"{USER_GUIDES}/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service"
_S3_ACTIONS = f"{_AUTHORIZATION}/list_amazons3.html"
_KMS_ACTIONS = f"{_AUTHORIZATION}/list_awskeymanagementservice.html"
_CLOUDTRAIL_ACTIONS = f"{_AUTHORIZATION}/list_awscloudtrail.html"


def auditor_trust(
    *, partition: str, account_id: str, trusted_arns: tuple[str, ...] = (), external_id: str | None = None
) -> Document:
    """Return who may assume the auditor role.

    `trusted_arns` are the principals trusted; none means this account, whose IAM policies then decide. With
    `external_id` the auditor comes from outside and proves it by that id; without, by a second factor.
    """
    return Document(
        title="Who may become the auditor",
        statements=(
            Statement(
                sid="AuditorsAssumeRole",
                purpose="The principals trusted may become the auditor, by their external id."
                if external_id
                else "The principals trusted may become the auditor, after signing in with a second factor.",
                reference=_EXTERNAL_ID if external_id else _MFA,
                effect="Allow",
                principal={"AWS": trusted_arns or (f"arn:{partition}:iam::{account_id}:root",)},
                actions=("sts:AssumeRole",),
                resources=(),
                conditions={"StringEquals": {"sts:ExternalId": external_id}}
                if external_id
                else {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
            ),
        ),
    )


def auditor(
    *,
    partition: str,
    region: str,
    trail_arn: str,
    bucket_name: str,
    key_prefix: str = "",
    key_arn: str | None = None,
) -> Document:
    """Return what the auditor may do: read logs, digests, settings and Event history. It writes nothing.

    `partition`, `region`, `key_prefix` and `key_arn` are as in the log bucket's and the key's policies.
    """
    bucket = f"arn:{partition}:s3:::{bucket_name}"
    folder = f"{bucket}/{key_prefix}/AWSLogs" if key_prefix else f"{bucket}/AWSLogs"
    statements = [*_log_reading(bucket, folder), *_trail_reading(trail_arn)]
    if key_arn is not None:
        statements.extend(_key_reading(key_arn, via_service(partition, region, "s3")))
    return Document(title="What the auditor may do", statements=tuple(statements))


def break_glass_trust(*, partition: str, account_id: str, trusted_arns: tuple[str, ...] = ()) -> Document:
    """Return who may assume the break-glass role; no `trusted_arns` means this account's IAM policies decide.

    The root user cannot assume roles, so that the account's principal never means the root user here.
    """
    return Document(
        title="Who may break the glass",
        statements=(
            Statement(
                sid="BreakGlassWithFreshMfa",
                purpose="The principals trusted may break the glass, with a second factor given just now.",
                reference=_MFA,
                effect="Allow",
                principal={"AWS": trusted_arns or (f"arn:{partition}:iam::{account_id}:root",)},
                actions=("sts:AssumeRole",),
                resources=(),
                # A session without a second factor has no age of it, so that this asks for the factor too.
                conditions={
                    "NumericLessThanEquals": {"aws:MultiFactorAuthAge": str(BREAK_GLASS_MFA_SECONDS)}
                },
            ),
        ),
    )


def break_glass(*, partition: str, bucket_names: tuple[str, ...], key_arn: str | None = None) -> Document:
    """Return what the break-glass role may do: what others are forbidden.

    `bucket_names` are the protected buckets, `key_arn` the key. The role may not write logs, nor decrypt
    them: breaking the glass is no way to forge or to read.
    """
    buckets = tuple(f"arn:{partition}:s3:::{name}" for name in bucket_names)
    statements = [_log_deletion(buckets), _settings_change(buckets)]
    if key_arn is not None:
        statements.append(_key_rescue(key_arn))
    return Document(title="What the break-glass role may do", statements=tuple(statements))


auditor_trust_policy = plain(auditor_trust)
auditor_policy = plain(auditor)
break_glass_trust_policy = plain(break_glass_trust)
break_glass_policy = plain(break_glass)


def _log_reading(bucket: str, folder: str) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="ListLogs",
            purpose="The auditor may list the log bucket, with all versions of its objects.",
            reference=_S3_ACTIONS,
            effect="Allow",
            actions=("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketVersions"),
            resources=(bucket,),
        ),
        Statement(
            sid="ReadLogs",
            purpose="The auditor may read logs and digests, old versions too.",
            reference=_S3_ACTIONS,
            effect="Allow",
            actions=("s3:GetObject", "s3:GetObjectRetention", "s3:GetObjectVersion"),
            resources=(f"{folder}/*",),
        ),
        Statement(
            sid="ReadBucketSettings",
            purpose="The auditor may see how the log bucket is protected.",
            reference=_S3_ACTIONS,
            effect="Allow",
            actions=(
                "s3:GetBucketAcl",
                "s3:GetBucketLogging",
                "s3:GetBucketObjectLockConfiguration",
                "s3:GetBucketOwnershipControls",
                "s3:GetBucketPolicy",
                "s3:GetBucketPolicyStatus",
                "s3:GetBucketPublicAccessBlock",
                "s3:GetBucketVersioning",
                "s3:GetEncryptionConfiguration",
                "s3:GetLifecycleConfiguration",
            ),
            resources=(bucket,),
        ),
    )


def _trail_reading(trail_arn: str) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="ReadTrail",
            purpose="The auditor may see how the trail is set up, and whether it delivers.",
            reference=_CLOUDTRAIL_ACTIONS,
            effect="Allow",
            actions=(
                "cloudtrail:GetEventSelectors",
                "cloudtrail:GetInsightSelectors",
                "cloudtrail:GetTrail",
                "cloudtrail:GetTrailStatus",
                "cloudtrail:ListTags",
            ),
            resources=(trail_arn,),
        ),
        Statement(
            sid="ReadEventHistory",
            purpose="The auditor may search Event history, and get the keys that digests are checked with.",
            reference=_CLOUDTRAIL_ACTIONS,
            effect="Allow",
            actions=(
                "cloudtrail:DescribeTrails",
                "cloudtrail:ListPublicKeys",
                "cloudtrail:ListTrails",
                "cloudtrail:LookupEvents",
            ),
            resources=("*",),  # these actions know no resource
        ),
    )


def _key_reading(key_arn: str, s3: str) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="DecryptLogs",
            purpose="The auditor may decrypt logs, only by reading them from S3.",
            reference=_VIA_SERVICE,
            effect="Allow",
            actions=("kms:Decrypt",),
            resources=(key_arn,),
            conditions={"StringEquals": {"kms:ViaService": s3}},
        ),
        Statement(
            sid="ReadKeySettings",
            purpose="The auditor may see who rules the key, and whether it rotates.",
            reference=_KMS_ACTIONS,
            effect="Allow",
            actions=("kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus"),
            resources=(key_arn,),
        ),
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
        actions=(
            "s3:DeleteBucketPolicy",
            "s3:GetBucketPolicy",
            "s3:GetBucketVersioning",
            "s3:GetLifecycleConfiguration",
            "s3:PutBucketObjectLockConfiguration",
            "s3:PutBucketPolicy",
            "s3:PutBucketPublicAccessBlock",
            "s3:PutBucketVersioning",
            "s3:PutEncryptionConfiguration",
            "s3:PutLifecycleConfiguration",
        ),
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
