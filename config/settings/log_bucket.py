"""The settings of the bucket that takes the logs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from config.place import CLOUDTRAIL_FOLDERS, trail_name, unreserved
from config.settings.group import PLACEHOLDER, Anew, Change, Given, Group, Impossible, check, setting
from config.settings.trail import TrailSettings
from config.settings.values import Switch, WholeNumber

StorageClass = Literal["NONE", "STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR"]
LockMode = Literal["OFF", "GOVERNANCE", "COMPLIANCE"]
_FIRST_DAY_OF_INFREQUENT_ACCESS = 30  # S3 moves nothing to STANDARD_IA before


class LogBucketSettings(Group):
    """Where logs lie, how long they are kept, and how they are protected."""

    heading: ClassVar[str] = "Log bucket"

    bucket_name: str = setting(
        "",
        "3 to 63 lowercase letters, digits and dashes, a letter or digit at both ends, not beginning or "
        "ending as S3 keeps to itself, such as xn-- and -s3alias; or empty",
        "The log bucket's name. Empty: <trail name>-<account>-<Region>. Another name replaces the bucket.",
        Change.REPLACEMENT,
        Anew.BOTH,
        pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]\Z|^\Z",
    )
    key_prefix: str = setting(
        "",
        "up to 200 letters, digits and !-_.*'(), in parts with one slash between, none at the ends; or empty",
        "What stands before AWSLogs/ in the keys of log files. Logs under an earlier prefix stay where they "
        "are, as well protected and readable as before.",
        Change.DATA,
        pattern=r"^(?=.{0,200}\Z)([A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*)?\Z",
    )
    protect_logs: Switch = setting(
        True,
        "true or false",
        "Whether Pulumi refuses to destroy any part of it, and the bucket policy denies deleting logs. "
        "Where false, `pulumi destroy` deletes all logs.",
        Change.UPDATE,
        Anew.DEPLOYER,
    )
    s3_bucket_key: Switch = setting(
        False,
        "true or false",
        "Whether an S3 bucket key spares calls to KMS. Off, because AWS does not say whether the encryption "
        "context that binds log files to the trail survives it.",
        Change.UPDATE,
    )
    transition_storage_class: StorageClass = setting(
        "NONE",
        "NONE, STANDARD_IA, INTELLIGENT_TIERING or GLACIER_IR",
        "Where older logs are kept. NONE, because S3 moves no object under 128 KB by default, as most log "
        "files are, and a move of smaller ones costs more than it saves. Only classes that validation and "
        "Athena can read at once: not GLACIER, not DEEP_ARCHIVE.",
        Change.DATA,
    )
    transition_days: WholeNumber = setting(
        90,
        "a whole number from 0 to 36500",
        "The age at which logs move to transition_storage_class.",
        Change.DATA,
        ge=0,
        le=36500,
    )
    expiration_days: WholeNumber = setting(
        365,
        "a whole number from 0 to 36500",
        "The age at which logs expire; 0 keeps them for ever. The default is the year that PCI DSS asks for.",
        Change.DATA,
        ge=0,
        le=36500,
    )
    noncurrent_expiration_days: WholeNumber = setting(
        30,
        "a whole number from 1 to 36500",
        "How long an expired or overwritten log can still be restored; adds up with expiration_days.",
        Change.DATA,
        ge=1,
        le=36500,
    )
    object_lock_mode: LockMode = setting(
        "OFF",
        "OFF, GOVERNANCE or COMPLIANCE",
        "Whether each log is locked when it is written. GOVERNANCE lets those with the permission lift the "
        "lock; COMPLIANCE lets nobody, not even AWS. A bucket that was locked once stays able to lock.",
        Change.DATA,
    )
    object_lock_days: WholeNumber = setting(
        0,
        "a whole number from 0 to 36500",
        "How long each log is locked; 0 where object_lock_mode is OFF.",
        Change.DATA,
        ge=0,
        le=36500,
    )

    @property
    def locks(self) -> bool:
        """Whether each log is locked when it is written."""
        return self.object_lock_mode != "OFF"

    @check
    def _reserved_name(self, given: Given) -> Iterator[Impossible]:
        named = given[LogBucketSettings].bucket_name
        trail = trail_name(given[TrailSettings].trail_name, given.project, given.stack).lower()
        free = unreserved(named) if named else unreserved(f"{trail}-").strip("-")  # account and Region follow
        if free != (named or trail):
            wrong = f"is no name for a bucket, since S3 keeps such names to itself; allowed: {free}"
            yield Impossible("bucket_name", wrong, free, given=named or trail)

    @check
    def _prefix_as_cloudtrail_names_folders(self, given: Given) -> Iterator[Impossible]:
        # By these folders policies and readers tell log files from digests.
        parts = given[LogBucketSettings].key_prefix.split("/")
        if taken := [part for part in parts if part in CLOUDTRAIL_FOLDERS]:
            better = "/".join(part.lower() if part in CLOUDTRAIL_FOLDERS else part for part in parts)
            wrong = f'has the part "{taken[0]}", as folders of CloudTrail are called; allowed: other parts'
            yield Impossible("key_prefix", wrong, better)

    @check
    def _early_transition(self, given: Given) -> Iterator[Impossible]:
        logs = given[LogBucketSettings]
        early = logs.transition_days < _FIRST_DAY_OF_INFREQUENT_ACCESS
        if early and logs.transition_storage_class == "STANDARD_IA":
            wrong = "is too early for STANDARD_IA, which S3 allows from day 30 on"
            yield Impossible("transition_days", wrong, 30, beside="transition_storage_class")

    @check
    def _expiry_before_transition(self, given: Given) -> Iterator[Impossible]:
        logs = given[LogBucketSettings]
        moves = logs.transition_storage_class != "NONE"
        if moves and 0 < logs.expiration_days <= logs.transition_days:
            wrong = "must be later than the transition, or 0 to keep logs for ever"
            yield Impossible("expiration_days", wrong, logs.transition_days + 1, beside="transition_days")

    @check
    def _lock_without_days(self, given: Given) -> Iterator[Impossible]:
        logs = given[LogBucketSettings]
        if logs.object_lock_mode != "OFF" and logs.object_lock_days == 0:
            wrong = "locks nothing; allowed: 1 to 36500"
            yield Impossible("object_lock_days", wrong, PLACEHOLDER, beside="object_lock_mode")

    @check
    def _days_without_lock(self, given: Given) -> Iterator[Impossible]:
        logs = given[LogBucketSettings]
        if logs.object_lock_mode == "OFF" and logs.object_lock_days > 0:
            wrong = "locks nothing; allowed: GOVERNANCE or COMPLIANCE"
            yield Impossible("object_lock_mode", wrong, "GOVERNANCE", beside="object_lock_days")

    @check
    def _expiry_within_lock(self, given: Given) -> Iterator[Impossible]:
        logs = given[LogBucketSettings]
        days = logs.object_lock_days
        if logs.object_lock_mode != "OFF" and 0 < logs.expiration_days < days:
            wrong = "must not end before the lock does; allowed: that number or more, or 0"
            yield Impossible("expiration_days", wrong, days, beside="object_lock_days")

    @check
    def _unprotected_compliance(self, given: Given) -> Iterator[Impossible]:
        logs = given[LogBucketSettings]
        if logs.object_lock_mode == "COMPLIANCE" and not logs.protect_logs:
            wrong = "promises what nobody can do: locked logs cannot be destroyed; allowed: true"
            yield Impossible("protect_logs", wrong, "true", beside="object_lock_mode")
