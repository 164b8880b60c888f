"""The policy of the key that the trail's log files are encrypted with.

The account administers the key through IAM but gets no use of it by that; CloudTrail encrypts for this one
trail; readers decrypt only through S3, in this account; nobody but the break-glass role puts the key out of
use.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from config.place import Place
from config.stack import Stack
from iam_evaluation import DocumentKind
from policies.documents.bucket import CLOUDTRAIL
from policies.documents.card import OTHER_KEY_ID, DocumentCard, Quota, Target, near_place
from policies.documents.statement import EVERYONE, USER_GUIDES, Statement

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
ALIASES = ("kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias")
_DEPLOYMENT = (
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKeyRotation",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)


def build(stack: Stack) -> tuple[Statement, ...]:
    """Return the policy of the trail's encryption key.

    With an S3 bucket key CloudTrail needs Decrypt. Logs can be read by the auditor; where there is none, by
    every principal of the account whose own IAM policy allows Decrypt.

    `protect_logs` forbids everyone but break-glass to disable the key or to schedule its deletion. Where
    there is a break-glass role and a deployer is named, only they and the account's root user may change this
    policy, and the alias by which the roles' boundary knows the key; otherwise that stays with the account's
    administrators, since KMS has no way back into a key that nobody may administer.
    """
    logs, break_glass, deployer = (
        stack.settings.log_bucket,
        stack.break_glass_role_arn,
        stack.deployer_role_arn,
    )
    stoppable = not stack.protected or break_glass is not None
    statements = [
        _administration(stack.place, stoppable=stoppable),
        _encryption(stack),
        _description(stack.trail_arn),
        *([_bucket_key(stack.trail_arn)] if logs.s3_bucket_key else []),
        *([_deployment(deployer, destroying=not stack.protected)] if deployer else []),
        _reading(stack.place, (stack.auditor_role_arn,) if stack.auditor_role_arn else ()),
    ]
    if stack.protected:
        statements.append(_keep_key(break_glass))
        if break_glass is not None and deployer is not None:
            keepers = (break_glass, deployer, stack.place.root_arn)
            statements += [_policy_lock(keepers), _alias_lock(keepers)]
    return tuple(statements)


def _administration(place: Place, *, stoppable: bool) -> Statement:
    return Statement(
        sid="AccountAdministersKey",
        purpose="The account's IAM policies decide who looks after the key, which is not using it.",
        reference=f"{_KMS_GUIDE}/key-policy-default.html",
        effect="Allow",
        principal={"AWS": place.root_arn},
        actions=tuple(action for action in ADMINISTRATION if stoppable or action not in STOPPING),
        resources=("*",),
    )


def _encryption(stack: Stack) -> Statement:
    # AWS's own policy leaves the Region of the encryption context open: nothing says that CloudTrail names
    # the home Region there for logs of all Regions, and a context too narrow would lose them in silence.
    context = stack.place.arn("cloudtrail", f"trail/{stack.trail}", region="*")
    return Statement(
        sid="CloudTrailEncryptsLogs",
        purpose="CloudTrail may make data keys for all Regions' logs, for this trail alone and bound to it.",
        reference=_TRAIL_KEY,
        effect="Allow",
        principal={"Service": CLOUDTRAIL},
        actions=("kms:GenerateDataKey*",),
        resources=("*",),
        conditions={
            "StringEquals": {"aws:SourceArn": stack.trail_arn},
            "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": context},
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


def _deployment(deployer_role_arn: str, *, destroying: bool) -> Statement:
    # By the role's ARN, and here instead of in the deployer's own policy: KMS asks at CreateKey whether the
    # caller could change the policy again, when no tag of the new key counts yet; and a policy that trusts
    # tags could be turned on any key of the account by tagging it. A role that is deleted and made anew is
    # another role to KMS: break-glass, or the root user, then puts this policy again.
    return Statement(
        sid="DeployerLooksAfterKey",
        purpose="The deployer may look after this key from the moment it is made, but not use it.",
        reference=f"{_KMS_GUIDE}/key-policy-overview.html",
        effect="Allow",
        principal={"AWS": deployer_role_arn},
        actions=(*_DEPLOYMENT, "kms:ScheduleKeyDeletion") if destroying else _DEPLOYMENT,
        resources=("*",),
    )


def _reading(place: Place, reader_role_arns: tuple[str, ...]) -> Statement:
    # Roles are named by a condition and not as principals: KMS refuses principals that do not exist yet,
    # and would keep the identifier of a role that was deleted and made anew.
    readers = {"ArnLike": {"aws:PrincipalArn": reader_role_arns}} if reader_role_arns else {}
    whom = "The reader roles" if reader_role_arns else "Principals of this account whose IAM policy allows it"
    return Statement(
        sid="ReadersDecryptThroughS3",
        purpose=f"{whom} may decrypt logs, only by reading them from S3.",
        reference=f"{_KMS_GUIDE}/conditions-kms.html#conditions-kms-via-service",
        effect="Allow",
        principal={"AWS": place.root_arn},
        actions=("kms:Decrypt",),
        resources=("*",),
        conditions={"StringEquals": {"kms:ViaService": place.via_service("s3")}, **readers},
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


def _alias_lock(except_principals: tuple[str, ...]) -> Statement:
    # KMS asks the key's policy about its aliases, and for UpdateAlias that of the old key and of the new one.
    return Statement(
        sid="KeepKeyAlias",
        purpose="Only those named may change the alias by which the roles' boundary knows the key.",
        reference=f"{_KMS_GUIDE}/alias-access.html",
        effect="Deny",
        principal=EVERYONE,
        actions=ALIASES,
        resources=("*",),
        conditions={"ArnNotLike": {"aws:PrincipalArn": except_principals}},
    )


def _targets(stack: Stack) -> dict[str, Target]:
    account, place, default = stack.place.account_id, stack.place, _default_policy(stack)
    near = near_place(place)
    shared = replace(near, region=place.region).arn("kms", f"key/{stack.key_id}")
    abroad = place.arn("kms", f"key/{stack.key_id}", region=near.region)
    called = {"kms:ResourceAliases": stack.alias}  # whoever has a key can call it so, in a place of its own
    return {
        "key": Target(stack.key_arn, account, CARD.name, context=called),
        "key were its policy open": Target(stack.key_arn, account, policy=default, context=called),
        "another key": Target(place.arn("kms", f"key/{OTHER_KEY_ID}"), account, policy=default),
        "key of a longer id": Target(f"{stack.key_arn}0", account, policy=default),
        "key in another Region": Target(abroad, account, policy=default, context=called),
        "alias": Target(place.arn("kms", stack.alias), account),
        "namesake alias": Target(place.arn("kms", stack.alias, region=near.region), account),
        "key that another account shares": Target(shared, near.account_id, policy=default, context=called),
        "another alias": Target(place.arn("kms", f"{stack.alias}-2"), account),
    }


def _default_policy(stack: Stack) -> dict[str, Any]:
    """What KMS gives a key made without a policy."""
    statement = {
        "Sid": "EnableIamUserPermissions",
        "Effect": "Allow",
        "Principal": {"AWS": stack.place.root_arn},
        "Action": "kms:*",
        "Resource": "*",
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


CARD = DocumentCard(
    name="key",
    title="Policy of the encryption key",
    kind=DocumentKind.RESOURCE,
    quota=Quota.KEY_POLICY,
    build=build,
    targets=_targets,
    order=20,
)
