"""Which controls a stack meets: `controls.yaml` maps each to evidence, and the evidence is looked at here.

Evidence is a statement of a document, a question that is answered as expected, a property that a resource
has, or a test of the project. A control is met where all its evidence holds on the stack.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from config.stack_file import project_folder
from iam_evaluation import Verdict as Answer
from policies.proof import Proof
from policies.proofs import World, red
from policies.properties import Resources, properties

_READABLE = (None, "STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR")  # S3 gives these back at once
_WORDS: Mapping[Any, Callable[[Any], bool]] = {
    "present": lambda value: value is not None,
    "none": lambda value: value is None,
    "readable at once": lambda value: value in _READABLE,
}
_KINDS = ("statements", "questions", "properties", "tests")


class ControlError(ValueError):
    """`controls.yaml` cannot be understood. One line: which control, and what."""


@dataclass(frozen=True, slots=True)
class Control:
    """One control and its evidence by kind; `open` says why it is not met yet, where it is not."""

    name: str
    framework: str
    title: str
    statements: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    properties: tuple[tuple[str, Any], ...] = ()
    tests: tuple[str, ...] = ()
    open: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one piece of evidence; `problem` is None where it holds."""

    control: str
    kind: str
    evidence: str
    problem: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A control with what became of its evidence."""

    control: Control
    findings: tuple[Finding, ...]

    @property
    def word(self) -> str:
        """met, NOT MET, or open where nothing stands for the control yet."""
        if self.control.open is not None:
            return "open"
        return "met" if all(finding.problem is None for finding in self.findings) else "NOT MET"


def read_controls(text: str) -> tuple[Control, ...]:
    """Read the text of a data file such as `controls.yaml`.

    Raises:
        ControlError: a control has neither evidence nor a reason why it is open, or has unknown parts.

    """
    found = []
    for framework, listed in yaml.safe_load(text)["frameworks"].items():
        for name, parts in listed.items():
            unknown = sorted(set(parts) - {*_KINDS, "title", "open"})
            if unknown or not set(parts) & {*_KINDS, "open"}:
                said = f'unknown "{unknown[0]}"' if unknown else "neither evidence nor open"
                raise ControlError(
                    f"controls.yaml: {framework} {name}: {said}; there are {', '.join(_KINDS)}"
                )
            found.append(
                Control(
                    name=f"{framework} {name}",
                    framework=framework,
                    title=parts["title"],
                    statements=tuple(parts.get("statements", ())),
                    questions=tuple(parts.get("questions", ())),
                    properties=tuple(parts.get("properties", {}).items()),
                    tests=tuple(parts.get("tests", ())),
                    open=parts.get("open"),
                )
            )
    return tuple(found)


@cache
def controls() -> tuple[Control, ...]:
    """Return the controls of `controls.yaml`."""
    return read_controls(resources.files("policies").joinpath("controls.yaml").read_text("utf-8"))


def assess(world: World, registered: Resources, asked: Iterable[Control] | None = None) -> Iterator[Verdict]:
    """Yield the verdict on each control (all of them, unless `asked` says which) for one stack.

    `registered` is what the program registers for the stack.

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
            *(_test(control, evidence) for evidence in control.tests),
        )
        yield Verdict(control, findings)


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


def _test(control: Control, evidence: str) -> Finding:
    path, _, function = evidence.partition("::")
    there = function in _functions(project_folder() / path)
    return Finding(control.name, "test", evidence, None if there else "there is no such test")


@cache
def _functions(path: Path) -> frozenset[str]:
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
