"""What the auditor may do: read logs, digests, settings and Event history. It writes nothing."""

from __future__ import annotations

from config.stack import Stack
from iam_evaluation import DocumentKind
from policies.documents.card import EVERYTHING, Actor, DocumentCard, Quota, Target, boundary_of, session
from policies.documents.statement import USER_GUIDES, Statement

SESSION_SECONDS = 4 * 3600

_AUTHORIZATION = f"{USER_GUIDES}/service-authorization/latest/reference"
_VIA_SERVICE = f"{USER_GUIDES}/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service"
_S3_ACTIONS = f"{_AUTHORIZATION}/list_amazons3.html"
_KMS_ACTIONS = f"{_AUTHORIZATION}/list_awskeymanagementservice.html"
_IAM_ACTIONS = f"{_AUTHORIZATION}/list_awsidentityandaccessmanagementiam.html"
_CLOUDTRAIL_ACTIONS = f"{_AUTHORIZATION}/list_awscloudtrail.html"


def build(stack: Stack) -> tuple[Statement, ...]:
    """Return what the auditor may do."""
    return (
        *_log_reading(stack.bucket_arn),
        *_trail_reading(stack.trail_arn),
        *_key_reading(stack.key_arn, stack.place.via_service("s3")),
        *_role_reading(stack),
        _probe(),
    )


def _log_reading(bucket: str) -> tuple[Statement, ...]:
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
            purpose="The auditor may read logs and digests, old versions too, under whatever prefix.",
            reference=_S3_ACTIONS,
            effect="Allow",
            actions=("s3:GetObject", "s3:GetObjectRetention", "s3:GetObjectVersion"),
            resources=(f"{bucket}/*",),
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


def _role_reading(stack: Stack) -> tuple[Statement, ...]:
    deployer = stack.deployer_role_arn
    roles = tuple(stack.place.role_arn(name) for name in stack.role_names)
    return (
        Statement(
            sid="ReadRoles",
            purpose="The auditor may see who may become what, and whether that is still what was rendered.",
            reference=_IAM_ACTIONS,
            effect="Allow",
            actions=(
                "iam:GetRole",
                "iam:GetRolePolicy",
                "iam:ListAttachedRolePolicies",
                "iam:ListRolePolicies",
            ),
            resources=roles if deployer is None else (*roles, deployer),
        ),
        Statement(
            sid="ReadManagedPolicies",
            purpose="The auditor may read policies that are attached to those roles, whatever their names.",
            reference=_IAM_ACTIONS,
            effect="Allow",
            actions=("iam:GetPolicy", "iam:GetPolicyVersion"),
            resources=(stack.place.arn("iam", "policy/*", region=""),),
        ),
    )


def _probe() -> Statement:
    return Statement(
        sid="FollowProbe",
        purpose="The auditor may make the harmless call that `ibtrail verify` follows, and find all Regions.",
        reference=f"{_AUTHORIZATION}/list_amazonec2imagebuilder.html",
        effect="Allow",
        actions=("ec2:DescribeRegions", "imagebuilder:ListComponents"),
        resources=("*",),  # these actions know no resource
    )


def _targets(stack: Stack) -> dict[str, Target]:
    place = stack.place
    found = {
        "managed policy": Target(place.arn("iam", "policy/any-name", region=""), place.account_id),
        "managed policy of AWS": Target(
            f"arn:{place.partition}:iam::aws:policy/AdministratorAccess", place.account_id
        ),
    }
    deployer = stack.deployer_role_arn
    if deployer is not None:
        found["deployer role"] = Target(deployer, place.account_id)
        found["namesake of the deployer role"] = Target(f"{deployer}-2", place.account_id)
    return found


def _actors(stack: Stack) -> tuple[Actor, ...]:
    auditor, boundary = session(stack, stack.auditor_role or ""), boundary_of(stack)
    return (
        Actor(CARD.name, "auditor", auditor, documents=(CARD.name,), boundary=boundary),
        Actor(
            "overgrown-auditor",
            "auditor, given AdministratorAccess",
            auditor,
            permissions=(EVERYTHING,),
            special=True,
            boundary=boundary,
        ),
    )


CARD = DocumentCard(
    name="auditor",
    title="What the auditor may do",
    kind=DocumentKind.IDENTITY,
    quota=Quota.ROLE_POLICY,
    of_role=True,
    build=build,
    applies=lambda stack: stack.auditor_role is not None,
    targets=_targets,
    actors=_actors,
    order=60,
)
