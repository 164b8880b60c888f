"""Reads `expectations.yaml`: the questions asked of every stack's documents, with the expected answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from policies.service_actions import one_of_each_verb

_EVERYONE = "everyone"
_BUT = "everyone but "
_KEYS = frozenset(
    {"ask", "action", "target", "given", "exact", "any region", "if", "asked of", "allowed", "denied"}
)
_EACH_VERB = ":each verb"


class ExpectationError(ValueError):
    """`expectations.yaml` says something that cannot be understood. One line: which question, and what."""


@dataclass(frozen=True, slots=True)
class Names:
    """A list of actors, as the data file writes it: "a, b", "everyone" or "everyone but a, b"."""

    listed: frozenset[str]
    all_others: bool

    def holds(self, name: str) -> bool:
        """Whether the actor of this name is meant."""
        return (name in self.listed) is not self.all_others


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its expected answers; the head of `expectations.yaml` says what its parts mean.

    `only_if` are traits that a stack must have (True) or must not have (False). `exact` names the condition
    keys that must be met to the letter, each with those who are held to that; those in `any_region`, but for
    the Region in them.
    """

    name: str
    ask: str
    actions: tuple[str, ...]
    targets: tuple[str, ...]
    given: tuple[str, ...]
    exact: Mapping[str, Names]
    only_if: Mapping[str, bool]
    asked_of: Names
    allowed: Names
    denied: Mapping[str, Names]
    any_region: frozenset[str] = frozenset()
    others_deny: bool = False
    """Whether actions of all kinds are asked for, some of which further statements deny as well."""

    def asks(self, actor: str, *, special: bool) -> bool:
        """Whether the actor is asked; a special one only if the question names it."""
        return actor in self.asked_of.listed if special else self.asked_of.holds(actor)

    @property
    def denied_to_all(self) -> bool:
        """Whether one statement is expected to deny it to everybody."""
        return any(names == Names(frozenset(), all_others=True) for names in self.denied.values())

    def denied_by(self, actor: str) -> frozenset[str]:
        """The Sids of the statements that are expected to forbid it to the actor outright."""
        return frozenset(sid for sid, names in self.denied.items() if names.holds(actor))


def read_questions(text: str) -> tuple[Question, ...]:
    """Read the text of a data file such as `expectations.yaml`.

    Raises:
        ExpectationError: a question lacks a part, has an unknown one, or says yes and no at once.

    """
    content = yaml.safe_load(text)
    groups = {name: _split(members) for name, members in content.get("groups", {}).items()}
    return tuple(_question(name, parts, groups) for name, parts in content["questions"].items())


@cache
def questions() -> tuple[Question, ...]:
    """Return the questions of `expectations.yaml`."""
    return read_questions(resources.files("policies").joinpath("expectations.yaml").read_text("utf-8"))


def _question(name: str, parts: Mapping[str, Any], groups: Mapping[str, tuple[str, ...]]) -> Question:
    unknown = sorted(set(parts) - _KEYS)
    missing = sorted({"ask", "action", "target"} - set(parts))
    if unknown or missing:
        said = f'unknown "{unknown[0]}"' if unknown else f'"{missing[0]}" is missing'
        raise ExpectationError(
            f"expectations.yaml: {name}: {said}; a question has {', '.join(sorted(_KEYS))}"
        )
    return Question(
        name=name,
        ask=parts["ask"],
        actions=tuple(action for word in _split(parts["action"]) for action in _actions(word)),
        targets=_split(parts["target"]),
        given=_split(parts.get("given", "")),
        exact={one: _names(names, groups) for one, names in parts.get("exact", {}).items()},
        only_if={one.removeprefix("not "): not one.startswith("not ") for one in _split(parts.get("if", ""))},
        asked_of=_names(parts.get("asked of", _EVERYONE), groups),
        allowed=_names(parts.get("allowed", ""), groups),
        denied={sid: _names(names, groups) for sid, names in parts.get("denied", {}).items()},
        any_region=frozenset(_split(parts.get("any region", ""))),
        others_deny=_EACH_VERB in parts["action"],
    )


def _actions(word: str) -> tuple[str, ...]:
    """Return the action, or for "s3:each verb" one action for each verb of the service."""
    if not word.endswith(_EACH_VERB):
        return (word,)
    return one_of_each_verb(word.removesuffix(_EACH_VERB))


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _names(text: str, groups: Mapping[str, tuple[str, ...]]) -> Names:
    if text == _EVERYONE:
        return Names(frozenset(), all_others=True)
    names = _split(text.removeprefix(_BUT))
    listed = frozenset(member for name in names for member in groups.get(name, (name,)))
    return Names(listed, all_others=text.startswith(_BUT))
