"""Who can do what: every question of `expectations.yaml`, asked of everybody on one stack's documents.

A proof is right where the verdict is the expected one, and an outright denial comes from the expected
statements.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from config.stack import Stack
from iam_evaluation import Decision, DocumentKind, Policies, Request, Verdict, evaluate
from policies.actors import actors
from policies.documents import all_cards, documents
from policies.documents.card import Actor, Target
from policies.documents.statement import Document
from policies.questions import Question, questions
from policies.world import circumstances, targets, traits

_TLS = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.2"}


@dataclass(frozen=True, slots=True)
class Proof:
    """One actor's answer to one action of a question on one target."""

    question: str
    ask: str
    actor: str
    action: str
    target: str
    expected: Verdict
    expected_sids: frozenset[str]
    verdict: Verdict
    sids: tuple[str, ...]
    because: str

    @property
    def right(self) -> bool:
        """Whether the documents say what is expected."""
        if self.verdict is not self.expected:
            return False
        return self.verdict is not Verdict.EXPLICIT_DENY or frozenset(self.sids) == self.expected_sids


class World:
    """One stack with its documents, ready to be asked; `changed` replaces some of the documents."""

    def __init__(self, stack: Stack, changed: Mapping[str, Document] | None = None) -> None:
        self.stack = stack
        self.documents = {**documents(stack), **(changed or {})}
        self._json = {name: document.document() for name, document in self.documents.items()}
        self._actors = actors(stack)
        self._targets = targets(stack)
        self._circumstances = circumstances(stack)
        self._traits = traits(stack)

    def prove(self, asked: Iterable[Question] | None = None) -> Iterator[Proof]:
        """Yield the answers to the questions (all, unless `asked` says which) that concern this stack.

        Raises:
            PolicyError: a document is malformed.
            KeyError: a question names a circumstance or trait that is unknown.

        """
        for question in questions() if asked is None else asked:
            if any(self._traits[trait] is not wanted for trait, wanted in question.only_if.items()):
                continue
            context = dict(_TLS)
            for name in question.given:
                context |= self._circumstances[name]
            for name in question.targets:
                target = self._targets.get(name)
                if target is not None:
                    yield from self._ask(question, name, target, context)

    def _ask(
        self, question: Question, target_name: str, target: Target, context: Mapping[str, str]
    ) -> Iterator[Proof]:
        for action in question.actions:
            for actor in self._actors.values():
                if question.asks(actor.name, special=actor.special):
                    decision = self.decide(actor, action, target, context)
                    yield self._proof(question, (actor, action, target_name), target, decision)

    def decide(self, actor: Actor, action: str, target: Target, context: Mapping[str, str]) -> Decision:
        """Return what the documents say to one request.

        Raises:
            PolicyError: a document is malformed.

        """
        own = tuple(self._json[name] for name in actor.documents)
        request = Request(
            actor.principal, action, target.arn, target.account_id, {**actor.context, **context}
        )
        ruling = _ruling(target, action)
        resource = self._json[ruling] if ruling else target.policy
        return evaluate(request, Policies(identity=(*actor.permissions, *own), resource=resource))

    def _proof(
        self, question: Question, request: tuple[Actor, str, str], target: Target, decision: Decision
    ) -> Proof:
        actor, action, target_name = request
        denied_by = question.denied_by(actor.name)
        expected = Verdict.IMPLICIT_DENY
        if denied_by:
            expected = Verdict.EXPLICIT_DENY
        elif question.allowed.holds(actor.name):
            expected = Verdict.ALLOW
        sids = tuple(dict.fromkeys(one.sid or f"statement {one.index}" for one in decision.statements))
        return Proof(
            question=question.name,
            ask=question.ask,
            actor=actor.name,
            action=action,
            target=target_name,
            expected=expected,
            expected_sids=denied_by,
            verdict=decision.verdict,
            sids=sids,
            because=self._because(actor, action, target, decision, sids),
        )

    def _because(
        self, actor: Actor, action: str, target: Target, decision: Decision, sids: tuple[str, ...]
    ) -> str:
        """Name the statements that decide; where none allows it, those that allow it to others."""
        if decision.verdict is not Verdict.IMPLICIT_DENY:
            return ", ".join(sids) or "the root user needs no permission"
        ruling = _ruling(target, action)
        names = [*actor.documents, *([ruling] if ruling else [])]
        allowing = [
            statement.sid
            for name in names
            for statement in self.documents[name].statements
            if statement.effect == "Allow" and covers(statement.actions, action)
        ]
        return f"only by {', '.join(allowing)}, which does not fit" if allowing else "no statement allows it"


def red(proofs: Iterable[Proof]) -> list[Proof]:
    """Return the proofs that are not as expected."""
    return [proof for proof in proofs if not proof.right]


def _ruling(target: Target, action: str) -> str | None:
    """Name the document that rules the target; a trust policy rules only who becomes the role."""
    of_role = target.document in {card.name for card in all_cards() if card.kind is DocumentKind.TRUST}
    return None if of_role and not action.startswith("sts:") else target.document


def covers(patterns: tuple[str, ...], action: str) -> bool:
    """Whether one of the statement's actions, which may hold wildcards, is or includes the action."""
    return any(fnmatch.fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)
