"""Does every word bear weight? Changes the documents one word at a time and sees whether a proof turns red.

A change that no proof notices is a survivor: a word that could be lost, or loosened, unseen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from itertools import chain

import yaml

from config.stack import Stack
from iam_evaluation import PolicyError
from policies.coverage import covers
from policies.documents import documents
from policies.documents.card import ROLE_BOUNDARY
from policies.documents.statement import Document, Statement
from policies.form import faults
from policies.proofs import World
from policies.questions import Question, questions
from policies.service_actions import actions_of
from policies.weakenings import Kind, types_of, weakenings


@dataclass(frozen=True, slots=True)
class Mutant:
    """A document with one word changed; `change` says which, in words that stay the same from run to run.

    `actions` are those that the change concerns: the ones dropped or added, else all of the statement.
    """

    document: str
    sid: str
    actions: tuple[str, ...]
    change: str
    mutated: Document
    kind: Kind = Kind.DROP

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
    """Yield every document with one statement less, or one word of a statement less, wider or weaker."""
    for name, document in found.items():
        for index, statement in enumerate(document.statements):
            before, after = document.statements[:index], document.statements[index + 1 :]
            if before or after:
                dropped = replace(document, statements=before + after)
                yield Mutant(name, statement.sid, statement.actions, "drop the statement", dropped)
            for kind, change, changed in weakenings(statement):
                if kind is Kind.MORE_ACTIONS and says_nothing_new(changed, statement, before + after):
                    continue
                mutated = replace(document, statements=(*before, changed, *after))
                about = tuple(sorted({*statement.actions} ^ {*changed.actions})) or statement.actions
                yield Mutant(name, statement.sid, about, change, mutated, kind)


def says_nothing_new(changed: Statement, statement: Statement, others: tuple[Statement, ...]) -> bool:
    """Whether the action added is allowed by another statement anyway, or denied to everybody."""
    added = [action for action in changed.actions if action not in statement.actions]
    return all(
        any(_settles(other, statement, action) for other in others if covers(other.actions, action))
        for action in added
    )


def _settles(other: Statement, statement: Statement, action: str) -> bool:
    if other.effect == "Deny":
        return not other.conditions
    types = {
        kind
        for one in actions_of(action.partition(":")[0])
        if one.name == action
        for kind in one.resource_types
    }
    about = {arn for arn in statement.resources if not types_of(arn) or types & {*types_of(arn)}}
    same = other.principal == statement.principal and about <= {*other.resources}
    asks_no_more = all(
        tests.items() <= statement.conditions.get(operator, {}).items()
        for operator, tests in other.conditions.items()
    )
    return same and asks_no_more


def fates(stack: Stack) -> Iterator[Fate]:
    """Yield what becomes of every mutant of a stack's documents.

    Where logs are protected, a statement may mask what another one lost, and so does the boundary what a role
    got more: such a change must be noticed on the same stack without protection, or without the boundary.
    """
    twin = stack.unprotected() if stack.protected else None
    unmasked = {mutant.name: mutant for mutant in mutants(documents(twin))} if twin else {}
    for mutant in mutants(documents(stack)):
        beneath = [(twin, unmasked[mutant.name])] if twin and mutant.name in unmasked else []
        tries = [(stack, mutant), *beneath]
        unbounded = tries if stack.boundary_arn and mutant.document != ROLE_BOUNDARY else []
        found = chain((killer(*one) for one in tries), (killer(*one, bounded=False) for one in unbounded))
        killed_by = next((name for name in found if name), None)
        yield Fate(mutant, killed_by, None if killed_by else reasons().get(mutant.name))


def killer(stack: Stack, mutant: Mutant, *, bounded: bool = True) -> str | None:
    """Return the question or rule of form that notices a mutant of a document of the stack; None for none."""
    fault = next(faults(stack, {mutant.document: mutant.mutated}), None)
    if fault is not None:
        return f"form: {fault.message}"
    world = World(stack, {mutant.document: mutant.mutated}, about=mutant.document, bounded=bounded)
    try:
        proofs = chain(
            world.anything_else(mutant.actions),
            world.prove(_order(mutant.sid, mutant.actions)),
            world.anything_else(),
        )
        wrong = next((proof for proof in proofs if not proof.right), None)
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
