"""A weakening drawn at random, of whatever kind, turns a proof red."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from config.stack import Stack
from policies.coverage import covers
from policies.documents import documents
from policies.documents.card import ROLE_BOUNDARY
from policies.documents.statement import EVERYONE, Statement
from policies.mutation import Mutant, killer, mutants, says_nothing_new
from policies.service_actions import actions_of
from policies.weakenings import Kind, types_of
from tests.policies.stacks import FULL, FULL_OPEN, OUTSIDE, PLAIN

DRAWS = 100
_LEFT_TO_IAM = next(
    one.actions for one in documents(FULL)["key"].statements if one.sid == "AccountAdministersKey"
)
Draw = Callable[[random.Random, Statement], Statement | None]


def any_action_more(chance: random.Random, statement: Statement) -> Statement | None:
    """An Allow with one more action, any that is about such resources."""
    if statement.effect == "Deny" or statement.resources in {(), (EVERYONE,)}:
        return None
    types = {kind for arn in statement.resources for kind in types_of(arn)}
    service = statement.actions[0].partition(":")[0]
    more = [one.name for one in actions_of(service) if one.resource_types & types]
    if service == "kms" and statement.principal is None:  # what the key's policy leaves to policies of IAM
        more = [name for name in more if covers(_LEFT_TO_IAM, name)]
    lacking = [name for name in more if not covers(statement.actions, name)]
    return replace(statement, actions=(*statement.actions, chance.choice(lacking))) if lacking else None


def shorter_arn(chance: random.Random, statement: Statement) -> Statement | None:
    """An Allow for all resources that begin as one of them, cut anywhere behind the service."""
    if statement.effect == "Deny" or statement.resources in {(), (EVERYONE,)}:
        return None
    named = [
        arn for arn in statement.resources if not arn.endswith((":*", ":policy/*"))
    ]  # all of a kind already
    if not named:
        return None
    arn = chance.choice(named)
    cut = f"{arn[: chance.randint(len('arn:aws:s3:'), len(arn) - 1)]}*"
    return None if cut in named else replace(statement, resources=(*statement.resources, cut))


def shorter_value(chance: random.Random, statement: Statement) -> Statement | None:
    """A condition that takes whatever begins as its value."""
    texts = {"StringEquals": "StringLike", "ArnEquals": "ArnLike"}
    found = [(name, key) for name in texts for key in statement.conditions.get(name, {})]
    if statement.effect == "Deny" or not found:
        return None
    name, key = chance.choice(found)
    value = statement.conditions[name][key]
    text = value if isinstance(value, str) else value[0]
    rest = {one: tests for one, tests in statement.conditions[name].items() if one != key}
    cut = text[: chance.randint(1, len(text))] if name == "StringEquals" else text.rpartition(":")[0] + ":"
    likes = {**statement.conditions.get(texts[name], {}), key: f"{cut}*"}
    kept = {one: tests for one, tests in statement.conditions.items() if one != name}
    return replace(statement, conditions={**kept, **({name: rest} if rest else {}), texts[name]: likes})


def two_actions_less(chance: random.Random, statement: Statement) -> Statement | None:
    """A Deny that forgets two of its actions."""
    if statement.effect == "Allow" or len(statement.actions) < 3:
        return None
    lost = chance.sample(statement.actions, 2)
    return replace(statement, actions=tuple(one for one in statement.actions if one not in lost))


DRAWN: tuple[Draw, ...] = (any_action_more, shorter_arn, shorter_value, two_actions_less)


def drawn(chance: random.Random, stack: Stack) -> Mutant:
    """A document of the stack with one statement weakened.

    Not the boundary: what it lets more is given to nobody yet. Questions to an overgrown auditor ask for it.
    """
    while True:
        name, document = chance.choice([one for one in documents(stack).items() if one[0] != ROLE_BOUNDARY])
        index = chance.randrange(len(document.statements))
        statement = document.statements[index]
        weaker = chance.choice(DRAWN)(chance, statement)
        before, after = document.statements[:index], document.statements[index + 1 :]
        if weaker is not None and not _means_the_same(weaker, statement, before + after):
            mutated = replace(document, statements=(*before, weaker, *after))
            about = tuple({*statement.actions} ^ {*weaker.actions}) or statement.actions
            change = f"{statement.body()} -> {weaker.body()}"
            return Mutant(name, statement.sid, about, change, mutated)


def _means_the_same(weaker: Statement, statement: Statement, others: tuple[Statement, ...]) -> bool:
    more = {*weaker.actions} > {*statement.actions}
    return more and says_nothing_new(weaker, statement, others)


def unmasked(stack: Stack, mutant: Mutant) -> Iterator[tuple[Stack, Mutant, bool]]:
    """The weakening where it is, and where nothing masks it: without protection, without the boundary."""
    tries = [(stack, mutant)]
    if stack.protected:
        twin = stack.unprotected()
        old, new = documents(stack)[mutant.document].statements, mutant.mutated.statements
        ((strong, weak),) = [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
        there = documents(twin)[mutant.document]
        weakened = replace(
            there, statements=tuple(weak if one == strong else one for one in there.statements)
        )
        if weakened != there:
            tries.append((twin, replace(mutant, mutated=weakened)))
    yield from ((*one, True) for one in tries)
    if stack.boundary_arn:
        yield from ((*one, False) for one in tries)


@pytest.mark.parametrize("stack", [PLAIN, FULL, FULL_OPEN, OUTSIDE], ids=lambda stack: stack.name)
def test_a_weakening_drawn_at_random_is_noticed(stack: Stack) -> None:
    """However a statement is weakened, an answer is no longer as expected, here or where nothing masks it."""
    chance = random.Random(f"weakenings of {stack.name}")  # noqa: S311 - the same draws each time
    unnoticed = [
        mutant.change
        for mutant in (drawn(chance, stack) for _ in range(DRAWS // 4))
        if not any(killer(where, what, bounded=bounded) for where, what, bounded in unmasked(stack, mutant))
    ]
    assert unnoticed == []


def test_every_kind_of_weakening_is_tried() -> None:
    """No kind is a name without changes."""
    assert {mutant.kind for mutant in mutants(documents(FULL))} == {*Kind}
