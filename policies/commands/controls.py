"""`policies controls`: control → evidence → verdict for one stack or several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from components.registered import registered
from config.stack import Stack
from config.stack_file import project_folder
from console.messages import say
from console.output import Format, write_rows, write_text
from policies.controls import WORDS, Verdict, assess
from policies.controls_page import Assessment, controls_page
from policies.proofs import World
from policies.results import FILE, Results, read_results

_PLURALS = {"statement": "statements", "question": "questions", "property": "properties", "test": "tests"}


class ControlRow(msgspec.Struct, frozen=True):
    """One piece of evidence for a control, or all of it in brief, with what keeps it from being met."""

    stack: str
    control: str
    title: str
    verdict: str
    evidence: str
    problem: str
    framework: str
    version: str
    id: str
    source: str


COLUMNS = ControlRow.__struct_fields__
_TABLE = ("control", "title", "verdict", "evidence", "problem")


def controls(stacks: Sequence[Stack], format: Format, output: Path | None, results: Path | None) -> int:
    """Print the verdict on every control; return 1 if one is not met.

    A table and a page have one line a control, with the first problem where it is not met; the other formats
    have all evidence. `results` is what became of the project's tests, by default what `make test` wrote.

    Raises:
        PolicyError: a document is malformed.
        ResultsError: the results of the tests cannot be read.
        OutputError: the output file cannot be written.

    """
    ran = read_results(results or project_folder() / FILE)
    assessed = [_assessed(stack, ran) for stack in stacks]
    if format is Format.HTML:
        write_text(controls_page(assessed, ran.when, brief), output)
    else:
        rows = [row for one in assessed for verdict in one.verdicts for row in _rows(one, verdict, format)]
        shown = _TABLE if len(stacks) == 1 else ("stack", *_TABLE)
        write_rows(rows, COLUMNS, format, output, table_columns=shown, fold=True)
    return 1 if any(one.counts["NOT MET"] for one in assessed) else 0


def _assessed(stack: Stack, ran: Results) -> Assessment:
    verdicts = tuple(assess(World(stack), registered(stack), results=ran))
    counts = {word: sum(verdict.word == word for verdict in verdicts) for word in WORDS}
    say(f"{stack.name}: " + ", ".join(f"{count} {word}" for word, count in counts.items()))
    return Assessment(stack, verdicts, counts)


def brief(verdict: Verdict) -> str:
    """Return how much evidence of each kind there is for a control."""
    kinds: dict[str, int] = {}
    for finding in verdict.findings:
        kinds[finding.kind] = kinds.get(finding.kind, 0) + 1
    return ", ".join(f"{count} {_PLURALS[kind] if count > 1 else kind}" for kind, count in kinds.items())


def _rows(assessed: Assessment, verdict: Verdict, format: Format) -> Iterator[ControlRow]:
    if format is Format.TABLE:
        yield _row(assessed.stack, verdict, brief(verdict), verdict.why)
        return
    if verdict.control.reason:
        yield _row(assessed.stack, verdict, "", verdict.control.reason)
    for finding in verdict.findings:
        yield _row(assessed.stack, verdict, f"{finding.kind} {finding.evidence}", finding.problem or "")


def _row(stack: Stack, verdict: Verdict, evidence: str, problem: str) -> ControlRow:
    control, framework = verdict.control, verdict.control.framework
    return ControlRow(
        stack=stack.name,
        control=control.name,
        title=control.title,
        verdict=verdict.word,
        evidence=evidence,
        problem=problem,
        framework=framework.name,
        version=framework.version,
        id=control.id,
        source=framework.source,
    )
