"""Every word of the documents bears weight."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from config.stack import Stack
from config.stack_file import read_stack
from policies.documents import documents
from policies.mutation import Fate, fates, killer, mutants, reasons
from tests.policies.stacks import (
    CHAINED,
    CONFIGURED,
    FULL,
    FULL_OPEN,
    NAMED,
    OUTSIDE,
    PLAIN,
    SIGNED_IN,
    stack_name,
)

STACKS = (*CONFIGURED, PLAIN, FULL, FULL_OPEN, OUTSIDE, SIGNED_IN, CHAINED)


@cache
def found(name: str) -> tuple[Fate, ...]:
    """What became of every mutant of a stack."""
    return tuple(fates(next(stack for stack in STACKS if stack.name == name)))


@pytest.mark.parametrize("stack", STACKS, ids=stack_name)
def test_every_change_of_a_word_is_noticed(stack: Stack) -> None:
    """Drop or widen one statement, condition, principal, action or resource: a proof turns red."""
    outcomes = found(stack.name)
    assert len(outcomes) > 150
    assert [fate.mutant.name for fate in outcomes if fate.survived] == []


TRUSTS = {"auditor-trust", "break-glass-trust"}


@pytest.mark.parametrize("stack", NAMED, ids=stack_name)
def test_every_change_of_whom_a_role_trusts_is_noticed(stack: Stack) -> None:
    """Users, roles, sessions and accounts, with and without an external id: none is lost or gained unseen."""
    trusts = [mutant for mutant in mutants(documents(stack)) if mutant.document in TRUSTS]
    assert len(trusts) > 10
    assert [mutant.name for mutant in trusts if killer(stack, mutant) is None] == []


def test_every_reason_is_for_a_change_that_occurs() -> None:
    """The list of harmless changes holds none that is noticed, or that no longer comes about."""
    harmless = {fate.mutant.name for stack in STACKS for fate in found(stack.name) if fate.reason is not None}
    assert harmless == set(reasons())


def test_every_kind_of_change_is_tried() -> None:
    """Statements, conditions, principals, actions and resources are dropped, widened and weakened."""
    changes = Counter(mutant.change.partition(" ")[0] for mutant in mutants(documents(FULL)))
    assert changes["drop"] > 100
    assert changes["widen"] > 30
    assert {"take", "turn", "raise", "lower", "forget", "narrow"} <= set(changes)


def test_every_word_of_a_document_is_changed_once() -> None:
    """There is a mutant for each statement, each action of several, each condition and each resource."""
    stack = read_stack("dev")
    names = {mutant.name for mutant in mutants(documents(stack))}
    for name, document in documents(stack).items():
        for statement in document.statements:
            head = f"{name}/{statement.sid}: "
            assert f"{head}drop the statement" in names
            for action in statement.actions if len(statement.actions) > 1 else ():
                assert f"{head}drop action {action}" in names
            for keys in statement.conditions.values():
                assert {f"{head}drop the condition on {key}" for key in keys} <= names
            if statement.effect == "Allow" and statement.resources not in {(), ("*",)}:
                assert f"{head}widen resource 1 to *" in names


def test_a_change_that_nothing_notices_survives() -> None:
    """A mutant that is the document itself is a survivor, by its name."""
    mutant = next(mutants(documents(PLAIN)))
    assert Fate(mutant, killed_by=None, reason=None).survived
    assert not Fate(mutant, killed_by="write-log", reason=None).survived
    assert not Fate(mutant, killed_by=None, reason="harmless").survived
