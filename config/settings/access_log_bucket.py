"""The settings of the bucket that takes S3's server access logs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from config.place import (
    ACCESS_LOG_SUFFIX,
    LONGEST_BUCKET_NAME,
    LONGEST_BUCKET_SUFFIX,
    shorter,
    trail_name,
)
from config.settings.group import Anew, Change, Given, Group, Impossible, check, setting
from config.settings.log_bucket import LogBucketSettings
from config.settings.trail import TrailSettings
from config.settings.values import Switch, WholeNumber


class AccessLogBucketSettings(Group):
    """Whether readers of logs are logged, and how long that is kept."""

    heading: ClassVar[str] = "Access logs"

    access_logs: Switch = setting(
        False,
        "true or false",
        "Whether a second bucket takes S3's server access logs: who read which log file.",
        Change.DATA,
        Anew.BOTH,
    )
    access_log_expiration_days: WholeNumber = setting(
        90,
        "a whole number from 1 to 36500",
        "The age at which server access logs expire.",
        Change.DATA,
        ge=1,
        le=36500,
    )

    @check
    def _long_name(self, given: Given) -> Iterator[Impossible]:
        """Both buckets are named after the trail, or after the log bucket."""
        suffix = len(ACCESS_LOG_SUFFIX) if given[AccessLogBucketSettings].access_logs else 0
        named = given[LogBucketSettings].bucket_name
        name = named or trail_name(given[TrailSettings].trail_name, given.project, given.stack)
        longest = LONGEST_BUCKET_NAME - suffix - (0 if named else LONGEST_BUCKET_SUFFIX)
        if len(name) > longest:
            yield Impossible(
                "bucket_name" if named else "trail_name",
                f"is too long to name the buckets after; allowed: {longest} characters",
                shorter(name, LONGEST_BUCKET_NAME - suffix),
                given=name,
                instead="bucket_name",
            )
