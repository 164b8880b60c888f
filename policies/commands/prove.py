"""`policies prove`: who can do what on each stack, against the expected answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

import msgspec

from config.stack import Stack
from console.messages import say
from console.output import Format, write_rows, write_text
from iam_evaluation import Verdict
from policies.form import faults, unknown_words
from policies.matrix_page import Answer, matrix_page
from policies.proof import Proof
from policies.proofs import ANYTHING_ELSE, World, red


class AnswersRow(msgspec.Struct, frozen=True):
    """One line of the table: all to whom the same question gives the same answer."""

    stack: str
    question: str
    answer: str
    who: str
    because: str
    as_expected: str


class AnswerRow(msgspec.Struct, frozen=True):
    """One answer; `right` says whether it is the one expected.

    `near_miss` says what the request misses by a hair, or is empty.
    """

    stack: str
    question: str
    ask: str
    action: str
    target: str
    actor: str
    answer: str
    because: str
    expected: str
    right: bool
    near_miss: str


def prove(stacks: Sequence[Stack], format: Format, output: Path | None, *, only_red: bool = False) -> int:
    """Print every answer; return 1 if one is not as expected, or a document has a fault of form.

    A table and a page have one line for all whom the same question gives the same answer; the other formats
    one for each. A page says of everybody who it is.

    Raises:
        PolicyError: a document is malformed.
        OutputError: the output file cannot be written.

    """
    row_type = AnswerRow if format not in {Format.TABLE, Format.HTML} else AnswersRow
    rows: list[msgspec.Struct] = []
    page: list[tuple[Stack, Sequence[Answer], str]] = []
    wrong = 0
    for stack in stacks:
        world = World(stack)
        proofs = [*world.prove(), *world.anything_else()]
        found = red(proofs)
        bad = [*faults(stack, world.documents), *unknown_words(stack, world.documents)]
        for fault in bad:
            say(f"{stack.name}: {fault.document} {fault.sid}: {fault.message}")
        wrong += len(found) + len(bad)
        shown = found if only_red else proofs
        totals = f"{len(proofs)} answers, {len(proofs) - len(found)} as expected, {len(found)} not"
        if format is Format.HTML:
            page.append((stack, list(map(_on_page, _grouped(stack, shown))), totals))
        else:
            rows.extend(_grouped(stack, shown) if format is Format.TABLE else _each(stack, shown))
        say(f"{stack.name}: {totals}")
    if format is Format.HTML:
        write_text(matrix_page(page), output)
    else:
        write_rows(rows, row_type.__struct_fields__, format, output, fold=True)
    return 1 if wrong else 0


def _on_page(row: AnswersRow) -> Answer:
    wrong = "" if row.as_expected == "yes" else row.as_expected
    return Answer(row.question, row.answer, row.who, row.because, wrong)


def _answer(verdict: Verdict) -> str:
    return "yes" if verdict is Verdict.ALLOW else "no"


def _expected(proof: Proof) -> str:
    sids = f" by {', '.join(sorted(proof.expected_sids))}" if proof.expected_sids else ""
    return f"{_answer(proof.expected)}: {proof.expected.value}{sids}"


def _each(stack: Stack, proofs: Iterable[Proof]) -> Iterator[AnswerRow]:
    for proof in proofs:
        yield AnswerRow(
            stack=stack.name,
            question=proof.question,
            ask=proof.ask,
            action=proof.action,
            target=proof.target,
            actor=proof.actor,
            answer=_answer(proof.verdict),
            because=f"{proof.verdict.value}: {proof.because}",
            expected=_expected(proof),
            right=proof.right,
            near_miss=proof.near_miss,
        )


def _grouped(stack: Stack, proofs: Iterable[Proof]) -> Iterator[AnswersRow]:
    for _, asked in groupby(proofs, key=lambda proof: proof.question):
        who: dict[tuple[str, str, str], list[str]] = {}
        answers = list(asked)
        for proof in answers:
            if proof.near_miss and proof.right and proof.question != ANYTHING_ELSE:
                continue  # the table has whom it says yes to, once
            expected = "yes" if proof.right else f"NO, expected {_expected(proof)}"
            names = who.setdefault((_answer(proof.verdict), proof.because, expected), [])
            if proof.actor not in names:
                names.append(proof.actor)
        for (answer, because, expected), names in sorted(who.items(), reverse=True):
            yield AnswersRow(stack.name, answers[0].ask, answer, ", ".join(names), because, expected)
