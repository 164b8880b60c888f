"""Who can do what, on every stack; and that the proofs notice when that changes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from config.stack import Stack
from iam_evaluation import Verdict
from policies.actors import actors
from policies.documents import documents
from policies.documents.statement import Document
from policies.proof import Proof
from policies.proofs import World, red
from policies.questions import ExpectationError, Names, questions, read_questions
from policies.world import circumstances, targets
from tests.policies.stacks import EVERY, FULL, MADE_UP, PLAIN, stack_name


@pytest.mark.parametrize("stack", EVERY, ids=stack_name)
def test_every_answer_is_as_expected(stack: Stack) -> None:
    """Everybody who asks anything on this stack gets the answer of expectations.yaml."""
    proofs = list(World(stack).prove())
    assert len(proofs) > 2000
    assert red(proofs) == []


def test_every_question_arises_somewhere() -> None:
    """No question is passed over on every stack, configured or made up."""
    asked = {proof.question for stack in MADE_UP for proof in World(stack).prove()}
    assert asked == {question.name for question in questions()}


def test_every_name_in_the_expectations_is_somebody() -> None:
    """A misspelt actor, target or circumstance would be passed over in silence: each is known somewhere."""
    known_actors = {name for stack in MADE_UP for name in actors(stack)}
    known_targets = {name for stack in MADE_UP for name in targets(stack)}
    known_circumstances = {name for stack in MADE_UP for name in circumstances(stack)}
    for question in questions():
        assert set(question.given) <= known_circumstances, question.name
        named = [question.allowed, question.asked_of, *question.denied.values()]
        assert {name for names in named for name in names.listed} <= known_actors, question.name
        assert set(question.targets) <= known_targets, question.name


def test_every_sid_in_the_expectations_is_a_statement() -> None:
    """A denial is expected only from statements that exist."""
    sids = {
        one.sid for stack in MADE_UP for document in documents(stack).values() for one in document.statements
    }
    assert {sid for question in questions() for sid in question.denied} <= sids


def test_nobody_is_both_allowed_and_denied() -> None:
    """The answers of one question do not contradict each other."""
    for question in questions():
        for actor in actors(FULL):
            assert not (question.allowed.holds(actor) and question.denied_by(actor)), question.name


def without(stack: Stack, name: str, sid: str) -> dict[str, Document]:
    """The document of this name without one statement."""
    document = documents(stack)[name]
    kept = tuple(one for one in document.statements if one.sid != sid)
    assert len(kept) == len(document.statements) - 1
    return {name: replace(document, statements=kept)}


def test_a_lost_statement_turns_its_questions_red() -> None:
    """Without the statement against forgery, administrators can forge, and the proofs say who."""
    wrong = red(World(PLAIN, without(PLAIN, "bucket", "OnlyCloudTrailWritesWhereLogsLie")).prove())
    forged = [proof for proof in wrong if proof.question == "write-log"]
    allowed = {proof.actor for proof in forged if proof.verdict is Verdict.ALLOW}
    assert {name for name in allowed if not actors(PLAIN)[name].like} == {"root", "administrator"}
    assert all(proof.expected is Verdict.EXPLICIT_DENY for proof in forged)


def test_a_denial_by_another_statement_is_red() -> None:
    """It is not enough that something denies: the statement expected must."""
    bucket = documents(PLAIN)["bucket"]
    renamed = tuple(
        replace(one, sid="SomethingElse") if one.sid == "DenyOldTls" else one for one in bucket.statements
    )
    wrong = red(World(PLAIN, {"bucket": replace(bucket, statements=renamed)}).prove())
    assert {proof.question for proof in wrong} == {"write-with-old-tls", "read-with-old-tls"}
    assert all(proof.verdict is proof.expected for proof in wrong)


def answers(stack: Stack, question: str) -> dict[str, Proof]:
    """The answers to one question by actor (the last action and target where there are several)."""
    return {proof.actor: proof for proof in World(stack).prove() if proof.question == question}


def test_each_no_names_what_says_it() -> None:
    """A denial names its statements; where nothing allows it, those that allow it to others are named."""
    found = answers(FULL, "delete-logs-break-glass")
    assert found["administrator"].because == "KeepLogs"
    assert found["break-glass"].because == "DeleteLogs, RolesKeepToBuckets"
    found = answers(FULL, "write-log")
    assert found["second-trail"].because == "only by CloudTrailWritesLogs, which does not fit"
    assert answers(FULL, "stop-trail")["anonymous"].because == "no statement allows it"
    assert answers(FULL, "stop-trail")["root"].because == "the root user needs no permission"


def test_confused_deputies_get_nothing() -> None:
    """CloudTrail for any other trail gets neither bucket nor key. AWS binds the delivery role to none."""
    deputies = {"second-trail", "namesake-trail", "foreign-trail", "unbound-cloudtrail", "other-service"}
    bound = [proof for proof in World(FULL).prove() if proof.question != "become-log-delivery"]
    proofs = [proof for proof in bound if proof.actor in deputies]
    assert Counter(proof.actor for proof in proofs).keys() == deputies
    assert not any(proof.verdict is Verdict.ALLOW for proof in proofs)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("questions: {x: {ask: Who, action: 's3:GetObject'}}", 'x: "target" is missing'),
        ("questions: {x: {ask: Who, action: 's3:GetObject', target: log, who: root}}", 'x: unknown "who"'),
    ],
)
def test_a_faulty_question_is_told(text: str, message: str) -> None:
    """A question that lacks a part or has an unknown one is refused by name."""
    with pytest.raises(ExpectationError, match=message):
        read_questions(text)


def test_names_are_read_as_people_write_them() -> None:
    """Lists, groups, everyone, and everyone but some."""
    (question,) = read_questions(
        "groups: {both: 'a, b'}\n"
        "questions: {x: {ask: Who, action: 's3:A, s3:B', target: log, if: 'one, not two',"
        " allowed: 'both, c', denied: {S: everyone but both, T: everyone}}}"
    )
    assert question.allowed == Names(frozenset("abc"), all_others=False)
    assert question.denied_by("a") == {"T"}
    assert question.denied_by("z") == {"S", "T"}
    assert question.only_if == {"one": True, "two": False}
    assert question.actions == ("s3:A", "s3:B")
