"""The policy of the bucket that takes the S3 server access logs of the log bucket.

S3's log delivery may write, for this one source bucket only; all other rules are those of the log bucket.
"""

from __future__ import annotations

from policies.documents.bucket import deletion_protection, secure_transport
from policies.documents.statement import EVERYONE, USER_GUIDES, Document, Statement, plain

S3_LOG_DELIVERY = "logging.s3.amazonaws.com"  # the same in aws, aws-cn and aws-us-gov

_ACCESS_LOGS = f"{USER_GUIDES}/AmazonS3/latest/userguide/enable-server-access-logging.html"


def access_log_bucket(
    *,
    partition: str,
    bucket_name: str,
    account_id: str,
    source_bucket_name: str,
    key_prefix: str = "",
    protect_logs: bool = True,
    break_glass_role_arn: str | None = None,
    deployer_role_arn: str | None = None,
) -> Document:
    """Return the policy of the bucket `bucket_name`, which takes the access logs of `source_bucket_name`.

    `partition` is aws, aws-cn or aws-us-gov; `account_id` owns both buckets. `key_prefix` is the prefix of
    the log objects as given to S3, such as "access/". The other parameters mean what they mean for the log
    bucket.
    """
    bucket = f"arn:{partition}:s3:::{bucket_name}"
    objects = f"{bucket}/{key_prefix}*"
    statements = [
        _delivery(objects, f"arn:{partition}:s3:::{source_bucket_name}", account_id),
        _no_forgery(f"{bucket}/*"),
        *secure_transport(bucket),
    ]
    if protect_logs:
        statements.extend(deletion_protection(bucket, break_glass_role_arn, deployer_role_arn))
    return Document(title="Policy of the access log bucket", statements=tuple(statements))


access_log_bucket_policy = plain(access_log_bucket)


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
