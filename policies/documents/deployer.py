"""The deployer's permissions: the least that `pulumi up`, `refresh` and `destroy` of this project need.

The policy is for an administrator to attach before the first deployment, so that the stack does not hold
it: a deployer who may change its own policy may do anything.
"""

from __future__ import annotations

from config.stack import Stack
from iam_evaluation import DocumentKind
from policies.documents.card import Actor, DocumentCard, Quota, session
from policies.documents.statement import USER_GUIDES, Statement

_AUTHORIZATION = f"{USER_GUIDES}/service-authorization/latest/reference"
_S3_ACTIONS = f"{_AUTHORIZATION}/list_amazons3.html"
_KMS_ACTIONS = f"{_AUTHORIZATION}/list_awskeymanagementservice.html"
_KMS_TAGS = f"{USER_GUIDES}/kms/latest/developerguide/tag-authorization.html"
_KMS_ALIAS = f"{USER_GUIDES}/kms/latest/developerguide/alias-access.html"
_CLOUDTRAIL_ACTIONS = f"{_AUTHORIZATION}/list_awscloudtrail.html"
_IAM_ACTIONS = f"{_AUTHORIZATION}/list_awsidentityandaccessmanagementiam.html"


def build(stack: Stack) -> tuple[Statement, ...]:
    """Return what the deployer may do with just the resources of one stack.

    The key, whose ARN nobody knows beforehand, is known by its tags. Without `protect_logs` the deployer may
    also destroy buckets and key: nobody needs that for a stack that is to stay.
    """
    buckets, keys = stack.bucket_arns, stack.place.arn("kms", "key/*")
    tagged = {f"aws:ResourceTag/{name}": value for name, value in stack.key_tags.items()}
    statements = [
        _buckets(buckets),
        _bucket_reading(buckets),
        _key_making({f"aws:RequestTag/{name}": value for name, value in stack.key_tags.items()}),
        _new_keys(keys),
        _keys(keys, tagged),
        _alias(stack.place.arn("kms", stack.alias)),
        _trail(stack.trail_arn),
        _lists(),
    ]
    if stack.role_names:
        statements.append(_roles(tuple(stack.place.role_arn(name) for name in stack.role_names)))
    if not stack.protected:
        statements.extend((_bucket_destruction(buckets), _key_destruction(keys, tagged)))
    return tuple(statements)


def _buckets(buckets: tuple[str, ...]) -> Statement:
    return Statement(
        sid="DeployBuckets",
        purpose="The deployer may make the stack's buckets and change their settings.",
        reference=_S3_ACTIONS,
        effect="Allow",
        actions=(
            "s3:CreateBucket",
            "s3:DeleteBucketPolicy",
            "s3:PutBucketLogging",
            "s3:PutBucketObjectLockConfiguration",
            "s3:PutBucketOwnershipControls",
            "s3:PutBucketPolicy",
            "s3:PutBucketPublicAccessBlock",
            "s3:PutBucketTagging",
            "s3:PutBucketVersioning",
            "s3:PutEncryptionConfiguration",
            "s3:PutLifecycleConfiguration",
            "s3:TagResource",
            "s3:UntagResource",
        ),
        resources=buckets,
    )


def _bucket_reading(buckets: tuple[str, ...]) -> Statement:
    # The provider reads every setting of a bucket, also those that this project leaves alone.
    return Statement(
        sid="ReadBuckets",
        purpose="The deployer may read the settings of the stack's buckets, to find what has drifted.",
        reference=_S3_ACTIONS,
        effect="Allow",
        actions=(
            "s3:GetAccelerateConfiguration",
            "s3:GetBucketAcl",
            "s3:GetBucketCORS",
            "s3:GetBucketLocation",
            "s3:GetBucketLogging",
            "s3:GetBucketObjectLockConfiguration",
            "s3:GetBucketOwnershipControls",
            "s3:GetBucketPolicy",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetBucketRequestPayment",
            "s3:GetBucketTagging",
            "s3:GetBucketVersioning",
            "s3:GetBucketWebsite",
            "s3:GetEncryptionConfiguration",
            "s3:GetLifecycleConfiguration",
            "s3:GetReplicationConfiguration",
            "s3:ListBucket",
            "s3:ListTagsForResource",
        ),
        resources=buckets,
    )


def _bucket_destruction(buckets: tuple[str, ...]) -> Statement:
    return Statement(
        sid="DestroyUnprotectedBuckets",
        purpose="The deployer may empty and delete the stack's buckets, where logs are not protected.",
        reference=_S3_ACTIONS,
        effect="Allow",
        actions=("s3:DeleteBucket", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ListBucketVersions"),
        resources=(*buckets, *(f"{bucket}/*" for bucket in buckets)),
    )


def _key_destruction(keys: str, tagged: dict[str, str]) -> Statement:
    return Statement(
        sid="DestroyUnprotectedKey",
        purpose="The deployer may schedule the deletion of the stack's key, where logs are not protected.",
        reference=_KMS_TAGS,
        effect="Allow",
        actions=("kms:ScheduleKeyDeletion",),
        resources=(keys,),
        conditions={"StringEquals": tagged},
    )


def _key_making(tag_given: dict[str, str]) -> Statement:
    return Statement(
        sid="MakeTaggedKey",
        purpose="The deployer may make a key, only with the stack's tags on it.",
        reference=_KMS_TAGS,
        effect="Allow",
        actions=("kms:CreateKey", "kms:TagResource"),
        resources=("*",),  # CreateKey knows no resource, and the tags of a new key are asked for likewise
        conditions={"StringEquals": tag_given},
    )


def _new_keys(keys: str) -> Statement:
    # Tags take up to five minutes to count, and these calls follow at once on the making of a key. They
    # harm no other key of the account: an alias is bound by the statement on aliases.
    return Statement(
        sid="FinishNewKey",
        purpose="The deployer may look at keys and turn rotation on, before the tags of a new key count.",
        reference=_KMS_TAGS,
        effect="Allow",
        actions=(
            "kms:CreateAlias",
            "kms:DescribeKey",
            "kms:EnableKeyRotation",
            "kms:GetKeyPolicy",
            "kms:GetKeyRotationStatus",
            "kms:ListResourceTags",
        ),
        resources=(keys,),
    )


def _keys(keys: str, tagged: dict[str, str]) -> Statement:
    return Statement(
        sid="DeployTaggedKey",
        purpose="The deployer may change the stack's key, known by its tags, but not use it.",
        reference=_KMS_TAGS,
        effect="Allow",
        actions=(
            "kms:DeleteAlias",
            "kms:DisableKeyRotation",
            "kms:PutKeyPolicy",
            "kms:TagResource",
            "kms:UntagResource",
            "kms:UpdateAlias",
            "kms:UpdateKeyDescription",
        ),
        resources=(keys,),
        conditions={"StringEquals": tagged},
    )


def _alias(alias: str) -> Statement:
    return Statement(
        sid="DeployAlias",
        purpose="The deployer may give the stack's alias to the key, and take it away.",
        reference=_KMS_ALIAS,
        effect="Allow",
        actions=("kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"),
        resources=(alias,),
    )


def _trail(trail_arn: str) -> Statement:
    # StopLogging is left out: nothing in a deployment stops a trail, short of deleting it.
    return Statement(
        sid="DeployTrail",
        purpose="The deployer may make, change, start and unmake the stack's trail.",
        reference=_CLOUDTRAIL_ACTIONS,
        effect="Allow",
        actions=(
            "cloudtrail:AddTags",
            "cloudtrail:CreateTrail",
            "cloudtrail:DeleteTrail",
            "cloudtrail:GetEventSelectors",
            "cloudtrail:GetInsightSelectors",
            "cloudtrail:GetTrail",
            "cloudtrail:GetTrailStatus",
            "cloudtrail:ListTags",
            "cloudtrail:PutEventSelectors",
            "cloudtrail:RemoveTags",
            "cloudtrail:StartLogging",
            "cloudtrail:UpdateTrail",
        ),
        resources=(trail_arn,),
    )


def _lists() -> Statement:
    return Statement(
        sid="FindTrailAndAlias",
        purpose="The deployer may find the trail and the alias, by lists that know no resource.",
        reference=_CLOUDTRAIL_ACTIONS,
        effect="Allow",
        actions=("cloudtrail:DescribeTrails", "kms:ListAliases"),
        resources=("*",),
    )


def _roles(roles: tuple[str, ...]) -> Statement:
    return Statement(
        sid="DeployRoles",
        purpose="The deployer may make and unmake the stack's roles, and write what they may do.",
        reference=_IAM_ACTIONS,
        effect="Allow",
        actions=(
            "iam:CreateRole",
            "iam:DeleteRole",
            "iam:DeleteRolePolicy",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListInstanceProfilesForRole",
            "iam:ListRolePolicies",
            "iam:PutRolePolicy",
            "iam:TagRole",
            "iam:UntagRole",
            "iam:UpdateAssumeRolePolicy",
            "iam:UpdateRole",
        ),
        resources=roles,
    )


def _actors(stack: Stack) -> tuple[Actor, ...]:
    role = stack.settings.access.deployer_role_name or "Deployer"
    return (Actor(CARD.name, "deployer", session(stack, role), documents=(CARD.name,)),)


CARD = DocumentCard(
    name="deployer",
    title="What the deployer may do",
    kind=DocumentKind.IDENTITY,
    quota=Quota.MANAGED_POLICY,
    build=build,
    actors=_actors,
    order=30,
)
