"""The settings of a stack, in groups: one group for each component, handed to it whole.

A new group is a file of its own here and a line in `Settings`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from config.settings.access import AccessSettings
from config.settings.access_log_bucket import AccessLogBucketSettings
from config.settings.encryption_key import EncryptionKeySettings
from config.settings.group import PLACEHOLDER, Given, Group, checks
from config.settings.log_bucket import LogBucketSettings
from config.settings.log_group import LogGroupSettings
from config.settings.meant import Accepts, meant, nearest
from config.settings.problems import (
    ConfigurationError,
    Correction,
    Problem,
    by_command,
    impossible,
    unknown_key,
    wrong_value,
)
from config.settings.tags import TagSettings
from config.settings.trail import TrailSettings

__all__ = ["GROUPS", "KEYS", "ConfigurationError", "Settings", "checked"]


@dataclass(frozen=True, slots=True)
class Settings:
    """All groups of one stack. Each setting stands under its name of Pulumi.yaml in just one of them."""

    trail: TrailSettings = field(default_factory=TrailSettings)
    log_bucket: LogBucketSettings = field(default_factory=LogBucketSettings)
    encryption_key: EncryptionKeySettings = field(default_factory=EncryptionKeySettings)
    access_log_bucket: AccessLogBucketSettings = field(default_factory=AccessLogBucketSettings)
    log_group: LogGroupSettings = field(default_factory=LogGroupSettings)
    access: AccessSettings = field(default_factory=AccessSettings)
    tags: TagSettings = field(default_factory=TagSettings)

    def arguments(self) -> Any:
        """Return all settings as the AuditTrail component takes them: a dict by key."""
        return {key: value for group in self.groups() for key, value in group.model_dump().items()}

    def groups(self) -> Iterator[Group]:
        """Yield the groups, in order."""
        yield from (getattr(self, one.name) for one in fields(self))


def _kinds() -> Iterator[tuple[str, type[Group]]]:
    yield from ((one.name, type(getattr(Settings(), one.name))) for one in fields(Settings))


GROUPS: Mapping[str, type[Group]] = dict(_kinds())
"""Every group, by its name in `Settings`."""
KEYS: Mapping[str, FieldInfo] = {
    key: info for kind in GROUPS.values() for key, info in kind.model_fields.items()
}
"""Every setting, by its key in Pulumi.yaml."""


def checked(
    given: Mapping[str, Any], project: str, stack: str, correction: Correction | None = None
) -> Settings:
    """Return the settings that `given` asks for, with defaults for the rest.

    `correction` says how a setting is changed where it came from; without one, by `pulumi config`.

    Raises:
        ConfigurationError: all errors, each on a line of its own.

    """
    settings, wrong = _validated(given)
    pairs = _impossible(settings, project, stack, frozenset(wrong))
    problems = [*(problem for key in KEYS if (problem := wrong.get(key))), *pairs]
    problems[len(wrong.keys() & KEYS.keys()) : 0] = [wrong[key] for key in wrong if key not in KEYS]
    if problems:
        how = correction or by_command(stack)
        lines = [problem.line(how) for problem in problems]
        raise ConfigurationError(f"{len(lines)} configuration error(s):", *lines)
    return settings


def _validated(given: Mapping[str, Any]) -> tuple[Settings, dict[str, Problem]]:
    """Return the settings with defaults in place of what is wrong, and what is wrong, by key."""
    wrong = _unknown_keys(given)
    groups: dict[str, Any] = {}
    for name, kind in GROUPS.items():
        own = {key: given[key] for key in kind.model_fields if key in given}
        try:
            groups[name] = kind.model_validate(own)
        except ValidationError as error:
            found = _wrong_values(own, error)
            groups[name] = kind.model_validate({key: own[key] for key in own if key not in found})
            wrong |= found
    return Settings(**groups), wrong


def _unknown_keys(given: Mapping[str, Any]) -> dict[str, Problem]:
    """Return what to say of keys that are none of ours; none of them sets a key that another one gives."""
    wrong: dict[str, Problem] = {}
    taken = set(given)
    for key in (key for key in given if key not in KEYS):
        near = nearest(key, list(KEYS))
        value = None
        if near and near not in taken:
            found = meant(given[key], KEYS[near], _accepts(near))
            value = PLACEHOLDER if found is None else found
            taken.add(near)
        wrong[key] = unknown_key(key, list(KEYS), near, value)
    return wrong


def _wrong_values(own: Mapping[str, Any], error: ValidationError) -> dict[str, Problem]:
    items: dict[str, dict[str | int, bool]] = {}
    for detail in error.errors():
        key, *inside = detail["loc"]
        bad = items.setdefault(str(key), {})
        if inside:
            bad[inside[0]] = bad.get(inside[0], False) or inside[-1] == "[key]"
    return {key: wrong_value(key, own[key], KEYS[key], _accepts(key), bad) for key, bad in items.items()}


def _accepts(key: str) -> Accepts:
    """Return what tells whether a setting takes a value."""
    kind = next(kind for kind in GROUPS.values() if key in kind.model_fields)

    def accepts(value: Any) -> bool:
        try:
            kind.model_validate({key: value})
        except ValidationError:
            return False
        return True

    return accepts


def _impossible(settings: Settings, project: str, stack: str, wrong: frozenset[str]) -> Iterator[Problem]:
    """Yield what cannot go together; a check that looked at a wrong value says nothing."""
    values = settings.arguments()
    groups = {type(group): group for group in settings.groups()}
    for group in settings.groups():
        for find in checks(type(group)):
            given = Given(groups, project, stack)
            found = list(find(group, given))
            if not given.read & wrong:
                yield from (impossible(one, values) for one in found)
