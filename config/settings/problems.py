"""What can be wrong with settings, each told in one line that says how to correct it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo

from config.settings.group import Impossible, said

_LONGEST_SHOWN = 100


class ConfigurationError(ValueError):
    """A stack's configuration cannot be taken: one line, or one for each bad value, with what is allowed."""

    def __str__(self) -> str:
        return "\n".join(self.args)


@dataclass(frozen=True, slots=True)
class Correction:
    """How a setting is changed where it was given: `put` gives it a value, `drop` leaves it out."""

    put: Callable[[str, str], str]
    drop: Callable[[str], str]
    join: str = " && "
    lead: str = "run: "


def by_command(stack: str) -> Correction:
    """Return the correction of a stack's settings file: `pulumi config`."""
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
    """One thing wrong with a setting: what to say of it, and the corrections as (key, value or None)."""

    key: str
    text: str
    corrections: tuple[tuple[str, Any], ...]

    def line(self, how: Correction) -> str:
        """Return the one line that tells it."""
        steps = [
            how.drop(key) if value in (None, "", {}, ()) else how.put(key, _bare(value))
            for key, value in self.corrections
        ]
        return f"{self.key}: {self.text}; {how.lead}{how.join.join(steps)}"


def wrong_value(key: str, given: Any, field: FieldInfo, items: Sequence[str | int] = ()) -> Problem:
    """Return what to say of a value of the wrong type or out of range.

    `items` are the bad items of a list (their positions) or map (their keys), where only items are wrong: the
    others are kept.
    """
    parsed = _parsed(given)
    where = f" ({_named(items[0])})" if items else ""
    shown = _shown(parsed if isinstance(parsed, dict | list) else given)
    text = f"{shown} is not allowed{where} (allowed: {said(field, 'allowed')})"
    kept = _without(parsed, items) if items else None
    return Problem(key, text, ((key, kept or field.default),))


def unknown_key(key: str, given: Any, known: Sequence[str]) -> Problem:
    """Return what to say of a key that is none of ours."""
    near = difflib.get_close_matches(key, known, n=1)
    if not near:
        return Problem(key, f"no such setting (allowed: {', '.join(known)})", ((key, None),))
    return Problem(key, f"no such setting (allowed: {near[0]})", ((near[0], given), (key, None)))


def impossible(found: Impossible, values: Mapping[str, Any]) -> Problem:
    """Return what to say of settings that cannot go together; `values` has all settings as they are."""
    given = values[found.key] if found.given is None else found.given
    beside = f" with {found.beside} {_shown(values[found.beside])}" if found.beside else ""
    text = f"{_shown(given)}{beside} {found.wrong}"
    return Problem(found.key, text, ((found.instead or found.key, found.better),))


def _parsed(given: Any) -> Any:
    try:
        return json.loads(given) if isinstance(given, str) else given
    except ValueError:
        return given


def _without(given: Any, items: Sequence[str | int]) -> Any:
    if isinstance(given, dict):
        return {key: value for key, value in given.items() if key not in items}
    return [value for number, value in enumerate(given) if number not in items]


def _named(item: str | int) -> str:
    return f"item {item + 1}" if isinstance(item, int) else f"item {_shown(item)}"


def _bare(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _shown(value: object) -> str:
    text = json.dumps(list(value) if isinstance(value, tuple) else value, default=str)  # always on one line
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _quoted(text: str) -> str:
    plain = text.replace("_", "").replace("-", "").isalnum() and text.isascii()
    return text if plain else "'" + text.replace("'", "'\\''") + "'"
