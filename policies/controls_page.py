"""The page of controls: what was looked at, the totals, and one row a control. Made to be printed on A4."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from config.stack import Stack
from console.page import page
from console.text import html
from policies.controls import Verdict
from policies.title_block import STYLE, commit, title_block

_STYLE = """
caption { text-align: left; font-weight: 600; padding: 1.2rem 0 .4rem } caption a { font-weight: 400 }
.id { width: 8.5em } .verdict { width: 6.5em } .evidence { width: 11em }
.met { color: #0b6b3a } .not-met { color: #a3210f; font-weight: 600 }
.partly, .yours, .open { color: #7a5a00 }
@media screen and (prefers-color-scheme: dark) {
  a { color: #8fc1ff }
  .met { color: #7bd8a5 } .not-met { color: #ff9a8a } .partly, .yours, .open { color: #e5c46b } }
@media screen and (max-width: 40rem) { .evidence { display: none } }
@media print {
  thead { display: table-header-group } caption { padding: 6pt 0 2pt; break-after: avoid }
  h1 { font-size: 15pt; margin: 0 0 4pt }
  p, dl { margin: 3pt 0 } a { color: inherit } }
"""
_MEANINGS = (
    "met: all evidence holds. partly: it holds, and something is still missing, as said. yours: it holds, "
    "and the rest is left to people. open: nothing stands for it yet. NOT MET: some evidence does not hold."
)
_SCOPE = (
    "One stack of this project: its trail, log bucket, key, roles and their policies, as the program would "
    "deploy them. The live account was not looked at: ibtrail policies drift does that. The controls are a "
    "selection: what these can answer of each framework."
)


@dataclass(frozen=True, slots=True)
class Assessment:
    """A stack with the verdict on every control, and how many there are of each."""

    stack: Stack
    verdicts: Sequence[Verdict]
    counts: Mapping[str, int]


def controls_page(assessed: Iterable[Assessment], tests_ran: str, brief: Callable[[Verdict], str]) -> str:
    """Return the page; `brief` tells a control's evidence, `tests_ran` when the tests ran, if they did."""
    said = commit()
    sections = "".join(_section(one, said, tests_ran, brief) for one in assessed)
    return page("Controls", sections, style=STYLE + _STYLE)


def _section(one: Assessment, said: str, tests_ran: str, brief: Callable[[Verdict], str]) -> str:
    more = {
        "Tests": f"ran at {tests_ran}" if tests_ran else "no results: `make test` writes them",
        "Scope": _SCOPE,
        "Totals": ", ".join(f"{count} {word}" for word, count in one.counts.items()),
    }
    tables = "".join(
        _table(list(verdicts), brief)
        for _, verdicts in groupby(one.verdicts, lambda two: two.control.framework)
    )
    return (
        f"<section>\n<h1>Controls of the stack {html(one.stack.name)}</h1>\n"
        f"{title_block(one.stack, said, more)}"
        f"<p>{_MEANINGS}</p>\n{tables}</section>\n"
    )


def _table(verdicts: Sequence[Verdict], brief: Callable[[Verdict], str]) -> str:
    framework = verdicts[0].control.framework
    version = f", {framework.version}" if framework.version not in framework.name else ""
    heads = '<th class="id">Control</th><th>Title</th><th class="verdict">Verdict</th>'
    rows = "".join(_row(verdict, brief(verdict)) for verdict in verdicts)
    return (
        f"<table>\n<caption>{html(framework.name)}{html(version)} "
        f'(<a href="{html(framework.source)}">source</a>)</caption>\n'
        f'<thead><tr>{heads}<th class="evidence">Evidence</th><th>What is missing</th></tr></thead>\n'
        f"<tbody>\n{rows}</tbody>\n</table>\n"
    )


def _row(verdict: Verdict, evidence: str) -> str:
    control, word = verdict.control, verdict.word
    standard = " (FSBP)" if control.fsbp else ""
    cells = (control.id + standard, control.title, word, evidence, verdict.why)
    classes = ("", "", word.lower().replace(" ", "-"), "evidence", "")
    return (
        "<tr>"
        + "".join(
            f'<td class="{name}">{html(text)}</td>' if name else f"<td>{html(text)}</td>"
            for name, text in zip(classes, cells, strict=True)
        )
        + "</tr>\n"
    )
