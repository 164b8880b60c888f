"""The settings of a stack: what may be set, what it means, and what is set.

This is the only reader of Pulumi's configuration. All errors are told at once, one line each, before the
first resource is registered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pulumi
from pulumi.runtime import config as stack_config
from pydantic import BaseModel, ConfigDict, ValidationError

from config.fields import Arns, Switch, Tags, WholeNumber, setting
from config.problems import Problem, impossible_pairs, unknown_key, wrong_value

StorageClass = Literal["NONE", "STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR"]
LockMode = Literal["OFF", "GOVERNANCE", "COMPLIANCE"]
_ARNS_ALLOWED = (
    'a list of up to 20 ARNs of users, roles or accounts, as ["arn:aws:iam::111122223333:role/name"]'
)


class Settings(BaseModel):
    """One value a key of Pulumi.yaml, under the same name; days are whole days."""

    model_config = ConfigDict(frozen=True, extra="forbid", regex_engine="python-re")

    trail_name: str = setting(
        "",
        "3 to 128 letters, digits, periods, underscores and dashes, no two marks in a row, "
        "a letter or digit at both ends; or empty",
        "The trail's name. Empty: <project>-<stack>.",
        pattern=r"^(?=.{3,128}\Z)[A-Za-z0-9]+([._-][A-Za-z0-9]+)*\Z|^\Z",
    )
    bucket_name: str = setting(
        "",
        "3 to 63 lowercase letters, digits and dashes, a letter or digit at both ends; or empty",
        "The log bucket's name. Empty: <trail name>-<account>-<Region>. Another name replaces the bucket.",
        pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]\Z|^\Z",
    )
    key_prefix: str = setting(
        "",
        "up to 200 letters, digits and !-_.*'(), in parts with one slash between, none at the ends; or empty",
        "What stands before AWSLogs/ in the keys of log files.",
        pattern=r"^(?=.{0,200}\Z)([A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*)?\Z",
    )
    protect_logs: Switch = setting(
        True,
        "true or false",
        "Whether Pulumi refuses to destroy any part of it, and the bucket policy denies deleting logs. "
        "Where false, `pulumi destroy` deletes all logs.",
    )
    s3_bucket_key: Switch = setting(
        False,
        "true or false",
        "Whether an S3 bucket key spares calls to KMS. Off, because AWS does not say whether the encryption "
        "context that binds log files to the trail survives it.",
    )
    key_deletion_window_days: WholeNumber = setting(
        30,
        "a whole number from 7 to 30",
        "How long the encryption key can still be rescued after its deletion was scheduled.",
        ge=7,
        le=30,
    )
    transition_storage_class: StorageClass = setting(
        "GLACIER_IR",
        "NONE, STANDARD_IA, INTELLIGENT_TIERING or GLACIER_IR",
        "Where older logs are kept. Only classes that validation and Athena can read at once: not GLACIER, "
        "not DEEP_ARCHIVE.",
    )
    transition_days: WholeNumber = setting(
        90,
        "a whole number from 0 to 36500",
        "The age at which logs move to transition_storage_class.",
        ge=0,
        le=36500,
    )
    expiration_days: WholeNumber = setting(
        365,
        "a whole number from 0 to 36500",
        "The age at which logs expire; 0 keeps them for ever. The default is the year that PCI DSS asks for.",
        ge=0,
        le=36500,
    )
    noncurrent_expiration_days: WholeNumber = setting(
        30,
        "a whole number from 1 to 36500",
        "How long an expired or overwritten log can still be restored; adds up with expiration_days.",
        ge=1,
        le=36500,
    )
    object_lock_mode: LockMode = setting(
        "OFF",
        "OFF, GOVERNANCE or COMPLIANCE",
        "Whether each log is locked when it is written. GOVERNANCE lets those with the permission lift the "
        "lock; COMPLIANCE lets nobody, not even AWS. A bucket that was locked once stays able to lock.",
    )
    object_lock_days: WholeNumber = setting(
        0,
        "a whole number from 0 to 36500",
        "How long each log is locked; 0 where object_lock_mode is OFF.",
        ge=0,
        le=36500,
    )
    access_logs: Switch = setting(
        False,
        "true or false",
        "Whether a second bucket takes S3's server access logs: who read which log file.",
    )
    access_log_expiration_days: WholeNumber = setting(
        90,
        "a whole number from 1 to 36500",
        "The age at which server access logs expire.",
        ge=1,
        le=36500,
    )
    roles: Switch = setting(
        False,
        "true or false",
        "Whether to make the roles <trail name>-auditor, then the only reader of the logs, and "
        "<trail name>-break-glass, then the only one to lift their protections.",
    )
    auditor_trusted_arns: Arns = setting(
        (),
        _ARNS_ALLOWED,
        "Who may become the auditor. Empty: whom this account's IAM policies let.",
        max_length=20,
    )
    auditor_external_id: str = setting(
        "",
        "2 to 1224 letters, digits and _+=,.@:/-; or empty",
        "The id by which auditors from outside prove themselves. Empty: a second factor is asked for.",
        pattern=r"^([\w+=,.@:/-]{2,1224})?\Z",
    )
    break_glass_trusted_arns: Arns = setting(
        (),
        _ARNS_ALLOWED,
        "Who may break the glass, always with a second factor. Empty: whom this account's IAM policies let.",
        max_length=20,
    )
    deployer_role_name: str = setting(
        "",
        "up to 128 letters, digits and _+=,.@/-; or empty",
        "The role of this account, with its path if it has one, that deploys the stack and so may go on "
        "changing settings that roles and protect_logs lock for all others.",
        pattern=r"^([\w+=,.@-][\w+=,.@/-]{0,127})?\Z",
    )
    tags: Tags = setting(
        {},
        "a map of up to 40 names (1 to 128 characters, not starting with aws:), each to a text (up to 256), "
        "of letters, digits, spaces and _.:/=+-@",
        "Tags of every resource, besides Project and Stack.",
        max_length=40,
    )

    def arguments(self) -> Any:
        """Return the settings as the AuditTrail component takes them: a dict of the same names."""
        return self.model_dump()


def checked(given: Mapping[str, Any], project: str, stack: str) -> Settings:
    """Return the settings that `given` asks for, with defaults for the rest.

    Raises pulumi.RunError, which Pulumi prints without a traceback, naming every error on a line of its own.
    """
    problems: dict[str, Problem] = {}
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        for key in dict.fromkeys(str(detail["loc"][0]) for detail in error.errors()):
            field = Settings.model_fields.get(key)
            problems[key] = (
                unknown_key(key, given[key], list(Settings.model_fields))
                if field is None
                else wrong_value(key, given[key], field)
            )
        settings = Settings.model_validate({key: given[key] for key in given if key not in problems})
    pairs = [
        problem for problem in impossible_pairs(settings, project, stack) if not problem.keys & {*problems}
    ]
    lines = [problem.line for problem in (*problems.values(), *pairs)]
    if lines:
        raise pulumi.RunError("\n".join([f"{len(lines)} configuration error(s):", *lines]))
    return settings


def load_settings() -> Settings:
    """Return the settings of the selected stack. Raises pulumi.RunError as `checked` does."""
    project = pulumi.get_project()
    given = {**stack_config.get_config_env(), **stack_config.CONFIG.get()}
    own = {name.removeprefix(f"{project}:"): given[name] for name in given if name.startswith(f"{project}:")}
    return checked(own, project, pulumi.get_stack())
