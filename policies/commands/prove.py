"""`policies prove`: who can do what on each stack, against the expected answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from config.stack import Stack
from iam_evaluation import Verdict
from policies.commands.output import put, say
from policies.form import faults, unknown_words
from policies.listing import ListFormat, Row, listing
from policies.proofs import Proof, World, red

COLUMNS = ("stack", "question", "answer", "who", "because", "as expected")
_EACH = ("stack", "question", "ask", "action", "target", "actor", "answer", "because", "expected", "right")


def prove(stacks: Sequence[Stack], how: ListFormat, output: Path | None, *, only_red: bool = False) -> int:
    """Print every answer; return 1 if one is not as expected, or a document has a fault of form.

    A table has one line for all whom the same question gives the same answer; the other forms one for each.

    Raises:
        PolicyError: a document is malformed.
        OutputError: the output file cannot be written.

    """
    rows: list[Row] = []
    wrong = 0
    for stack in stacks:
        world = World(stack)
        proofs = list(world.prove())
        found = red(proofs)
        bad = [*faults(stack, world.documents), *unknown_words(stack, world.documents)]
        for fault in bad:
            say(f"{stack.name}: {fault.document} {fault.sid}: {fault.message}")
        wrong += len(found) + len(bad)
        shown = found if only_red else proofs
        rows.extend(_grouped(stack, shown) if how is ListFormat.TABLE else _each(stack, shown))
        say(f"{stack.name}: {len(proofs)} answers, {len(proofs) - len(found)} as expected, {len(found)} not")
    put(listing(rows, COLUMNS if how is ListFormat.TABLE else _EACH, how), output)
    return 1 if wrong else 0


def _answer(verdict: Verdict) -> str:
    return "yes" if verdict is Verdict.ALLOW else "no"


def _expected(proof: Proof) -> str:
    sids = f" by {', '.join(sorted(proof.expected_sids))}" if proof.expected_sids else ""
    return f"{_answer(proof.expected)}: {proof.expected.value}{sids}"


def _each(stack: Stack, proofs: Iterable[Proof]) -> Iterator[Row]:
    for proof in proofs:
        yield {
            "stack": stack.name,
            "question": proof.question,
            "ask": proof.ask,
            "action": proof.action,
            "target": proof.target,
            "actor": proof.actor,
            "answer": _answer(proof.verdict),
            "because": f"{proof.verdict.value}: {proof.because}",
            "expected": _expected(proof),
            "right": proof.right,
        }


def _grouped(stack: Stack, proofs: Iterable[Proof]) -> Iterator[Row]:
    for _, asked in groupby(proofs, key=lambda proof: proof.question):
        who: dict[tuple[str, str, str], list[str]] = {}
        answers = list(asked)
        for proof in answers:
            expected = "yes" if proof.right else f"NO, expected {_expected(proof)}"
            names = who.setdefault((_answer(proof.verdict), proof.because, expected), [])
            if proof.actor not in names:
                names.append(proof.actor)
        for (answer, because, expected), names in sorted(who.items(), reverse=True):
            yield {
                "stack": stack.name,
                "question": answers[0].ask,
                "answer": answer,
                "who": ", ".join(names),
                "because": because,
                "as expected": expected,
            }
