"""`policies controls`: control → evidence → verdict for one stack or several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from components.registered import registered
from config.stack import Stack
from console.messages import say
from console.output import Format, write_rows, write_text
from console.page import page
from console.text import html
from policies.controls import Verdict, assess
from policies.proofs import World

_PLURALS = {"statement": "statements", "question": "questions", "property": "properties", "test": "tests"}
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem;
       color: #1b1f24; background: #fff }
table { border-collapse: collapse; width: 100%; font-size: .9rem } td, th { text-align: left;
       vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid #d5dae0 }
.met { color: #0b6b3a } .not-met { color: #a3210f; font-weight: 600 } .open { color: #7a5a00 }
@media (prefers-color-scheme: dark) { body { color: #e6e9ec; background: #14171a }
  .met { color: #7bd8a5 } .not-met { color: #ff9a8a } .open { color: #e5c46b } }
"""


class ControlRow(msgspec.Struct, frozen=True):
    """One piece of evidence for a control, or all of it in brief, with what is wrong there."""

    stack: str
    control: str
    title: str
    verdict: str
    evidence: str
    problem: str


COLUMNS = ControlRow.__struct_fields__


def controls(stacks: Sequence[Stack], format: Format, output: Path | None) -> int:
    """Print the verdict on every control; return 1 if one is not met.

    A table has one line a control, with the first problem where it is not met; the other formats have all
    evidence.

    Raises:
        PolicyError: a document is malformed.
        OutputError: the output file cannot be written.

    """
    rows: list[ControlRow] = []
    missed = 0
    for stack in stacks:
        verdicts = list(assess(World(stack), registered(stack)))
        for verdict in verdicts:
            rows.extend([_brief(stack, verdict)] if format is Format.TABLE else _full(stack, verdict))
        counts = {
            word: sum(verdict.word == word for verdict in verdicts) for word in ("met", "NOT MET", "open")
        }
        say(f"{stack.name}: " + ", ".join(f"{count} {word}" for word, count in counts.items()))
        missed += counts["NOT MET"]
    if format is Format.HTML:
        write_text(_html(rows), output)
    else:
        write_rows(rows, COLUMNS, format, output, fold=True)
    return 1 if missed else 0


def _brief(stack: Stack, verdict: Verdict) -> ControlRow:
    kinds: dict[str, int] = {}
    for finding in verdict.findings:
        kinds[finding.kind] = kinds.get(finding.kind, 0) + 1
    problems = [
        f"{finding.evidence}: {finding.problem}"
        for finding in verdict.findings
        if finding.problem is not None
    ]
    counts = (f"{count} {_PLURALS[kind] if count > 1 else kind}" for kind, count in kinds.items())
    return _row(stack, verdict, ", ".join(counts), verdict.control.open or _first(problems))


def _first(problems: Sequence[str]) -> str:
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{problems[0]}{more}" if problems else ""


def _full(stack: Stack, verdict: Verdict) -> Iterator[ControlRow]:
    if verdict.control.open is not None:
        yield _row(stack, verdict, "", verdict.control.open)
    for finding in verdict.findings:
        yield _row(stack, verdict, f"{finding.kind} {finding.evidence}", finding.problem or "")


def _row(stack: Stack, verdict: Verdict, evidence: str, problem: str) -> ControlRow:
    return ControlRow(
        stack.name, verdict.control.name, verdict.control.title, verdict.word, evidence, problem
    )


def _html(rows: Sequence[ControlRow]) -> str:
    head = "".join(f"<th>{column}</th>" for column in COLUMNS)
    body = "".join(
        "<tr>" + "".join(_cell(column, getattr(row, column)) for column in COLUMNS) + "</tr>\n"
        for row in rows
    )
    table = f"<table>\n<tr>{head}</tr>\n{body}</table>\n"
    return page("Controls", f"<h1>Controls, evidence, verdicts</h1>\n{table}", style=_STYLE)


def _cell(column: str, text: str) -> str:
    if column == "verdict":
        return f'<td class="{text.lower().replace(" ", "-")}">{html(text)}</td>'
    return f"<td>{html(text)}</td>"
