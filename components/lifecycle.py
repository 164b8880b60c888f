"""Lifecycle rules as values: what becomes of log files as they age.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
"""

from __future__ import annotations

from typing import TypeAlias

import pulumi_aws as aws

Rule: TypeAlias = aws.s3.BucketLifecycleConfigurationRuleArgsDict

_UPLOADS_ABORTED_AFTER_DAYS = 7  # no log file takes a day to upload; the rest of one is paid for but unseen


def log_rules(
    *,
    prefix: str,
    transition_storage_class: str,
    transition_days: int,
    expiration_days: int,
    noncurrent_expiration_days: int,
) -> list[Rule]:
    """Return the rules of a versioned log bucket; `prefix` ends in a slash, 0 `expiration_days` means never.

    A log that expires becomes noncurrent first: it is gone after both numbers of days together.
    """
    logs: Rule = {
        "id": "logs",
        "status": "Enabled",
        "filter": {"prefix": prefix},
        "noncurrent_version_expiration": {"noncurrent_days": noncurrent_expiration_days},
    }
    if transition_storage_class != "NONE":
        logs["transitions"] = [{"days": transition_days, "storage_class": transition_storage_class}]
    if expiration_days:
        logs["expiration"] = {"days": expiration_days}
    return [logs, _leftovers()]


def access_log_rules(*, expiration_days: int, noncurrent_expiration_days: int) -> list[Rule]:
    """Return the rules of a versioned bucket that holds nothing but server access logs."""
    logs: Rule = {
        "id": "access-logs",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "expiration": {"days": expiration_days},
        "noncurrent_version_expiration": {"noncurrent_days": noncurrent_expiration_days},
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
