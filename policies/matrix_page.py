"""The page of the who-can-do-what matrix: who asks, in words, and each question with its answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from config.stack import Stack
from console.page import page
from console.text import html
from policies.actors import actors
from policies.documents.card import Actor
from policies.title_block import STYLE, commit, title_block

_STYLE = """
.name { width: 14em } .answer { width: 4em } h3 { margin: 1.4rem 0 .2rem; font-size: 1rem }
.yes { color: #0b6b3a } .no { color: #5a6570 } .wrong { color: #a3210f; font-weight: 600 }
@media screen and (prefers-color-scheme: dark) {
  .yes { color: #7bd8a5 } .no { color: #9aa5b1 } .wrong { color: #ff9a8a } }
@media print { h1 { font-size: 15pt } h3 { font-size: 9pt; margin: 6pt 0 0; break-after: avoid } }
"""
_SCOPE = (
    "The documents of this stack as the program would deploy them, evaluated as IAM does. What an "
    "organization's policies add is not asked."
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a question: yes or no, who gets it, and why; `wrong` says what was expected instead."""

    ask: str
    answer: str
    who: str
    because: str
    wrong: str


def matrix_page(found: Iterable[tuple[Stack, Sequence[Answer], str]]) -> str:
    """Return the page of the stacks, each with its answers and their totals in words."""
    said = commit()
    sections = "".join(_section(stack, answers, totals, said) for stack, answers, totals in found)
    return page("Who can do what", sections, style=STYLE + _STYLE)


def _section(stack: Stack, answers: Sequence[Answer], totals: str, said: str) -> str:
    cast = "".join(map(_actor, actors(stack).values()))
    questions = "".join(
        _question(ask, list(rows)) for ask, rows in groupby(answers, key=lambda answer: answer.ask)
    )
    return (
        f"<section>\n<h1>Who can do what on the stack {html(stack.name)}</h1>\n"
        f"{title_block(stack, said, {'Scope': _SCOPE, 'Totals': totals})}"
        "<h2>Who asks</h2>\n<table>\n"
        '<thead><tr><th class="name">Name</th><th>Who it is</th><th>Principal</th></tr></thead>\n'
        f"<tbody>\n{cast}</tbody>\n</table>\n<h2>Questions</h2>\n{questions}</section>\n"
    )


def _actor(actor: Actor) -> str:
    principal = f"{actor.principal.kind.value} {actor.principal.arn}"
    return f"<tr><td>{html(actor.name)}</td><td>{html(actor.title)}</td><td>{html(principal)}</td></tr>\n"


def _question(ask: str, answers: Sequence[Answer]) -> str:
    rows = "".join(map(_answer, answers))
    head = '<thead><tr><th class="answer">May</th><th>Who</th><th>Because</th></tr></thead>'
    return f"<h3>{html(ask)}</h3>\n<table>\n{head}\n<tbody>\n{rows}</tbody>\n</table>\n"


def _answer(one: Answer) -> str:
    kind, why = ("wrong", f"{one.because}; {one.wrong}") if one.wrong else (one.answer, one.because)
    return (
        f'<tr><td class="answer {kind}">{one.answer}</td><td>{html(one.who)}</td><td>{html(why)}</td></tr>\n'
    )
