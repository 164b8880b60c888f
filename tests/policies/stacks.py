"""Stacks to try: those that are configured, and made-up ones for every shape that documents can take."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from config.place import Place
from config.settings import GROUPS, KEYS, Settings
from config.stack import Stack
from config.stack_file import read_stack, stack_names
from policies.documents import documents

HERE = Place("aws", "us-east-1", "111122223333")  # AWS's guides use the account for the one that is yours


def stack(name: str, place: Place = HERE, **settings: object) -> Stack:
    """A stack whose settings need not go together."""
    given = {"trail_name": "audit", "bucket_name": "audit-logs", **settings}
    groups: dict[str, Any] = {
        group: kind.model_validate({key: given[key] for key in kind.model_fields if key in given})
        for group, kind in GROUPS.items()
    }
    return Stack("image-builder-trail", name, place, Settings(**groups))


def changed(one: Stack, **settings: object) -> Stack:
    """The stack with some settings changed."""
    groups: dict[str, Any] = {
        group: kind.model_validate(
            {key: settings.get(key, value) for key, value in getattr(one.settings, group)}
        )
        for group, kind in GROUPS.items()
    }
    return replace(one, settings=Settings(**groups))


LOCKS: dict[str, Any] = {"key_prefix": "team/one", "roles": True}
SWITCHES = {key: True for key, field in KEYS.items() if field.default is False}
ALL: dict[str, Any] = {**SWITCHES, **LOCKS, "deployer_role_name": "deployer"}
PLAIN = stack("plain")
OPEN = stack("open", protect_logs=False)
LOCKED = stack("locked", **LOCKS)
FULL = stack("full", **ALL)
CHINA = stack("china", Place("aws-cn", "cn-north-1", HERE.account_id), **ALL)
GOVERNMENT = stack("government", Place("aws-us-gov", "us-gov-west-1", HERE.account_id), **LOCKS)
OUTSIDE = stack(
    "outside",
    **LOCKS,
    auditor_trusted_arns=("arn:aws:iam::777788889999:role/Auditors",),
    auditor_external_id="agreed-with-the-auditors",
)
_SIGN_IN = (
    "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Audit_0123456789abcdef",
)
_PEOPLE: dict[str, Any] = {"auditor_trusted_arns": _SIGN_IN, "break_glass_trusted_arns": _SIGN_IN}
SIGNED_IN = stack(
    "signed-in",
    **LOCKS,
    **_PEOPLE,
    deployer_role_name="deployer",
    auditor_requires="SOURCE_IDENTITY",
    break_glass_requires="TRUSTED_ARN",
)
CHAINED = stack(
    "chained", **LOCKS, **_PEOPLE, auditor_requires="TRUSTED_ARN", break_glass_requires="SOURCE_IDENTITY"
)
_ACCOUNTS: dict[str, Any] = {
    "deployer_role_name": "deployer",
    "auditor_trusted_arns": ("arn:aws:iam::444455556666:root",),
    "break_glass_trusted_arns": ("arn:aws:iam::444455556666:root",),
}
ACCOUNTS = stack("accounts", **LOCKS, **_ACCOUNTS)
WITH_ID = stack("with-id", **LOCKS, **_ACCOUNTS, auditor_external_id="agreed")
_BOTH = ("arn:aws:iam::111122223333:user/people/both", "arn:aws:iam::777788889999:role/Both")
_AUDITORS = ("arn:aws:iam::111122223333:role/Audit", "arn:aws:iam::222233334444:user/auditor", *_BOTH)
_BREAKERS = ("arn:aws:sts::111122223333:assumed-role/OnCall/one", "arn:aws:iam::444455556666:root", *_BOTH)
MIXED = stack("mixed", **LOCKS, auditor_trusted_arns=_AUDITORS, break_glass_trusted_arns=_BREAKERS)
_OWN = "arn:aws:iam::111122223333:root"
OWN = changed(
    replace(MIXED, name="own"),
    auditor_trusted_arns=(_OWN, _AUDITORS[1]),
    break_glass_trusted_arns=(_OWN, _BREAKERS[1]),
)
OWN_ID = changed(replace(OWN, name="own-id"), auditor_external_id="agreed")
_ROLES = (*_SIGN_IN, "arn:aws:iam::444455556666:role/Audit")
_BY_NAME: dict[str, Any] = {"auditor_trusted_arns": _ROLES, "auditor_external_id": "agreed"}
SIGNED_IN_ID = changed(replace(SIGNED_IN, name="signed-in-id"), **_BY_NAME)
CHAINED_ID = changed(replace(CHAINED, name="chained-id"), **_BY_NAME)
NAMED = (ACCOUNTS, WITH_ID, MIXED, OWN, OWN_ID, SIGNED_IN_ID, CHAINED_ID)
FULL_OPEN = stack("full-open", **ALL, protect_logs=False)
BUCKET_KEY = stack("bucket-key", s3_bucket_key=True)
SHAPES = (PLAIN, BUCKET_KEY, OPEN, LOCKED, FULL, CHINA, GOVERNMENT, OUTSIDE, SIGNED_IN, CHAINED, FULL_OPEN)
MADE_UP = (*SHAPES, *NAMED)
CONFIGURED = tuple(read_stack(name) for name in stack_names())
EVERY = (*CONFIGURED, *MADE_UP)


def policy(name: str, one: Stack) -> dict[str, Any]:
    """The JSON of a document of the stack, as deployed."""
    return documents(one)[name].document()


def stack_name(one: Stack) -> str:
    """The stack's name in the test report."""
    return one.name
