"""Who can do what: every question of `expectations.yaml`, asked of everybody on one stack's documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache

from config.stack import Stack
from iam_evaluation import Decision, DocumentKind, Policies, PrincipalKind, Request, Verdict, evaluate
from policies.actors import actors
from policies.coverage import covers
from policies.documents import all_cards, cards_of, documents
from policies.documents.card import Actor, Context, Target
from policies.documents.statement import Document
from policies.near_misses import decided_by_documents, near_contexts, rules_itself, source_keys
from policies.proof import Proof
from policies.questions import Names, Question, questions
from policies.service_actions import actions_of
from policies.world import circumstances, targets, traits

_TLS = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.2"}
_OPENING = (
    "owner control",
    "this key",
    "through S3",
    "bound to this trail",
    "the stack's tags",
    "asking for the stack's tags",
    "fresh MFA",
    "the external id",
    "a source identity",
    "within the boundary",
)
_UNASKED = "an action that no question asks"
_NOTHING_ALLOWS = "no statement allows it"
_NOBODY = Names(frozenset(), all_others=False)
ANYTHING_ELSE = "anything-else"
_ANYTHING_ELSE = Question(
    name=ANYTHING_ELSE,
    ask="Who can do anything that no question asks about?",
    actions=(),
    targets=(),
    given=_OPENING,
    exact={},
    only_if={},
    asked_of=Names(frozenset(), all_others=True),
    allowed=_NOBODY,
    denied={},
)


class World:
    """One stack with its documents, ready to be asked; `changed` replaces some of the documents.

    With `about`, the name of a document, only that is asked which the document has a say in. Where not
    `bounded`, roles are asked as if nothing bounded them: what shows beneath the boundary.
    """

    def __init__(
        self,
        stack: Stack,
        changed: Mapping[str, Document] | None = None,
        *,
        about: str | None = None,
        bounded: bool = True,
    ) -> None:
        self.stack = stack
        self.documents = {**documents(stack), **(changed or {})}
        self._json = {name: document.document() for name, document in self.documents.items()}
        self._actors = actors(stack)
        self._targets = targets(stack)
        self._circumstances = circumstances(stack)
        self._traits = traits(stack)
        if not bounded:
            self._actors = {name: replace(actor, boundary="") for name, actor in self._actors.items()}
            self._traits |= {"bounded roles": False}
        self._about = about

    def prove(self, asked: Iterable[Question] | None = None) -> Iterator[Proof]:
        """Yield the answers to the questions (all, unless `asked` says which) that concern this stack.

        Each allowed request is asked again with each of its conditions missed by a hair.

        Raises:
            PolicyError: a document is malformed.
            KeyError: a question names a trait that is unknown.

        """
        for question in questions() if asked is None else asked:
            if not self._concerns(question) or not self._circumstances.keys() >= {*question.given}:
                continue
            context = dict(_TLS)
            for name in question.given:
                context |= self._circumstances[name]
            for name in question.targets:
                target = self._targets.get(name)
                if target is not None:
                    yield from self._ask(question, name, target, context)

    def _ask(self, question: Question, target_name: str, target: Target, context: Context) -> Iterator[Proof]:
        for action in question.actions:
            for actor in self._actors.values():
                asked = question.asks(actor.expected_as, special=actor.special)
                if asked and self._has_a_say(actor, action, target):
                    full = {**actor.context, **target.context, **context}
                    proof = self._proof(question, (actor, action, target_name), target, full)
                    yield proof
                    if proof.expected is Verdict.ALLOW and decided_by_documents(actor, target):
                        yield from self._near_misses(question, proof, (actor, action, target_name), full)

    def _near_misses(
        self, question: Question, proof: Proof, request: tuple[Actor, str, str], context: Context
    ) -> Iterator[Proof]:
        """Ask once more with each condition missed by a hair."""
        actor, action, target_name = request
        exact = {key for key, held in question.exact.items() if held.holds(actor.expected_as)}
        target = self._targets[target_name]
        if not any(question.allowed.holds(other.name) for other in self._unbound(actor)):
            exact |= source_keys(actor)
        for change, near in near_contexts(context, frozenset(exact), question.any_region):
            decision = self._decide(actor, action, target, near)
            yield replace(
                proof,
                expected=Verdict.IMPLICIT_DENY,
                verdict=decision.verdict,
                near_miss=change,
                because=f"missed by a hair: {change}",
            )

    def _unbound(self, actor: Actor) -> Iterator[Actor]:
        """Yield those who are the same, but act for no resource in particular."""
        for other in self._actors.values():
            if other.principal == actor.principal and "aws:SourceArn" not in other.context:
                yield other

    def anything_else(self, actions: Iterable[str] | None = None) -> Iterator[Proof]:
        """Yield the answers to all that no question asks: whoever lives by the documents may do nothing else.

        Every action of every service that the documents name is tried, unless `actions` says which, with all
        circumstances that open doors.
        """
        wanted = None if actions is None else frozenset(actions)
        brought = (name for card in cards_of(self.stack) for name in card.circumstances(self.stack))
        context = dict(_TLS)
        for name in (*_OPENING, *brought):
            context |= self._circumstances[name]
        for action in sorted(self._unasked()):
            if wanted is not None and action not in wanted:
                continue
            for name, target in self._targets.items():
                if target.arn == "*" or target.arn.split(":")[2] == action.partition(":")[0]:
                    yield from self._nothing_else(action, name, target, context)

    def _nothing_else(
        self, action: str, target_name: str, target: Target, context: Context
    ) -> Iterator[Proof]:
        for actor in self._actors.values():
            lives_by_documents = not actor.permissions or actor.boundary
            bearer = lives_by_documents and actor.principal.kind is not PrincipalKind.ROOT
            if not (bearer or _rules(action, target)) or actor.like:
                continue
            if not self._has_a_say(actor, action, target):
                continue
            if not self._allowing(actor, action, target):  # most of them: nothing there to evaluate
                yield _refused(actor.name, action, target_name)
                continue
            request = (actor, action, target_name)
            full = {**actor.context, **target.context, **context}
            proof = self._proof(_ANYTHING_ELSE, request, target, full)
            yield replace(proof, near_miss=_UNASKED)

    def _has_a_say(self, actor: Actor, action: str, target: Target) -> bool:
        """Whether the document that all is about, if one is named, decides here."""
        if self._about is None:
            return True
        return self._about in {*actor.documents, actor.boundary, _ruling(target, action)}

    def _allowing(self, actor: Actor, action: str, target: Target) -> list[str]:
        """Return the Sids of the statements that allow the action to somebody, somewhere."""
        ruling = _ruling(target, action)
        bounded = [actor.boundary] if actor.boundary and actor.permissions else []
        return [
            statement.sid
            for name in (*actor.documents, *bounded, *([ruling] if ruling else []))
            for statement in self.documents[name].statements
            if statement.effect == "Allow" and covers(statement.actions, action)
        ]

    def _unasked(self) -> frozenset[str]:
        """Return the actions of the documents' services that no question asks of this stack."""
        named = [a for d in self.documents.values() for one in d.statements for a in one.actions]
        services = {"iam", "sts", *(action.partition(":")[0] for action in named)}
        return _unasked(frozenset(services), frozenset(self._traits.items()))

    def _concerns(self, question: Question) -> bool:
        """Whether a question is for stacks such as this one."""
        return self._traits.items() >= question.only_if.items()

    def decide(self, actor: Actor, action: str, target: Target, context: Context) -> Decision:
        """Return what the documents say to one request.

        Raises:
            PolicyError: a document is malformed.

        """
        return self._decide(actor, action, target, {**actor.context, **target.context, **context})

    def _decide(self, actor: Actor, action: str, target: Target, context: Context) -> Decision:
        own = tuple(self._json[name] for name in actor.documents)
        boundary = self._json[actor.boundary] if actor.boundary else None
        request = Request(actor.principal, action, target.arn, target.account_id, context)
        ruling = _ruling(target, action)
        resource = self._json[ruling] if ruling else target.policy
        policies = Policies(identity=(*actor.permissions, *own), resource=resource, boundary=boundary)
        return evaluate(request, policies)

    def _proof(
        self, question: Question, request: tuple[Actor, str, str], target: Target, context: Context
    ) -> Proof:
        actor, action, target_name = request
        decision = self._decide(actor, action, target, context)
        denied_by = question.denied_by(actor.expected_as)
        expected = Verdict.IMPLICIT_DENY
        if denied_by:
            expected = Verdict.EXPLICIT_DENY
        elif question.allowed.holds(actor.expected_as):
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
            others_deny=question.others_deny,
        )

    def _because(
        self, actor: Actor, action: str, target: Target, decision: Decision, sids: tuple[str, ...]
    ) -> str:
        """Name the statements that decide; where none allows it, those that allow it to others."""
        if decision.verdict is not Verdict.IMPLICIT_DENY:
            return ", ".join(sids) or "the root user needs no permission"
        allowing = self._allowing(actor, action, target)
        return f"only by {', '.join(allowing)}, which does not fit" if allowing else _NOTHING_ALLOWS


@cache
def _unasked(services: frozenset[str], traits: frozenset[tuple[str, bool]]) -> frozenset[str]:
    every = {action.name for service in services for action in actions_of(service)}
    asked = [one for one in questions() if traits >= one.only_if.items() and not one.denied_to_all]
    return frozenset(every.difference(action for one in asked for action in one.actions))


def _refused(actor: str, action: str, target: str) -> Proof:
    """The answer where no statement speaks of the action at all."""
    return Proof(
        question=_ANYTHING_ELSE.name,
        ask=_ANYTHING_ELSE.ask,
        actor=actor,
        action=action,
        target=target,
        expected=Verdict.IMPLICIT_DENY,
        expected_sids=frozenset(),
        verdict=Verdict.IMPLICIT_DENY,
        sids=(),
        because=_NOTHING_ALLOWS,
        near_miss=_UNASKED,
    )


def red(proofs: Iterable[Proof]) -> list[Proof]:
    """Return the proofs that are not as expected."""
    return [proof for proof in proofs if not proof.right]


def _rules(action: str, target: Target) -> bool:
    """Whether the target's own policy alone lets anybody do the action: a trust policy only for STS."""
    return rules_itself(target) and _ruling(target, action) is not None


def _ruling(target: Target, action: str) -> str | None:
    """Name the document that rules the target; a trust policy rules only who becomes the role."""
    of_role = target.document in _trust_policies()
    return None if of_role and not action.startswith("sts:") else target.document


@cache
def _trust_policies() -> frozenset[str]:
    return frozenset(card.name for card in all_cards() if card.kind is DocumentKind.TRUST)
