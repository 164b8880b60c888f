"""Which controls a stack meets: `controls.yaml` maps each to evidence, and the evidence is looked at here.

Evidence is a statement of a document, a question that is answered as expected, a property that a resource
has, or a test of the project that passed. `controls.yaml` says what each verdict means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import yaml

from iam_evaluation import Verdict as Answer
from policies.proof import Proof
from policies.proofs import World, red
from policies.properties import Resources, properties
from policies.results import NONE, Results

_READABLE = (None, "STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR")  # S3 gives these back at once
_WORDS: Mapping[Any, Callable[[Any], bool]] = {
    "present": lambda value: value is not None,
    "none": lambda value: value is None,
    "readable at once": lambda value: value in _READABLE,
}
_KINDS = ("statements", "questions", "properties", "tests")
WORDS = ("met", "partly", "yours", "open", "NOT MET")
"""Every verdict."""
_LIMITS = ("partly", "yours", "open")


class ControlError(ValueError):
    """`controls.yaml` cannot be understood. One line: which control, and what."""


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework, as `controls.yaml` calls it, with the version that its numbers are of, and its source."""

    name: str
    version: str
    source: str


@dataclass(frozen=True, slots=True)
class Control:
    """One control and its evidence by kind.

    `best` is the verdict where all evidence holds, and `reason` says why that is not "met", unless the
    properties of `unless` are as they are named there.
    """

    framework: Framework
    id: str
    title: str
    statements: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    properties: tuple[tuple[str, Any], ...] = ()
    tests: tuple[str, ...] = ()
    best: str = "met"
    reason: str = ""
    unless: tuple[tuple[str, Any], ...] = ()
    fsbp: bool = False

    @property
    def name(self) -> str:
        """The control's name among all: framework, version and id."""
        return f"{self.framework.name} {self.id}"


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one piece of evidence; `problem` is None where it holds.

    Where it is `unknown`, it may hold: a test that did not run.
    """

    control: str
    kind: str
    evidence: str
    problem: str | None
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """A control with what became of its evidence."""

    control: Control
    findings: tuple[Finding, ...]

    @property
    def problems(self) -> tuple[Finding, ...]:
        """The evidence that does not hold, or of which nothing is known."""
        return tuple(finding for finding in self.findings if finding.problem is not None)

    @property
    def word(self) -> str:
        """One of `WORDS`."""
        if self.control.best == "open":
            return "open"
        if any(not finding.unknown for finding in self.problems):
            return "NOT MET"
        return "partly" if self.problems and self.control.best == "met" else self.control.best

    @property
    def why(self) -> str:
        """What keeps the control from being met; empty where nothing does."""
        told = [self.control.reason] if self.control.reason else []
        if self.word != "open":
            told[:0] = self._what_does_not_hold()
        return "; ".join(told)

    def _what_does_not_hold(self) -> Iterator[str]:
        wrong = [finding for finding in self.problems if not finding.unknown]
        if wrong:
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            yield f"{wrong[0].evidence}: {wrong[0].problem}{more}"
        unknown = len(self.problems) - len(wrong)
        if unknown:
            yield f"{unknown} {'test' if unknown == 1 else 'tests'} without a result: run `make test`"


def read_controls(text: str) -> tuple[Control, ...]:
    """Read the text of a data file such as `controls.yaml`.

    Raises:
        ControlError: a control has neither evidence nor a reason why it is open, or has unknown parts.

    """
    content = yaml.safe_load(text)
    return tuple(
        _control(Framework(name, **content["sources"][name]), str(number), parts)
        for name, listed in content["frameworks"].items()
        for number, parts in listed.items()
    )


def _control(framework: Framework, number: str, parts: Mapping[str, Any]) -> Control:
    unknown = sorted(set(parts) - {*_KINDS, *_LIMITS, "title", "unless", "fsbp"})
    limits = [limit for limit in _LIMITS if limit in parts]
    said = f'unknown "{unknown[0]}"' if unknown else ""
    if not said and not set(parts) & {*_KINDS, "open"}:
        said = "neither evidence nor open"
    if not said and len(limits) > 1:
        said = f"both {limits[0]} and {limits[1]}"
    if said:
        raise ControlError(f"controls.yaml: {framework.name} {number}: {said}; there are {', '.join(_KINDS)}")
    return Control(
        framework=framework,
        id=number,
        title=parts["title"],
        statements=tuple(parts.get("statements", ())),
        questions=tuple(parts.get("questions", ())),
        properties=tuple(parts.get("properties", {}).items()),
        tests=tuple(parts.get("tests", ())),
        best=limits[0] if limits else "met",
        reason=parts[limits[0]] if limits else "",
        unless=tuple(parts.get("unless", {}).items()),
        fsbp=parts.get("fsbp", False),
    )


@cache
def controls() -> tuple[Control, ...]:
    """Return the controls of `controls.yaml`."""
    return read_controls(resources.files("policies").joinpath("controls.yaml").read_text("utf-8"))


def assess(
    world: World,
    registered: Resources,
    asked: Iterable[Control] | None = None,
    results: Results = NONE,
) -> Iterator[Verdict]:
    """Yield the verdict on each control (all of them, unless `asked` says which) for one stack.

    `registered` is what the program registers for the stack, `results` what became of the project's tests.

    Raises:
        PolicyError: a document is malformed.

    """
    answers: dict[str, list[Proof]] = {}
    for proof in world.prove():
        answers.setdefault(proof.question, []).append(proof)
    statements = {
        f"{name}/{statement.sid}"
        for name, document in world.documents.items()
        for statement in document.statements
    }
    for control in controls() if asked is None else asked:
        findings = (
            *(_statement(control, evidence, statements) for evidence in control.statements),
            *(_question(control, evidence, answers) for evidence in control.questions),
            *(_property(control, name, wanted, registered) for name, wanted in control.properties),
            *(_test(control, evidence, results) for evidence in control.tests),
        )
        yield Verdict(_judged_here(control, registered), findings)


def _judged_here(control: Control, registered: Resources) -> Control:
    """Return the control without its limit on a stack that is as `unless` names it."""
    wanted = [_property(control, name, value, registered) for name, value in control.unless]
    lifted = bool(wanted) and all(finding.problem is None for finding in wanted)
    return replace(control, best="met", reason="") if lifted else control


def _statement(control: Control, evidence: str, statements: set[str]) -> Finding:
    problem = None if evidence in statements else "the stack's documents have no such statement"
    return Finding(control.name, "statement", evidence, problem)


def _question(control: Control, evidence: str, answers: Mapping[str, list[Proof]]) -> Finding:
    proofs = [proof for name in evidence.split(" | ") for proof in answers.get(name, [])]
    problem = None
    if not proofs:
        problem = "the question does not arise on this stack"
    elif found := red(proofs):
        wrong = next((proof for proof in found if proof.verdict is Answer.ALLOW), found[0])
        problem = f"{wrong.actor}: {wrong.action} on {wrong.target}: {wrong.verdict.value}, not as expected"
    return Finding(control.name, "question", evidence, problem)


def _property(control: Control, name: str, wanted: Any, registered: Resources) -> Finding:
    known = properties().get(name)
    if known is None:
        return Finding(control.name, "property", name, "controls.yaml has no such property")
    value = known.value(registered)
    problem = None if meets(value, wanted) else f"is {_shown(value)}, wanted {_shown(wanted)}"
    return Finding(control.name, "property", f"{name}: {_shown(wanted)}", problem)


def meets(value: Any, wanted: Any) -> bool:
    """Whether a property's value is the one wanted: itself, or what the words of `controls.yaml` ask for."""
    if wanted in _WORDS:
        return _WORDS[wanted](value)
    if isinstance(wanted, str) and wanted.startswith("at least "):
        least, _, otherwise = wanted.removeprefix("at least ").partition(" or ")
        if value is None:
            return otherwise == "none"
        return isinstance(value, int) and not isinstance(value, bool) and value >= int(least)
    return type(value) is type(wanted) and bool(value == wanted)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def _test(control: Control, evidence: str, results: Results) -> Finding:
    return Finding(control.name, "test", evidence, results.problem(evidence), results.unknown(evidence))
