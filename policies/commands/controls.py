"""`policies controls`: control → evidence → verdict for one stack or several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from html import escape
from pathlib import Path

from components.registered import registered
from config.stack import Stack
from policies.commands.output import put, say
from policies.controls import Verdict, assess
from policies.listing import ListFormat, Row, listing
from policies.proofs import World

COLUMNS = ("stack", "control", "title", "verdict", "evidence", "problem")
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


class ControlFormat(StrEnum):
    """How the verdicts are written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    HTML = "html"


def controls(stacks: Sequence[Stack], how: ControlFormat, output: Path | None) -> int:
    """Print the verdict on every control; return 1 if one is not met.

    A table has one line a control, with the first problem where it is not met; the other forms have all
    evidence.

    Raises:
        PolicyError: a document is malformed.
        OutputError: the output file cannot be written.

    """
    rows: list[Row] = []
    missed = 0
    for stack in stacks:
        verdicts = list(assess(World(stack), registered(stack)))
        for verdict in verdicts:
            rows.extend([_brief(stack, verdict)] if how is ControlFormat.TABLE else _full(stack, verdict))
        counts = {
            word: sum(verdict.word == word for verdict in verdicts) for word in ("met", "NOT MET", "open")
        }
        say(f"{stack.name}: " + ", ".join(f"{count} {word}" for word, count in counts.items()))
        missed += counts["NOT MET"]
    text = _html(rows) if how is ControlFormat.HTML else listing(rows, COLUMNS, ListFormat(how.value))
    put(text, output)
    return 1 if missed else 0


def _brief(stack: Stack, verdict: Verdict) -> Row:
    kinds: dict[str, int] = {}
    for finding in verdict.findings:
        kinds[finding.kind] = kinds.get(finding.kind, 0) + 1
    problems = [
        f"{finding.evidence}: {finding.problem}"
        for finding in verdict.findings
        if finding.problem is not None
    ]
    return {
        "stack": stack.name,
        "control": verdict.control.name,
        "title": verdict.control.title,
        "verdict": verdict.word,
        "evidence": ", ".join(
            f"{count} {_PLURALS[kind] if count > 1 else kind}" for kind, count in kinds.items()
        ),
        "problem": verdict.control.open or _first(problems),
    }


def _first(problems: Sequence[str]) -> str:
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{problems[0]}{more}" if problems else ""


def _full(stack: Stack, verdict: Verdict) -> Iterator[Row]:
    head = {
        "stack": stack.name,
        "control": verdict.control.name,
        "title": verdict.control.title,
        "verdict": verdict.word,
    }
    if verdict.control.open is not None:
        yield {**head, "evidence": "", "problem": verdict.control.open}
    for finding in verdict.findings:
        yield {**head, "evidence": f"{finding.kind} {finding.evidence}", "problem": finding.problem or ""}


def _html(rows: Sequence[Row]) -> str:
    head = "".join(f"<th>{column}</th>" for column in COLUMNS)
    body = "".join(
        "<tr>" + "".join(_cell(column, str(row[column])) for column in COLUMNS) + "</tr>\n" for row in rows
    )
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Controls</title>\n'
        f"<style>{_STYLE}</style>\n<h1>Controls, evidence, verdicts</h1>\n"
        f"<table>\n<tr>{head}</tr>\n{body}</table>\n</html>\n"
    )


def _cell(column: str, text: str) -> str:
    if column == "verdict":
        return f'<td class="{text.lower().replace(" ", "-")}">{escape(text)}</td>'
    return f"<td>{escape(text)}</td>"
