"""Does every word bear weight? Changes the documents one word at a time and sees whether a proof turns red.

A change that no proof notices is a survivor: a word that could be lost, or loosened, unseen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

import yaml

from config.stack import Stack
from iam_evaluation import PolicyError
from policies.documents import documents
from policies.documents.statement import EVERYONE, Conditions, Document, Principals, Statement
from policies.form import faults
from policies.proofs import World, covers
from policies.questions import Question, questions

_NUMBERS = "Numeric"
_LIKE = {"StringEquals": "StringLike", "StringNotEquals": "StringNotLike", "ArnEquals": "ArnLike"}
_LIKE |= {"ArnNotEquals": "ArnNotLike"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A document with one word changed; `change` says which, in words that stay the same from run to run.

    `actions` are those that the change concerns: the one dropped, else all of the statement.
    """

    document: str
    sid: str
    actions: tuple[str, ...]
    change: str
    mutated: Document

    @property
    def name(self) -> str:
        """What identifies the mutant in the list of survivors."""
        return f"{self.document}/{self.sid}: {self.change}"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mutant. `killed_by` names the question or rule of form that noticed, None for none."""

    mutant: Mutant
    killed_by: str | None
    reason: str | None

    @property
    def survived(self) -> bool:
        """Whether nothing noticed the change, and nobody has given a reason why that is right."""
        return self.killed_by is None and self.reason is None


def mutants(found: Mapping[str, Document]) -> Iterator[Mutant]:
    """Yield every document with one statement, condition, principal, action or resource less or wider."""
    for name, document in found.items():
        for index, statement in enumerate(document.statements):
            before, after = document.statements[:index], document.statements[index + 1 :]
            if before or after:
                dropped = replace(document, statements=before + after)
                yield Mutant(name, statement.sid, statement.actions, "drop the statement", dropped)
            for change, changed in _changes(statement):
                mutated = replace(document, statements=(*before, changed, *after))
                lost = tuple(action for action in statement.actions if action not in changed.actions)
                yield Mutant(name, statement.sid, lost or statement.actions, change, mutated)


def fates(stack: Stack) -> Iterator[Fate]:
    """Yield what becomes of every mutant of a stack's documents."""
    for mutant in mutants(documents(stack)):
        killed_by = _killer(stack, mutant)
        yield Fate(mutant, killed_by, None if killed_by else reasons().get(mutant.name))


def _killer(stack: Stack, mutant: Mutant) -> str | None:
    fault = next(faults(stack, {mutant.document: mutant.mutated}), None)
    if fault is not None:
        return f"form: {fault.message}"
    world = World(stack, {mutant.document: mutant.mutated})
    try:
        wrong = next(
            (proof for proof in world.prove(_order(mutant.sid, mutant.actions)) if not proof.right), None
        )
    except PolicyError as error:
        return f"refused: {error}"
    return None if wrong is None else wrong.question


@cache
def _order(sid: str, actions: tuple[str, ...]) -> tuple[Question, ...]:
    """The questions, those first that are about the actions and little else: most mutants die at once."""

    def distance(question: Question) -> int:
        about = sum(covers(actions, action) for action in question.actions)
        return len(question.actions) - about - 100 * (about > 0) - 50 * (sid in question.denied)

    return tuple(sorted(questions(), key=distance))


@cache
def reasons() -> Mapping[str, str]:
    """Return the changes that are known to be harmless, each with the reason why."""
    text = resources.files("policies").joinpath("survivors.yaml").read_text("utf-8")
    return dict(yaml.safe_load(text) or {})


def _changes(statement: Statement) -> Iterator[tuple[str, Statement]]:
    for change, conditions in _condition_changes(statement.conditions):
        yield change, replace(statement, conditions=conditions)
    for change, principal in _principal_changes(statement.principal):
        yield change, replace(statement, principal=principal)
    for change, actions in _list_changes("action", statement.actions):
        yield change, replace(statement, actions=actions)
    for action in sorted({f"{action.partition(':')[0]}:*" for action in statement.actions}):
        if action not in statement.actions:
            yield f"widen the actions to {action}", replace(statement, actions=(*statement.actions, action))
    for change, found in _list_changes("resource", statement.resources):
        yield change, replace(statement, resources=found)
    for index, resource in enumerate(statement.resources):
        for wider in _wider_resources(resource):
            changed = _with(statement.resources, index, wider)
            yield f"widen resource {index + 1} to {wider}", replace(statement, resources=changed)


def _list_changes(what: str, values: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    if len(values) > 1:  # dropping the only one is dropping the statement
        for index, value in enumerate(values):
            named = value if what == "action" else str(index + 1)
            yield f"drop {what} {named}", values[:index] + values[index + 1 :]


def _wider_resources(resource: str) -> Iterator[str]:
    if resource != EVERYONE:
        yield EVERYONE
    head, slash, tail = resource.partition("/")
    if slash and tail != EVERYONE:
        yield f"{head}/*"


def _principal_changes(principal: Principals | None) -> Iterator[tuple[str, Principals]]:
    if principal is None:
        return
    if isinstance(principal, str):
        yield "narrow the principal to AWS accounts", {"AWS": "arn:aws:iam::123456789012:root"}
        return
    yield "widen the principal to everyone", EVERYONE
    for kind, names in principal.items():
        if isinstance(names, tuple) and len(names) > 1:
            for index, name in enumerate(names):
                yield f"drop principal {name}", {**principal, kind: names[:index] + names[index + 1 :]}


def _condition_changes(conditions: Conditions) -> Iterator[tuple[str, Conditions]]:
    for operator, keys in conditions.items():
        others = {name: tests for name, tests in conditions.items() if name != operator}
        for key, value in keys.items():
            rest = {name: test for name, test in keys.items() if name != key}
            kept = {**others, **({operator: rest} if rest else {})}
            yield f"drop the condition on {key}", kept
            for change, wider_operator, wider in _wider_values(operator, value):
                tests = {**kept.get(wider_operator, {}), key: wider}
                yield f"{change} {key}", {**kept, wider_operator: tests}


def _wider_values(
    operator: str, value: str | tuple[str, ...]
) -> Iterator[tuple[str, str, str | tuple[str, ...]]]:
    values = (value,) if isinstance(value, str) else value
    if operator == "Bool":
        yield "turn round", operator, "true" if value == "false" else "false"
    elif operator.startswith(_NUMBERS):
        number = float(values[0])
        yield "raise", operator, f"{number * 1.09:g}"
        yield "lower", operator, f"{number * 0.91:g}"
    else:
        yield "take anything for", _LIKE.get(operator, operator), EVERYONE
        if len(values) > 1:
            for index, one in enumerate(values):
                yield f"forget {one} in", operator, values[:index] + values[index + 1 :]


def _with(values: tuple[str, ...], index: int, value: str) -> tuple[str, ...]:
    return (*values[:index], value, *values[index + 1 :])
