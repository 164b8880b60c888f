"""Controls rest on evidence that exists, and turn red when it does not."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from components.registered import registered
from config.stack import Stack
from config.stack_file import read_stack
from console.output import LIST_FORMATS, Format
from policies.commands.controls import controls as run_controls
from policies.controls import Control, ControlError, Verdict, assess, controls, meets, read_controls
from policies.documents import documents
from policies.proofs import World
from policies.properties import properties
from policies.questions import questions
from tests.policies.stacks import changed

PROD = read_stack("prod")


def test_the_strictest_stack_meets_every_control_that_is_not_open() -> None:
    """Each control that is mapped is met on prod, by evidence that holds."""
    verdicts = list(assess(World(PROD), registered(PROD)))
    problems = [finding for verdict in verdicts for finding in verdict.findings if finding.problem]
    assert problems == []
    assert {verdict.word for verdict in verdicts} == {"met", "open"}


def test_every_question_stands_for_a_control() -> None:
    """No proof is there for nothing: each question is evidence of some control."""
    named = {name for control in controls() for one in control.questions for name in one.split(" | ")}
    assert named == {question.name for question in questions()}


def test_every_property_stands_for_a_control() -> None:
    """No property is listed for nothing, and none is asked for that is not listed."""
    assert {name for one in controls() for name, _ in one.properties} == set(properties())


@pytest.mark.parametrize(
    "framework",
    [
        "CIS AWS Foundations 5.0",
        "NIST 800-53 r5",
        "PCI DSS 4.0.1",
        "SOC 2",
        "AWS Foundational Security Best Practices",
    ],
)
def test_every_framework_is_mapped(framework: str) -> None:
    """There are controls of each framework with evidence."""
    assert [one for one in controls() if one.framework == framework and one.open is None]


def test_the_controls_asked_for_are_mapped() -> None:
    """The NIST controls for audit, cryptography, least privilege and monitoring are all there."""
    named = {one.name.rpartition(" ")[2] for one in controls() if one.framework == "NIST 800-53 r5"}
    audit = {f"AU-{number}" for number in (2, 3, 6, 8, 9, 10, 11, 12)}
    assert audit | {"SC-12", "SC-13", "SC-28", "AC-6", "SI-4"} <= named


def verdict(control: Control, stack: Stack = PROD, world: World | None = None) -> Verdict:
    """The verdict on one control."""
    (found,) = assess(world or World(stack), registered(stack), [control])
    return found


EVIDENCE = Control("X 1", "X", "A control")


@pytest.mark.parametrize(
    ("control", "problem"),
    [
        (replace(EVIDENCE, statements=("bucket/NoSuch",)), "the stack's documents have no such statement"),
        (replace(EVIDENCE, questions=("no-such",)), "the question does not arise on this stack"),
        (replace(EVIDENCE, properties=(("No such", True),)), "controls.yaml has no such property"),
        (replace(EVIDENCE, properties=(("The trail logs", False),)), "is yes, wanted no"),
        (
            replace(EVIDENCE, tests=("tests/policies/test_controls.py::test_no_such",)),
            "there is no such test",
        ),
        (replace(EVIDENCE, tests=("tests/no_such.py::test_x",)), "there is no such test"),
    ],
)
def test_evidence_that_does_not_exist_is_red(control: Control, problem: str) -> None:
    """A control is not met where a piece of its evidence is missing or wrong, and the verdict says which."""
    found = verdict(control)
    assert (found.word, [finding.problem for finding in found.findings]) == ("NOT MET", [problem])


def test_a_broken_policy_turns_its_controls_red() -> None:
    """Without the statement that keeps logs, AU-9 and AU-11 are not met, and the actor is named."""
    bucket = documents(PROD)["bucket"]
    broken = replace(bucket, statements=tuple(one for one in bucket.statements if one.sid != "KeepLogs"))
    red = [one for one in assess(World(PROD, {"bucket": broken}), registered(PROD)) if one.word == "NOT MET"]
    assert {"NIST 800-53 r5 AU-9", "NIST 800-53 r5 AU-11", "PCI DSS 4.0.1 10.3.2"} <= {
        one.control.name for one in red
    }
    problems = {finding.problem or "" for one in red for finding in one.findings}
    assert any("s3:DeleteObject on log: allow, not as expected" in problem for problem in problems)


@pytest.mark.parametrize(
    ("setting", "value", "control"),
    [
        ("expiration_days", 30, "PCI DSS 4.0.1 10.5.1"),
        ("protect_logs", False, "NIST 800-53 r5 AU-9"),
        ("access_logs", False, "AWS Foundational Security Best Practices CloudTrail.7"),
    ],
)
def test_a_weak_setting_turns_its_control_red(setting: str, value: object, control: str) -> None:
    """Too short a retention, an archive, no protection, no access logs: the control is not met."""
    free = {"transition_storage_class": "NONE", "object_lock_mode": "OFF", "object_lock_days": 0}
    weak = changed(PROD, **free, **{setting: value})
    (asked,) = (one for one in controls() if one.name == control)
    assert verdict(asked).word == "met"
    assert verdict(asked, weak).word == "NOT MET"


@pytest.mark.parametrize(
    ("value", "wanted", "met"),
    [
        (True, True, True),
        (1, True, False),
        ("x", "present", True),
        (None, "present", False),
        (None, "none", True),
        (365, "at least 365 or none", True),
        (364, "at least 365 or none", False),
        (None, "at least 365 or none", True),
        (None, "at least 365", False),
        (True, "at least 1", False),
        (None, "readable at once", True),
        ("GLACIER", "readable at once", False),
    ],
)
def test_a_property_is_held_to_what_is_wanted(value: object, wanted: object, met: bool) -> None:
    """The words of controls.yaml mean what they say."""
    assert meets(value, wanted) is met


def test_a_control_without_evidence_is_refused() -> None:
    """A control names evidence, or says why it is open."""
    with pytest.raises(ControlError, match="X 1: neither evidence nor open"):
        read_controls("frameworks: {X: {'1': {title: A control}}}")
    with pytest.raises(ControlError, match='X 1: unknown "proof"'):
        read_controls("frameworks: {X: {'1': {title: A control, proof: x, tests: []}}}")


def test_every_form_holds_every_control(tmp_path: Path) -> None:
    """Table, CSV, JSON and HTML all name each control; the exit code says whether all are met."""
    for format in (*LIST_FORMATS, Format.HTML):
        file = tmp_path / format.value
        assert run_controls([PROD], format, file) == 0
        text = file.read_text()
        assert all(one.name.split()[-1] in text for one in controls())
    rows = list(csv.DictReader(io.StringIO((tmp_path / "csv").read_text())))
    assert {row["control"] for row in rows} == {one.name for one in controls()}
    assert len(json.loads((tmp_path / "json").read_text())) == len(rows)
    assert run_controls([read_stack("dev")], Format.CSV, tmp_path / "dev") == 1
