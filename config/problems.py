"""What can be wrong with settings, each told in one line that says how to mend it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic.fields import FieldInfo

from config import naming

if TYPE_CHECKING:
    from config.settings import Settings

_LONGEST_BUCKET_SUFFIX = len("-123456789012-ap-southeast-1")
_LONGEST_BUCKET_NAME = 63
_LONGEST_ROLE_NAME = 64
_ROLE_SETTINGS = (
    "auditor_trusted_arns",
    "auditor_external_id",
    "break_glass_trusted_arns",
    "deployer_role_name",
)
_LONGEST_SHOWN = 100
_LONGEST_ACCESS_LOG_SUFFIX = len(naming.access_log_bucket_name(""))


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: the settings that it concerns, and the line that tells it."""

    keys: frozenset[str]
    line: str


def wrong_value(key: str, given: Any, field: FieldInfo) -> Problem:
    """Return what to say of a value of the wrong type or out of range."""
    extra = field.json_schema_extra
    allowed = extra["allowed"] if isinstance(extra, dict) else ""
    return Problem(
        frozenset({key}),
        f"{key}: {_shown(given)} is not allowed (allowed: {allowed}); run: {_mend(key, field.default)}",
    )


def unknown_key(key: str, given: Any, known: Sequence[str]) -> Problem:
    """Return what to say of a key that is none of ours."""
    near = difflib.get_close_matches(key, known, n=1)
    remove = f"pulumi config rm {_quoted(key)}"
    if not near:
        return Problem(
            frozenset({key}), f"{key}: no such setting (allowed: {', '.join(known)}); run: {remove}"
        )
    rename = f"pulumi config set {near[0]} {_quoted(_shown_bare(given))} && {remove}"
    return Problem(frozenset({key}), f"{key}: no such setting (allowed: {near[0]}); run: {rename}")


def impossible_pairs(settings: Settings, project: str, stack: str) -> Iterator[Problem]:
    """Yield what cannot go together, though each value alone is allowed."""
    yield from _transition(settings)
    yield from _object_lock(settings)
    yield from _roles(settings)
    yield from _role_names(settings, project, stack)
    yield from _names(settings, project, stack)


def _transition(settings: Settings) -> Iterator[Problem]:
    storage, days, expiry = (
        settings.transition_storage_class,
        settings.transition_days,
        settings.expiration_days,
    )
    if storage == "STANDARD_IA" and days < 30:
        yield _pair(
            settings,
            "transition_days",
            "transition_storage_class",
            "is too early for STANDARD_IA, which S3 allows from day 30 on",
            30,
        )
    if storage != "NONE" and 0 < expiry <= days:
        yield _pair(
            settings,
            "expiration_days",
            "transition_days",
            "must be later than the transition, or 0 to keep logs for ever",
            days + 1,
        )


def _object_lock(settings: Settings) -> Iterator[Problem]:
    mode, days, expiry = settings.object_lock_mode, settings.object_lock_days, settings.expiration_days
    if mode != "OFF" and days == 0:
        yield _pair(
            settings, "object_lock_days", "object_lock_mode", "locks nothing; allowed: 1 to 36500", 30
        )
    if mode == "OFF" and days > 0:
        yield _pair(
            settings,
            "object_lock_mode",
            "object_lock_days",
            "locks nothing; allowed: GOVERNANCE or COMPLIANCE",
            "GOVERNANCE",
        )
    if mode != "OFF" and 0 < expiry < days:
        yield _pair(
            settings,
            "expiration_days",
            "object_lock_days",
            "must not end before the lock does; allowed: that number or more, or 0",
            days,
        )
    if mode == "COMPLIANCE" and not settings.protect_logs:
        yield _pair(
            settings,
            "protect_logs",
            "object_lock_mode",
            "promises what nobody can do: locked logs cannot be destroyed; allowed: true",
            "true",
        )


def _roles(settings: Settings) -> Iterator[Problem]:
    if settings.roles and settings.protect_logs and not settings.deployer_role_name:
        yield _pair(
            settings,
            "deployer_role_name",
            "roles",
            "would lock out whoever deploys; allowed: the name of the role that deploys",
            "image-builder-trail-deployer",
        )
    for key in () if settings.roles else _ROLE_SETTINGS:
        if getattr(settings, key):
            yield _pair(settings, key, "roles", "names roles that are not made; allowed: roles true", "")


def _role_names(settings: Settings, project: str, stack: str) -> Iterator[Problem]:
    trail = naming.trail_name(settings.trail_name, project, stack)
    room = _LONGEST_ROLE_NAME - len(naming.break_glass_role_name(""))
    if settings.roles and len(trail) > room:
        yield Problem(
            frozenset({"trail_name", "roles"}),
            f"trail_name: {_shown(trail)} is too long to name the roles after; allowed: {room} characters; "
            f"run: pulumi config set trail_name {_shorter(trail, room)}",
        )


def _names(settings: Settings, project: str, stack: str) -> Iterator[Problem]:
    trail = naming.trail_name(settings.trail_name, project, stack)
    suffix = _LONGEST_ACCESS_LOG_SUFFIX if settings.access_logs else 0
    if settings.bucket_name:
        room, key, length = _LONGEST_BUCKET_NAME - suffix, "bucket_name", len(settings.bucket_name)
    else:
        room, key, length = _LONGEST_BUCKET_NAME - _LONGEST_BUCKET_SUFFIX - suffix, "trail_name", len(trail)
    if length <= room:
        return
    given = settings.bucket_name or trail
    yield Problem(
        frozenset({"trail_name", "bucket_name", "access_logs"}),
        f"{key}: {_shown(given)} is too long to name the buckets after; allowed: {room} characters; "
        f"run: pulumi config set bucket_name {_shorter(given, _LONGEST_BUCKET_NAME - suffix)}",
    )


def _pair(settings: Settings, key: str, other: str, wrong: str, better: object) -> Problem:
    given, beside = getattr(settings, key), getattr(settings, other)
    return Problem(
        frozenset({key, other}),
        f"{key}: {_shown(given)} with {other} {_shown(beside)} {wrong}; run: {_mend(key, better)}",
    )


def _shorter(name: str, room: int) -> str:
    return naming.bucket_name("", name, "", "").strip("-")[:room].strip("-")


def _mend(key: str, better: object) -> str:
    if better in ("", {}, ()):
        return f"pulumi config rm {key}"
    return f"pulumi config set {key} {_quoted(_shown_bare(better))}"


def _shown_bare(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _shown(value: object) -> str:
    text = json.dumps(value)  # on one line, whatever was given
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _quoted(text: str) -> str:
    return (
        text if text.replace("_", "").replace("-", "").isalnum() else "'" + text.replace("'", "'\\''") + "'"
    )
