"""The policy of the bucket that takes the S3 server access logs of the log bucket.

S3's log delivery may write, for this one source bucket only; all other rules are those of the log bucket.
"""

from __future__ import annotations

from config.stack import Stack
from iam_evaluation import DocumentKind, Principal
from policies.documents.bucket import deletion_protection, secure_transport
from policies.documents.card import OTHER_ACCOUNT, Actor, DocumentCard, Quota, Target
from policies.documents.statement import EVERYONE, USER_GUIDES, Statement
from policies.near_misses import services_called_almost

S3_LOG_DELIVERY = "logging.s3.amazonaws.com"  # the same in aws, aws-cn and aws-us-gov

_ACCESS_LOGS = f"{USER_GUIDES}/AmazonS3/latest/userguide/enable-server-access-logging.html"


def build(stack: Stack) -> tuple[Statement, ...]:
    """Return the policy of the bucket that takes the access logs of the log bucket."""
    bucket = _bucket(stack)
    return (
        _delivery(f"{bucket}/*", stack.bucket_arn, stack.place.account_id),
        _no_forgery(f"{bucket}/*"),
        *secure_transport(bucket),
        *(deletion_protection(stack, bucket) if stack.protected else ()),
    )


def _delivery(objects: str, source_bucket: str, account_id: str) -> Statement:
    # A bucket's ARN names no account: the account keeps out one of the same name made anew elsewhere.
    return Statement(
        sid="S3WritesAccessLogs",
        purpose="S3 may write the access logs of the log bucket, and of no other bucket.",
        reference=_ACCESS_LOGS,
        effect="Allow",
        principal={"Service": S3_LOG_DELIVERY},
        actions=("s3:PutObject",),
        resources=(objects,),
        conditions={
            "ArnEquals": {"aws:SourceArn": source_bucket},
            "StringEquals": {"aws:SourceAccount": account_id},
        },
    )


def _no_forgery(objects: str) -> Statement:
    return Statement(
        sid="OnlyS3WritesAccessLogs",
        purpose="Nobody but S3's log delivery, not even an administrator, may put objects into this bucket.",
        reference=_ACCESS_LOGS,
        effect="Deny",
        principal=EVERYONE,
        actions=("s3:PutObject", "s3:ReplicateObject"),
        resources=(objects,),
        conditions={"StringNotEquals": {"aws:PrincipalServiceName": S3_LOG_DELIVERY}},
    )


def _auditor(stack: Stack) -> tuple[Statement, ...]:
    bucket = _bucket(stack)
    return (
        Statement(
            sid="ReadAccessLogs",
            purpose="The auditor may read the access logs (who read which log) and their bucket's policy.",
            reference=_ACCESS_LOGS,
            effect="Allow",
            actions=("s3:GetBucketPolicy", "s3:GetObject", "s3:ListBucket"),
            resources=(bucket, f"{bucket}/*"),
        ),
    )


def _bucket(stack: Stack) -> str:
    return stack.place.bucket_arn(stack.access_log_bucket or "")


def _targets(stack: Stack) -> dict[str, Target]:
    account, bucket = stack.place.account_id, _bucket(stack)
    return {
        "access log bucket": Target(bucket, account, CARD.name),
        "access log bucket before its policy is there": Target(bucket, account),
        "another access log bucket": Target(f"{bucket}-2", account),
        "access log of another bucket": Target(f"{bucket}-2/log", account),
        "access log": Target(f"{bucket}/2030-01-31-00-00-00-0123456789ABCDEF", account, CARD.name),
    }


def _actors(stack: Stack) -> tuple[Actor, ...]:
    logging, account = Principal.service(S3_LOG_DELIVERY), stack.place.account_id

    def source(name: str, title: str, arn: str, account_id: str) -> Actor:
        return Actor(name, title, logging, {"aws:SourceArn": arn, "aws:SourceAccount": account_id})

    bucket = stack.bucket_arn
    return (
        source("access-logging", "S3 access logs, log bucket", bucket, account),
        source("other-access-logging", "S3 access logs, other bucket", f"{bucket}-2", account),
        source("foreign-access-logging", "S3 access logs, namesake bucket", bucket, OTHER_ACCOUNT),
        *services_called_almost(S3_LOG_DELIVERY, {"aws:SourceArn": bucket, "aws:SourceAccount": account}),
    )


CARD = DocumentCard(
    name="access-log-bucket",
    title="Policy of the access log bucket",
    kind=DocumentKind.RESOURCE,
    quota=Quota.BUCKET_POLICY,
    build=build,
    applies=lambda stack: stack.access_log_bucket is not None,
    resource=_bucket,
    adds={"auditor": _auditor},
    targets=_targets,
    actors=_actors,
    order=40,
)
