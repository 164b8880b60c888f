"""The arguments of AuditTrail. Made from config/settings by `make generate`: do not edit."""

from typing import NotRequired, TypedDict

# No `from __future__ import annotations` here: Pulumi's host for other languages reads the types at run time.


class AuditTrailArgs(TypedDict):
    """The settings of a trail, all of them optional, under their names in Pulumi.yaml."""

    trail_name: NotRequired[str]
    """The trail's name. Empty: <project>-<stack>. Roles, the key's alias and an unnamed bucket are named
    after it. Allowed: 3 to 128 letters, digits, periods, underscores and dashes, no two marks in a row, a
    letter or digit at both ends; or empty. Default: empty."""
    bucket_name: NotRequired[str]
    """The log bucket's name. Empty: <trail name>-<account>-<Region>. Another name replaces the bucket.
    Allowed: 3 to 63 lowercase letters, digits and dashes, a letter or digit at both ends, not beginning
    or ending as S3 keeps to itself, such as xn-- and -s3alias; or empty. Default: empty."""
    key_prefix: NotRequired[str]
    """What stands before AWSLogs/ in the keys of log files. Logs under an earlier prefix stay where they
    are, as well protected and readable as before. Allowed: up to 200 letters, digits and !-_.*'(), in
    parts with one slash between, none at the ends; or empty. Default: empty."""
    protect_logs: NotRequired[bool]
    """Whether Pulumi refuses to destroy any part of it, and the bucket policy denies deleting logs. Where
    false, `pulumi destroy` deletes all logs. Allowed: true or false. Default: true."""
    s3_bucket_key: NotRequired[bool]
    """Whether an S3 bucket key spares calls to KMS. Off, because AWS does not say whether the encryption
    context that binds log files to the trail survives it. Allowed: true or false. Default: false."""
    transition_storage_class: NotRequired[str]
    """Where older logs are kept. NONE, because S3 moves no object under 128 KB by default, as most log files
    are, and a move of smaller ones costs more than it saves. Only classes that validation and Athena can
    read at once: not GLACIER, not DEEP_ARCHIVE. Allowed: NONE, STANDARD_IA, INTELLIGENT_TIERING or
    GLACIER_IR. Default: "NONE"."""
    transition_days: NotRequired[int]
    """The age at which logs move to transition_storage_class. Allowed: a whole number from 0 to 36500.
    Default: 90."""
    expiration_days: NotRequired[int]
    """The age at which logs expire; 0 keeps them for ever. The default is the year that PCI DSS asks for.
    Allowed: a whole number from 0 to 36500. Default: 365."""
    noncurrent_expiration_days: NotRequired[int]
    """How long an expired or overwritten log can still be restored; adds up with expiration_days. Allowed: a
    whole number from 1 to 36500. Default: 30."""
    object_lock_mode: NotRequired[str]
    """Whether each log is locked when it is written. GOVERNANCE lets those with the permission lift the
    lock; COMPLIANCE lets nobody, not even AWS. A bucket that was locked once stays able to lock. Allowed:
    OFF, GOVERNANCE or COMPLIANCE. Default: "OFF"."""
    object_lock_days: NotRequired[int]
    """How long each log is locked; 0 where object_lock_mode is OFF. Allowed: a whole number from 0 to 36500.
    Default: 0."""
    key_deletion_window_days: NotRequired[int]
    """How long the encryption key can still be rescued after its deletion was scheduled. Allowed: a whole
    number from 7 to 30. Default: 30."""
    access_logs: NotRequired[bool]
    """Whether a second bucket takes S3's server access logs: who read which log file. Allowed: true or
    false. Default: false."""
    access_log_expiration_days: NotRequired[int]
    """The age at which server access logs expire. Allowed: a whole number from 1 to 36500. Default: 90."""
    log_group: NotRequired[bool]
    """Whether a log group in CloudWatch Logs takes each event too, encrypted with the trail's key. Whom this
    account's IAM policies let read the group reads events there. AWS charges for what it takes. Allowed:
    true or false. Default: false."""
    log_group_retention_days: NotRequired[int]
    """How long the log group keeps events. The bucket keeps them as its own settings say. Allowed: 0 to keep
    events for ever, or one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827,
    2192, 2557, 2922, 3288, 3653. Default: 90."""
    roles: NotRequired[bool]
    """Whether to make the roles <trail name>-auditor, then the only one to decrypt the bucket's logs, and
    <trail name>-break-glass, then the only one to lift their protections. A log group is read by whom
    this account's IAM policies let. Allowed: true or false. Default: false."""
    auditor_trusted_arns: NotRequired[list[str]]
    """Who may become the auditor. Empty: whom this account's IAM policies let. Allowed: a list of up to 20
    ARNs of users, roles or accounts, as ["arn:aws:iam::111122223333:role/name"]. Default: empty."""
    auditor_external_id: NotRequired[str]
    """The id by which those of auditor_trusted_arns that belong to other accounts prove themselves. Empty:
    they are asked for the same as those of this account. Allowed: 2 to 1224 letters, digits and
    _+=,.@:/-; or empty. Default: empty."""
    auditor_requires: NotRequired[str]
    """What the session must have that becomes the auditor. MFA: a second factor, which sessions from
    Identity Center, SAML or another role never have in AWS's eyes. SOURCE_IDENTITY: a source identity
    that the sign-in gave it. TRUSTED_ARN: nothing more, the sign-in answers for the second factor. A
    session that comes from another role's lasts an hour at most. Allowed: MFA, SOURCE_IDENTITY or
    TRUSTED_ARN. Default: "MFA"."""
    break_glass_trusted_arns: NotRequired[list[str]]
    """Who may break the glass. Empty: whom this account's IAM policies let. Allowed: a list of up to 20 ARNs
    of users, roles or accounts, as ["arn:aws:iam::111122223333:role/name"]. Default: empty."""
    break_glass_requires: NotRequired[str]
    """What the session must have that breaks the glass, as for auditor_requires; MFA: a second factor of the
    last 15 minutes. Allowed: MFA, SOURCE_IDENTITY or TRUSTED_ARN. Default: "MFA"."""
    deployer_role_name: NotRequired[str]
    """The role of this account, with its path if it has one, that deploys the stack under the policy that
    `policies render` shows, and may change what roles and protect_logs lock for all others. It must be
    there before the first `pulumi up`. Empty: an administrator deploys. Allowed: up to 128 letters,
    digits and _+=,.@/-; or empty. Default: empty."""
    tags: NotRequired[dict[str, str]]
    """Tags of every resource, besides Project and Stack. Allowed: a map of up to 40 names (1 to 128
    characters, not starting with aws:), each to a text (up to 256), of letters, digits, spaces and
    _.:/=+-@. Default: empty."""
