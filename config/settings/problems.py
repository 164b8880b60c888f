"""What can be wrong with settings, each told in one line that says how to correct it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic.fields import FieldInfo

from config.settings.group import PLACEHOLDER, Impossible, said
from config.settings.meant import Accepts, meant

_LONGEST_SHOWN = 100
_NO_ITEMS: Mapping[str | int, bool] = MappingProxyType({})


class ConfigurationError(ValueError):
    """A stack's configuration cannot be taken: one line, or one for each bad value, with what is allowed."""

    def __str__(self) -> str:
        return "\n".join(self.args)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a correction: a key gets a value, or is left out (None)."""

    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class Correction:
    """How a setting is changed where it was given: `put` gives it a value, `drop` leaves it out."""

    put: Callable[[str, str], str]
    drop: Callable[[str], str]
    join: str = " && "
    lead: str = "run: "


def by_command(stack: str) -> Correction:
    """Return the correction of a stack's settings file: `pulumi config`.

    A list or map is given whole: `--path` would silently replace one that is stored as JSON text.
    """
    return Correction(
        lambda key, value: f"pulumi config set {_quoted(key)} {_quoted(value)} --stack {stack}",
        lambda key: f"pulumi config rm {_quoted(key)} --stack {stack}",
    )


IN_ARGUMENTS = Correction(
    lambda key, value: f"give {key} the value {value}", lambda key: f"leave {key} out", join=" and ", lead=""
)
"""The correction of arguments that a program gives to the component."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a setting: what to say of it, and the steps that correct it."""

    key: str
    text: str
    corrections: tuple[Step, ...]

    def line(self, how: Correction) -> str:
        """Return the one line that tells it."""
        steps = [
            how.drop(step.key) if step.value is None else how.put(step.key, _bare(step.value))
            for step in self.corrections
        ]
        return f"{self.key}: {self.text}; {how.lead}{how.join.join(steps)}"


def wrong_value(
    key: str, given: Any, field: FieldInfo, accepts: Accepts, items: Mapping[str | int, bool] = _NO_ITEMS
) -> Problem:
    """Return what to say of a value of the wrong type or out of range.

    `accepts` tells whether the setting takes a value. `items` are the bad items of a list (by position) or
    map (by key), where only items are wrong, each with whether its key is: the others are kept.
    """
    parsed = _parsed(given)
    where = f" ({_named(next(iter(items)))})" if items else ""
    shown = _shown(parsed if isinstance(parsed, dict | list) else given)
    text = f"{shown} is not allowed{where} (allowed: {said(field, 'allowed')})"
    better = _with_items_right(parsed, items, accepts) if items else meant(given, field, accepts)
    return Problem(key, text, (Step(key, PLACEHOLDER if better is None else better),))


def unknown_key(key: str, known: Sequence[str], near: str | None, value: Any) -> Problem:
    """Return what to say of a key that is none of ours; `near` is the one meant, `value` what it should get.

    Without a value, the key is left out: the one meant has a value already.
    """
    text = f"no such setting (allowed: {near or ', '.join(known)})"
    renamed = () if near is None or value is None else (Step(near, value),)
    return Problem(key, text, (*renamed, Step(key, None)))


def impossible(found: Impossible, values: Mapping[str, Any]) -> Problem:
    """Return what to say of settings that cannot go together; `values` has all settings as they are."""
    given = values[found.key] if found.given is None else found.given
    beside = f" with {found.beside} {_shown(values[found.beside])}" if found.beside else ""
    text = f"{_shown(given)}{beside} {found.wrong}"
    return Problem(found.key, text, (Step(found.instead or found.key, found.better),))


def _parsed(given: Any) -> Any:
    try:
        return json.loads(given) if isinstance(given, str) else given
    except ValueError:
        return given


def _with_items_right(given: Any, items: Mapping[str | int, bool], accepts: Accepts) -> Any:
    """Return the list or map with a placeholder for what is wrong: a list without it may let in everybody."""
    if isinstance(given, dict):
        named = {key: value for key, value in given.items() if not items.get(key)}
        return named | {key: PLACEHOLDER for key, wrong_key in items.items() if not wrong_key}
    right = [str(one).strip() if accepts([str(one).strip()]) else PLACEHOLDER for one in given]
    return [right[number] if number in items else one for number, one in enumerate(given)]


def _named(item: str | int) -> str:
    return f"item {item + 1}" if isinstance(item, int) else f"item {_shown(item)}"


def _bare(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _shown(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a whole number of a program in another language
    text = json.dumps(list(value) if isinstance(value, tuple) else value, default=str)  # always on one line
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _quoted(text: str) -> str:
    plain = text.replace("_", "").replace("-", "").isalnum() and text.isascii()
    return text if plain else "'" + text.replace("'", "'\\''") + "'"
