"""The policy of the bucket that holds the trail's log files.

CloudTrail may check the ACL and write, for this one trail only; nobody else may write where logs lie;
nobody may come without TLS 1.2; nobody may delete logs or loosen what protects them, but for the roles
named here.
"""

from __future__ import annotations

from config.place import logs_folder
from config.stack import Stack
from iam_evaluation import DocumentKind
from policies.documents.card import OTHER_ACCOUNT, DocumentCard, Quota, Target, other_region
from policies.documents.statement import EVERYONE, USER_GUIDES, Statement

CLOUDTRAIL = "cloudtrail.amazonaws.com"  # the same in aws, aws-cn and aws-us-gov

# The settings of a bucket that keep logs safe, private and arriving. The lock and break-glass share the list.
PROTECTIVE_SETTINGS = (
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketLogging",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketRequestPayment",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutReplicationConfiguration",
)

_CLOUDTRAIL_GUIDE = f"{USER_GUIDES}/awscloudtrail/latest/userguide"
_S3_GUIDE = f"{USER_GUIDES}/AmazonS3/latest/userguide"
_TRAIL_BUCKET = f"{_CLOUDTRAIL_GUIDE}/create-s3-bucket-policy-for-cloudtrail.html"


def build(stack: Stack) -> tuple[Statement, ...]:
    """Return the policy of the trail's log bucket.

    What protects logs covers the whole bucket, whatever stands before AWSLogs/ now or stood there before.

    `protect_logs` forbids everyone but break-glass to delete logs. Where there is a break-glass role, the
    bucket's own settings are locked too, for all but that role and the deployer. Where there is none,
    settings stay open to the administrators of the account: nobody could undo the lock otherwise. S3 lets the
    root user of the account replace or remove a bucket policy, which is the way back from every lock here:
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
    """
    bucket, logs = stack.bucket_arn, f"{stack.bucket_arn}/{stack.logs_folder}"
    return (
        _acl_check(bucket, stack.trail_arn),
        _log_writing(f"{logs}{stack.place.account_id}/*", stack.trail_arn),
        _no_forgery(f"{bucket}/*"),
        *secure_transport(bucket),
        _encrypted_logs(f"{bucket}/*/CloudTrail/*.json.gz", stack.key_arn),
        *(deletion_protection(stack, bucket) if stack.protected else ()),
    )


def _acl_check(bucket: str, trail_arn: str) -> Statement:
    return Statement(
        sid="CloudTrailChecksBucketAcl",
        purpose="CloudTrail may check who owns the bucket before it delivers, for this trail alone.",
        reference=_TRAIL_BUCKET,
        effect="Allow",
        principal={"Service": CLOUDTRAIL},
        actions=("s3:GetBucketAcl",),
        resources=(bucket,),
        conditions={"StringEquals": {"aws:SourceArn": trail_arn}},
    )


def _log_writing(objects: str, trail_arn: str) -> Statement:
    return Statement(
        sid="CloudTrailWritesLogs",
        purpose="CloudTrail may write this account's logs and digests, for this trail alone.",
        reference=_TRAIL_BUCKET,
        effect="Allow",
        principal={"Service": CLOUDTRAIL},
        actions=("s3:PutObject",),
        resources=(objects,),
        conditions={
            "StringEquals": {"aws:SourceArn": trail_arn, "s3:x-amz-acl": "bucket-owner-full-control"},
        },
    )


def _no_forgery(objects: str) -> Statement:
    # A request without aws:PrincipalServiceName (any user, role or root) matches StringNotEquals too.
    # Replication writes objects under an action of its own, so that it would be a second way to forge.
    return Statement(
        sid="OnlyCloudTrailWritesWhereLogsLie",
        purpose="Nobody but CloudTrail, not even an administrator, may put objects into this bucket.",
        reference=f"{USER_GUIDES}/IAM/latest/UserGuide/reference_policies_condition-keys.html"
        "#condition-keys-principalservicename",
        effect="Deny",
        principal=EVERYONE,
        actions=("s3:PutObject", "s3:ReplicateObject"),
        resources=(objects,),
        conditions={"StringNotEquals": {"aws:PrincipalServiceName": CLOUDTRAIL}},
    )


def secure_transport(bucket: str) -> tuple[Statement, ...]:
    """Return the two denials of access to `bucket` (its ARN) without TLS, or with TLS older than 1.2."""
    everything = (bucket, f"{bucket}/*")
    return (
        Statement(
            sid="DenyWithoutTls",
            purpose="Nobody may reach the bucket over a connection that is not encrypted.",
            reference=f"{_S3_GUIDE}/security-best-practices.html#transit",
            effect="Deny",
            principal=EVERYONE,
            actions=("s3:*",),
            resources=everything,
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        ),
        Statement(
            sid="DenyOldTls",
            purpose="Nobody may reach the bucket over TLS older than 1.2.",
            reference=f"{_S3_GUIDE}/amazon-s3-policy-keys.html#example-object-tls-version",
            effect="Deny",
            principal=EVERYONE,
            actions=("s3:*",),
            resources=everything,
            conditions={"NumericLessThan": {"s3:TlsVersion": "1.2"}},
        ),
    )


def _encrypted_logs(log_files: str, key_arn: str) -> Statement:
    # Log files only, by their ending: CreateTrail's test write carries no encryption header, and AWS's guides
    # disagree on how digests are encrypted. An upload without the header matches ArnNotEquals as well.
    return Statement(
        sid="LogFilesUnderThisKey",
        purpose="A log file may only be written encrypted with this stack's key, never in the clear.",
        reference=f"{_S3_GUIDE}/UsingKMSEncryption.html#require-sse-kms",
        effect="Deny",
        principal=EVERYONE,
        actions=("s3:PutObject",),
        resources=(log_files,),
        conditions={"ArnNotEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": key_arn}},
    )


def deletion_protection(stack: Stack, bucket: str) -> tuple[Statement, ...]:
    """Return what keeps the objects of `bucket` (its ARN), and its protective settings, as they are."""
    break_glass, deployer = stack.break_glass_role_arn, stack.deployer_role_arn
    if break_glass is None:
        return (_no_deletion(bucket, ()),)
    settings_keepers = tuple(arn for arn in (break_glass, deployer) if arn is not None)
    return _no_deletion(bucket, (break_glass,)), _settings_lock(bucket, settings_keepers)


def _no_deletion(bucket: str, except_roles: tuple[str, ...]) -> Statement:
    # Lifecycle expiry is S3's own and does not ask the bucket policy.
    exception = " but the break-glass role" if except_roles else ""
    return Statement(
        sid="KeepLogs",
        purpose=f"Nobody{exception} may delete a log, a version of it or the bucket, or lift a retention.",
        reference=f"{_CLOUDTRAIL_GUIDE}/best-practices-security.html",
        effect="Deny",
        principal=EVERYONE,
        actions=(
            "s3:BypassGovernanceRetention",
            "s3:DeleteBucket",
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:ReplicateDelete",
        ),
        resources=(bucket, f"{bucket}/*"),
        conditions={"ArnNotLike": {"aws:PrincipalArn": except_roles}} if except_roles else {},
    )


def _settings_lock(bucket: str, except_roles: tuple[str, ...]) -> Statement:
    return Statement(
        sid="KeepBucketSettings",
        purpose="Only the roles named may change the settings that keep logs safe, private and arriving.",
        reference=f"{_S3_GUIDE}/bucket-policies.html",
        effect="Deny",
        principal=EVERYONE,
        actions=PROTECTIVE_SETTINGS,
        resources=(bucket,),
        conditions={"ArnNotLike": {"aws:PrincipalArn": except_roles}},
    )


def _targets(stack: Stack) -> dict[str, Target]:
    account, bucket = stack.place.account_id, stack.bucket_arn
    folder, file = f"{bucket}/{stack.logs_folder}", f"{stack.place.region}/2030/01/31"
    far = f"{other_region(stack.place)}/2130/01/31"
    earlier = f"{bucket}/{logs_folder('earlier/prefix')}"
    ruled = {
        "log": f"{folder}{account}/CloudTrail/{file}/log.json.gz",
        "log of another Region and century": f"{folder}{account}/CloudTrail/{far}/log.json.gz",
        "digest": f"{folder}{account}/CloudTrail-Digest/{file}/digest.json.gz",
        "test write": f"{folder}{account}/CloudTrail/",
        "log of another account": f"{folder}{OTHER_ACCOUNT}/CloudTrail/{file}/log.json.gz",
        "log under an earlier prefix": f"{earlier}{account}/CloudTrail/{file}/log.json.gz",
        "object elsewhere in the bucket": f"{bucket}/elsewhere/object.txt",
        "bucket": bucket,
    }
    return {
        **{name: Target(arn, account, CARD.name) for name, arn in ruled.items()},
        "bucket before its policy is there": Target(bucket, account),
        "another bucket": Target(f"{bucket}-2", account),
        "log of another bucket": Target(f"{bucket}-2/{stack.logs_folder}{account}/log", account),
    }


CARD = DocumentCard(
    name="bucket",
    title="Policy of the log bucket",
    kind=DocumentKind.RESOURCE,
    quota=Quota.BUCKET_POLICY,
    build=build,
    resource=lambda stack: stack.bucket_arn,
    targets=_targets,
    order=10,
)
