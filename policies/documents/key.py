"""The policy of the key that the trail's log files are encrypted with.

The account administers the key through IAM but gets no use of it by that; CloudTrail encrypts for this one
trail; readers decrypt only through S3, in this account; nobody but the break-glass role puts the key out of
use.
"""

from __future__ import annotations

from policies.documents.bucket import CLOUDTRAIL
from policies.documents.statement import EVERYONE, USER_GUIDES, Document, Statement, plain, via_service

_KMS_GUIDE = f"{USER_GUIDES}/kms/latest/developerguide"
_TRAIL_KEY = f"{USER_GUIDES}/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html"

# What it takes to look after a key. Left out on purpose, against the customary kms:*: Decrypt, Encrypt,
# ReEncrypt*, GenerateDataKey* and CreateGrant, with which an administrator could read logs past S3, encrypt
# forgeries, or hand the key's use to others; ReplicateKey and ImportKeyMaterial, which would make copies
# that this policy does not rule.
ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
STOPPING = ("kms:DisableKey", "kms:ScheduleKeyDeletion")


def log_key(
    *,
    partition: str,
    region: str,
    account_id: str,
    trail_arn: str,
    bucket_key_enabled: bool = False,
    protect_logs: bool = True,
    break_glass_role_arn: str | None = None,
    deployer_role_arn: str | None = None,
    reader_role_arns: tuple[str, ...] = (),
) -> Document:
    """Return the policy of the trail's encryption key.

    `partition` is aws, aws-cn or aws-us-gov; `region` is the key's. `bucket_key_enabled` says whether the
    log bucket uses an S3 bucket key, for which CloudTrail needs Decrypt. Logs can be read by
    `reader_role_arns` (patterns are allowed); where none is named, by every principal of the account whose
    own IAM policy allows Decrypt.

    `protect_logs` forbids everyone but `break_glass_role_arn` to disable the key or to schedule its
    deletion. Where a break-glass and a deployer role are named, only they and the account's root user may
    change this policy; otherwise that stays with the account's administrators, since KMS has no way back
    into a key that nobody may administer.
    """
    statements = [
        _administration(
            partition, account_id, stoppable=not protect_logs or break_glass_role_arn is not None
        ),
        _encryption(trail_arn),
        _description(trail_arn),
        _reading(partition, region, account_id, reader_role_arns),
    ]
    if bucket_key_enabled:
        statements.insert(3, _bucket_key(trail_arn))
    if protect_logs:
        statements.append(_keep_key(break_glass_role_arn))
        if break_glass_role_arn is not None and deployer_role_arn is not None:
            root = f"arn:{partition}:iam::{account_id}:root"
            statements.append(_policy_lock((break_glass_role_arn, deployer_role_arn, root)))
    return Document(title="Policy of the encryption key", statements=tuple(statements))


log_key_policy = plain(log_key)


def _administration(partition: str, account_id: str, *, stoppable: bool) -> Statement:
    return Statement(
        sid="AccountAdministersKey",
        purpose="The account's IAM policies decide who looks after the key, which is not using it.",
        reference=f"{_KMS_GUIDE}/key-policy-default.html",
        effect="Allow",
        principal={"AWS": f"arn:{partition}:iam::{account_id}:root"},
        actions=tuple(action for action in ADMINISTRATION if stoppable or action not in STOPPING),
        resources=("*",),
    )


def _encryption(trail_arn: str) -> Statement:
    # All Regions of a multi-Region trail encrypt in the name of the one trail, by its home Region's ARN.
    return Statement(
        sid="CloudTrailEncryptsLogs",
        purpose="CloudTrail may make data keys to encrypt logs, for this trail alone and bound to it.",
        reference=_TRAIL_KEY,
        effect="Allow",
        principal={"Service": CLOUDTRAIL},
        actions=("kms:GenerateDataKey*",),
        resources=("*",),
        conditions={
            "StringEquals": {
                "aws:SourceArn": trail_arn,
                "kms:EncryptionContext:aws:cloudtrail:arn": trail_arn,
            },
        },
    )


def _description(trail_arn: str) -> Statement:
    return Statement(
        sid="CloudTrailDescribesKey",
        purpose="CloudTrail may look at the key's properties when the trail is set up, for this trail alone.",
        reference=_TRAIL_KEY,
        effect="Allow",
        principal={"Service": CLOUDTRAIL},
        actions=("kms:DescribeKey",),
        resources=("*",),
        conditions={"StringEquals": {"aws:SourceArn": trail_arn}},
    )


def _bucket_key(trail_arn: str) -> Statement:
    return Statement(
        sid="CloudTrailUsesBucketKey",
        purpose="CloudTrail may decrypt the S3 bucket key to write with it, for this trail alone.",
        reference=_TRAIL_KEY,
        effect="Allow",
        principal={"Service": CLOUDTRAIL},
        actions=("kms:Decrypt",),
        resources=("*",),
        conditions={"StringEquals": {"aws:SourceArn": trail_arn}},
    )


def _reading(partition: str, region: str, account_id: str, reader_role_arns: tuple[str, ...]) -> Statement:
    # Roles are named by a condition and not as principals: KMS refuses principals that do not exist yet,
    # and would keep the identifier of a role that was deleted and made anew.
    readers = {"ArnLike": {"aws:PrincipalArn": reader_role_arns}} if reader_role_arns else {}
    whom = "The reader roles" if reader_role_arns else "Principals of this account whose IAM policy allows it"
    return Statement(
        sid="ReadersDecryptThroughS3",
        purpose=f"{whom} may decrypt logs, only by reading them from S3.",
        reference=f"{_KMS_GUIDE}/conditions-kms.html#conditions-kms-via-service",
        effect="Allow",
        principal={"AWS": f"arn:{partition}:iam::{account_id}:root"},
        actions=("kms:Decrypt",),
        resources=("*",),
        conditions={"StringEquals": {"kms:ViaService": via_service(partition, region, "s3")}, **readers},
    )


def _keep_key(break_glass_role_arn: str | None) -> Statement:
    exception = " but the break-glass role" if break_glass_role_arn else ""
    return Statement(
        sid="KeepKey",
        purpose=f"Nobody{exception} may disable or delete the key: delivery would stop, logs be lost.",
        reference=f"{_KMS_GUIDE}/deleting-keys.html",
        effect="Deny",
        principal=EVERYONE,
        actions=STOPPING,
        resources=("*",),
        conditions=(
            {"ArnNotLike": {"aws:PrincipalArn": break_glass_role_arn}} if break_glass_role_arn else {}
        ),
    )


def _policy_lock(except_principals: tuple[str, ...]) -> Statement:
    return Statement(
        sid="KeepKeyPolicy",
        purpose="Only the roles named and the root user may change this policy.",
        reference=f"{_KMS_GUIDE}/key-policy-modifying.html",
        effect="Deny",
        principal=EVERYONE,
        actions=("kms:PutKeyPolicy",),
        resources=("*",),
        conditions={"ArnNotLike": {"aws:PrincipalArn": except_principals}},
    )
