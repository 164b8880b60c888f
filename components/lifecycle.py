"""Lifecycle rules as values: what becomes of log files as they age.

Rules cover the whole bucket: logs under an earlier prefix age as all others.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
"""

from __future__ import annotations

from typing import TypeAlias

import pulumi_aws as aws

from config.settings import Settings

Rule: TypeAlias = aws.s3.BucketLifecycleConfigurationRuleArgsDict

_UPLOADS_ABORTED_AFTER_DAYS = 7  # no log file takes a day to upload; the rest of one is paid for but unseen


def log_rules(settings: Settings) -> list[Rule]:
    """Return the rules of the versioned log bucket.

    A log that expires becomes noncurrent first: it is gone after both numbers of days together.
    """
    bucket = settings.log_bucket
    logs: Rule = {
        "id": "logs",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "noncurrent_version_expiration": {"noncurrent_days": bucket.noncurrent_expiration_days},
    }
    if bucket.transition_storage_class != "NONE":
        logs["transitions"] = [
            {"days": bucket.transition_days, "storage_class": bucket.transition_storage_class}
        ]
    if bucket.expiration_days:
        logs["expiration"] = {"days": bucket.expiration_days}
    return [logs, _leftovers()]


def access_log_rules(settings: Settings) -> list[Rule]:
    """Return the rules of a versioned bucket that holds nothing but server access logs."""
    logs: Rule = {
        "id": "access-logs",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "expiration": {"days": settings.access_log_bucket.access_log_expiration_days},
        "noncurrent_version_expiration": {"noncurrent_days": settings.log_bucket.noncurrent_expiration_days},
    }
    return [logs, _leftovers()]


def _leftovers() -> Rule:
    # A rule of its own: S3 refuses expired_object_delete_marker beside a number of days.
    return {
        "id": "leftovers",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "expiration": {"expired_object_delete_marker": True},
        "abort_incomplete_multipart_upload": {"days_after_initiation": _UPLOADS_ABORTED_AFTER_DAYS},
    }
