"""Controls rest on evidence that exists, and turn red when it does not."""

from __future__ import annotations

import ast
import csv
import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from components.registered import registered
from config.stack import Stack
from config.stack_file import read_stack
from console.output import LIST_FORMATS, Format
from policies.commands.controls import controls as run_controls
from policies.controls import (
    Control,
    ControlError,
    Framework,
    Verdict,
    assess,
    controls,
    meets,
    read_controls,
)
from policies.documents import documents
from policies.proofs import World
from policies.properties import properties
from policies.questions import questions
from policies.results import FILE, NONE, Results, ResultsError, read_results
from tests import ROOT
from tests.policies.stacks import changed

PROD = read_stack("prod")
TESTS = sorted({test for control in controls() for test in control.tests})


def key(test: str) -> str:
    """What the results call a test that `controls.yaml` names."""
    path, _, function = test.partition("::")
    return f"{path.removesuffix('.py').replace('/', '.')}.{function}"


PASSED = Results(dict.fromkeys(map(key, TESTS), "passed"))


def test_on_the_strictest_stack_all_evidence_holds() -> None:
    """Each control is met on prod as far as controls.yaml says that it can be."""
    verdicts = list(assess(World(PROD), registered(PROD), results=PASSED))
    assert [finding for verdict in verdicts for finding in verdict.problems] == []
    assert {verdict.word for verdict in verdicts} == {"met", "partly", "yours", "open"}


@pytest.mark.parametrize("test", TESTS)
def test_every_test_named_is_there(test: str) -> None:
    """A test that was renamed is not asked for in vain."""
    path, _, function = test.partition("::")
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


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
        "Security Hub",
    ],
)
def test_every_framework_is_mapped(framework: str) -> None:
    """There are controls of each framework with evidence."""
    assert [one for one in controls() if one.framework.name == framework and one.best != "open"]


def test_the_controls_asked_for_are_mapped() -> None:
    """The NIST controls for audit, cryptography, least privilege and monitoring are all there."""
    named = {one.id for one in controls() if one.framework.name == "NIST 800-53 r5"}
    audit = {f"AU-{number}" for number in (2, 3, 6, 8, 9, 10, 11, 12)}
    assert audit | {"SC-12", "SC-13", "SC-28", "AC-6", "SI-4"} <= named


def test_what_needs_alerts_or_data_events_is_not_met() -> None:
    """Nothing that asks for somebody or something to watch counts as met while nothing alerts."""
    words = {one.control.name: one.word for one in assess(World(PROD), registered(PROD), results=PASSED)}
    assert {name: words[name] for name in NOT_MET_YET} == NOT_MET_YET


NOT_MET_YET = {
    "NIST 800-53 r5 AU-6": "partly",
    "NIST 800-53 r5 AU-9(1)": "open",
    "NIST 800-53 r5 SI-4": "partly",
    "PCI DSS 4.0.1 10.2.1.3": "open",
    "PCI DSS 4.0.1 10.3.4": "open",
    "SOC 2 CC7.2": "partly",
}


def verdict(
    control: Control, stack: Stack = PROD, world: World | None = None, results: Results = PASSED
) -> Verdict:
    """The verdict on one control."""
    (found,) = assess(world or World(stack), registered(stack), [control], results)
    return found


def test_a_limit_falls_on_the_stack_that_has_what_it_asks_for() -> None:
    """Where logs are locked in COMPLIANCE they are written once, and AU-9(1) is met."""
    (asked,) = (one for one in controls() if one.id == "AU-9(1)")
    assert verdict(asked).word == "open"
    assert verdict(asked, changed(PROD, object_lock_mode="COMPLIANCE")).word == "met"


EVIDENCE = Control(Framework("X", "1", "https://x.example"), "1", "A control")
SHOWN = replace(EVIDENCE, tests=("tests/x/test_a.py::test_works",))


@pytest.mark.parametrize(
    ("case", "word"),
    [
        ("", "met"),
        ("<failure/>", "NOT MET"),
        ("<error/>", "NOT MET"),
        ("<skipped/>", "partly"),
        (None, "partly"),
    ],
)
def test_a_test_counts_by_its_result(tmp_path: Path, case: str | None, word: str) -> None:
    """A test that failed is a finding, with one parameter too; one that did not run leaves it open."""
    named = '<testcase classname="tests.x.test_a" name="test_works'
    first = f'{named}[1]"/>{named}[2]">{case}</testcase>' if case is not None else ""
    file = tmp_path / FILE
    file.write_text(
        f'<testsuites><testsuite timestamp="2026-11-25T10:00:00.5">{first}</testsuite></testsuites>'
    )
    results = read_results(file)
    assert results.when == "2026-11-25T10:00:00"
    assert verdict(SHOWN, results=results).word == word


def test_no_results_are_no_finding_and_broken_ones_are_told(tmp_path: Path) -> None:
    """Without a file nothing is known of tests; a file of something else is refused in one line."""
    assert read_results(tmp_path / FILE) == NONE
    (tmp_path / FILE).write_text("no XML")
    with pytest.raises(ResultsError, match="make test"):
        read_results(tmp_path / FILE)
    assert verdict(replace(SHOWN, best="yours", reason="x"), results=NONE).word == "yours"


def test_pytest_writes_what_is_read(tmp_path: Path) -> None:
    """The names of pytest's own file are those that controls.yaml has."""
    source = "import pytest\n@pytest.mark.parametrize('x', [1, 2])\ndef test_it(x): assert x\n"
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_b.py").write_text(source)
    (tmp_path / "pytest.ini").touch()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={FILE}", "tests"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert read_results(tmp_path / FILE).problem("tests/test_b.py::test_it") is None


@pytest.mark.parametrize(
    ("control", "problem"),
    [
        (replace(EVIDENCE, statements=("bucket/NoSuch",)), "the stack's documents have no such statement"),
        (replace(EVIDENCE, questions=("no-such",)), "the question does not arise on this stack"),
        (replace(EVIDENCE, properties=(("No such", True),)), "controls.yaml has no such property"),
        (replace(EVIDENCE, properties=(("The trail logs", False),)), "is yes, wanted no"),
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
        ("access_logs", False, "Security Hub CloudTrail.7"),
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
    for parts, said in (
        ("", "X 1: neither evidence nor open"),
        ("proof: x, tests: []", 'X 1: unknown "proof"'),
        ("tests: [], open: x, partly: y", "X 1: both partly and open"),
    ):
        text = (
            f"sources: {{X: {{version: '1', source: x}}}}\nframeworks: {{X: {{'1': {{title: A, {parts}}}}}}}"
        )
        with pytest.raises(ControlError, match=said):
            read_controls(text)


def test_every_form_holds_every_control(tmp_path: Path) -> None:
    """Table, CSV, JSON and HTML all name each control; the exit code says whether all are met."""
    for format in (*LIST_FORMATS, Format.HTML):
        file = tmp_path / format.value
        assert run_controls([PROD], format, file, tmp_path / FILE) == 0
        text = file.read_text()
        assert all(one.id in text for one in controls())
    rows = list(csv.DictReader(io.StringIO((tmp_path / "csv").read_text())))
    assert {row["control"] for row in rows} == {one.name for one in controls()}
    assert len(json.loads((tmp_path / "json").read_text())) == len(rows)
    assert run_controls([read_stack("dev")], Format.CSV, tmp_path / "dev", None) == 1
