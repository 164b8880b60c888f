"""The deployer's permissions: the least that `pulumi up`, `refresh` and `destroy` of this project need.

The policy is for an administrator to attach before the first deployment, so that the stack does not hold
it: a deployer who may change its own policy may do anything. It is for the role that the stack names as its
deployer: where none is named, an administrator deploys.
"""

from __future__ import annotations

from config.stack import Stack
from iam_evaluation import DocumentKind
from policies.documents.card import Actor, DocumentCard, Quota, session
from policies.documents.statement import USER_GUIDES, Statement

_AUTHORIZATION = f"{USER_GUIDES}/service-authorization/latest/reference"
_S3_ACTIONS = f"{_AUTHORIZATION}/list_amazons3.html"
_KMS_TAGS = f"{USER_GUIDES}/kms/latest/developerguide/tag-authorization.html"
_KMS_ALIAS = f"{USER_GUIDES}/kms/latest/developerguide/alias-access.html"
_CLOUDTRAIL_ACTIONS = f"{_AUTHORIZATION}/list_awscloudtrail.html"
_BOUNDARIES = f"{USER_GUIDES}/IAM/latest/UserGuide/access_policies_boundaries.html"
_IAM_ACTIONS = f"{_AUTHORIZATION}/list_awsidentityandaccessmanagementiam.html"


def build(stack: Stack) -> tuple[Statement, ...]:
    """Return what the deployer may do with just the resources of one stack.

    What it may do with the key, whose ARN nobody knows beforehand, stands in the key's own policy. The roles
    it makes are bounded, so that it cannot make itself more than it is. Without `protect_logs` the deployer
    may also destroy buckets and key: nobody needs that for a stack that is to stay.
    """
    buckets, boundary = stack.bucket_arns, stack.boundary_arn
    statements = [
        _buckets(buckets),
        _bucket_reading(buckets),
        _key_making({f"aws:RequestTag/{name}": value for name, value in stack.key_tags.items()}),
        _alias(stack.place.arn("kms", stack.alias)),
        _trail(stack.trail_arn),
        _lists(),
    ]
    if boundary:
        roles = tuple(stack.place.role_arn(name) for name in stack.role_names)
        statements += [_roles(roles), _bounded_roles(roles, boundary), _boundary_stays(roles, boundary)]
        statements.append(_boundary_reading(boundary))
    if stack.trusted_here:
        statements.append(_trusted(tuple(stack.trusted_here)))
    if not stack.protected:
        statements.append(_bucket_destruction(buckets))
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
        purpose="The deployer may empty and delete the stack's buckets, once locked or not, if unprotected.",
        reference=_S3_ACTIONS,
        effect="Allow",
        actions=(
            "s3:BypassGovernanceRetention",
            "s3:DeleteBucket",
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:ListBucketVersions",
        ),
        resources=(*buckets, *(f"{bucket}/*" for bucket in buckets)),
    )


def _key_making(tag_given: dict[str, str]) -> Statement:
    return Statement(
        sid="MakeTaggedKey",
        purpose="The deployer may make a key, with the stack's tags on it, which give no power over it.",
        reference=_KMS_TAGS,
        effect="Allow",
        actions=("kms:CreateKey", "kms:TagResource"),
        # CreateKey knows no resource, and KMS asks for the tags of a new key likewise, so that the tags can
        # be put on any key that lets the account: no policy of the stack may trust them.
        resources=("*",),
        conditions={"StringEquals": tag_given},
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
        purpose="The deployer may see, tag, shorten and unmake the stack's roles.",
        reference=_IAM_ACTIONS,
        effect="Allow",
        actions=(
            "iam:DeleteRole",
            "iam:DeleteRolePolicy",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListInstanceProfilesForRole",
            "iam:ListRolePolicies",
            "iam:TagRole",
            "iam:UntagRole",
            "iam:UpdateRole",
        ),
        resources=roles,
    )


def _bounded_roles(roles: tuple[str, ...], boundary: str) -> Statement:
    return Statement(
        sid="DeployBoundedRoles",
        purpose="The deployer may make the stack's roles and write what they may, within their boundary.",
        reference=_BOUNDARIES,
        effect="Allow",
        actions=(
            "iam:CreateRole",
            "iam:PutRolePermissionsBoundary",
            "iam:PutRolePolicy",
            "iam:UpdateAssumeRolePolicy",
        ),
        resources=roles,
        conditions={"StringEquals": {"iam:PermissionsBoundary": boundary}},
    )


def _boundary_stays(roles: tuple[str, ...], boundary: str) -> Statement:
    return Statement(
        sid="KeepRoleBoundary",
        purpose="The deployer may not take the boundary from a role, nor change the boundary itself.",
        reference=_BOUNDARIES,
        effect="Deny",
        actions=(
            "iam:CreatePolicyVersion",
            "iam:DeletePolicy",
            "iam:DeletePolicyVersion",
            "iam:DeleteRolePermissionsBoundary",
            "iam:SetDefaultPolicyVersion",
        ),
        resources=(*roles, boundary),
    )


def _boundary_reading(boundary: str) -> Statement:
    return Statement(
        sid="ReadRoleBoundary",
        purpose="The deployer may see whether the boundary is there, and the one that the stack needs.",
        reference=_BOUNDARIES,
        effect="Allow",
        actions=("iam:GetPolicy", "iam:GetPolicyVersion"),
        resources=(boundary,),
    )


def _trusted(trusted: tuple[str, ...]) -> Statement:
    kinds = {"role": "iam:GetRole", "user": "iam:GetUser"}
    asked = {kinds[arn.split(":")[5].partition("/")[0]] for arn in trusted}
    return Statement(
        sid="FindTrusted",
        purpose="The deployer may see whether those who are to take on the stack's roles exist.",
        reference=_IAM_ACTIONS,
        effect="Allow",
        actions=tuple(sorted(asked)),
        resources=trusted,
    )


def _actors(stack: Stack) -> tuple[Actor, ...]:
    role = stack.settings.access.deployer_role_name
    return (Actor(CARD.name, "deployer", session(stack, role), documents=(CARD.name,)),)


CARD = DocumentCard(
    name="deployer",
    title="What the deployer may do",
    kind=DocumentKind.IDENTITY,
    quota=Quota.MANAGED_POLICY,
    build=build,
    applies=lambda stack: stack.deployer_role_arn is not None,
    actors=_actors,
    order=30,
)
