"""The command line: results to stdout, messages to stderr, exit codes 0, 1 and 2, never a traceback."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from config.stack import Stack
from config.stack_file import read_stack
from console.output import Format
from console.runner import run
from policies.cli import app
from policies.commands.mutate import mutate
from policies.commands.prove import prove
from policies.documents import documents
from policies.documents.statement import Document
from policies.mutation import mutants
from tests import ROOT
from tests.policies.stacks import PLAIN


def policies(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m policies`."""
    return subprocess.run(
        [sys.executable, "-m", "policies", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_prove_answers_every_question_of_a_stack() -> None:
    """JSON lines hold one answer each with its reason, all as expected; the count goes to stderr."""
    answer = policies("prove", "--stack", "dev", "--format", "jsonl")
    rows = [json.loads(line) for line in answer.stdout.splitlines()]
    assert (answer.returncode, len(rows) > 2000, {row["right"] for row in rows}) == (0, True, {True})
    assert answer.stderr == f"dev: {len(rows)} answers, {len(rows)} as expected, 0 not\n"
    told = {(row["question"], row["actor"]): (row["answer"], row["because"]) for row in reversed(rows)}
    assert told["stop-key-protected", "administrator"] == ("no", "explicit deny: KeepKey")
    assert told["write-log", "cloudtrail"] == ("yes", "allow: CloudTrailWritesLogs")


def test_the_table_groups_who_gets_the_same_answer(capsys: pytest.CaptureFixture[str]) -> None:
    """A table has each question with everybody to whom the same answer is given, and no colour codes."""
    assert prove([PLAIN], Format.TABLE, None) == 0
    text = capsys.readouterr().out
    assert text.count("Who can stop the trail?") == 3  # root, administrators, everybody else
    assert "KeepLogs" in text
    assert "\x1b" not in text


def broken(stack: Stack) -> dict[str, Document]:
    """The stack's documents without the statement against forgery."""
    found = documents(stack)
    bucket = found["bucket"]
    kept = tuple(one for one in bucket.statements if one.sid != "OnlyCloudTrailWritesWhereLogsLie")
    return {**found, "bucket": replace(bucket, statements=kept)}


def test_prove_exits_1_where_an_answer_is_not_as_expected(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not as expected is told with what was expected, and can be listed alone."""
    monkeypatch.setattr("policies.proofs.documents", broken)
    assert prove([PLAIN], Format.CSV, None, only_red=True) == 1
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["right"] for row in rows} == {"no"}
    forged = next(row for row in rows if (row["question"], row["actor"]) == ("write-log", "administrator"))
    assert forged["answer"] == "yes"
    assert forged["expected"] == "no: explicit deny by OnlyCloudTrailWritesWhereLogsLie"


def test_mutate_exits_1_where_a_change_survives(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change that no proof notices, and for which no reason is given, is a survivor and is named."""
    survivor = next(mutants(documents(PLAIN)))
    monkeypatch.setattr(
        "policies.mutation.killer", lambda _, mutant: None if mutant.name == survivor.name else "a question"
    )
    assert mutate([PLAIN], Format.JSON, None) == 1
    said = capsys.readouterr()
    assert json.loads(said.out) == [
        {
            "stack": "plain",
            "statement": f"{survivor.document}/{survivor.sid}",
            "kind": survivor.kind.value,
            "change": survivor.change,
            "noticed by": "NOBODY",
        }
    ]
    assert "0 harmless, 1 survivors\n" in said.err


def test_render_writes_a_file(tmp_path: Path) -> None:
    """--output takes the result; the account can be given."""
    file = tmp_path / "policies.json"
    answer = policies(
        "render", "--stack", "dev", "--format", "json", "--account-id", "999999999999", "--output", str(file)
    )
    assert (answer.returncode, answer.stdout) == (0, "")
    stack = read_stack("dev", "999999999999")
    assert json.loads(file.read_text()) == {
        name: document.document() for name, document in documents(stack).items()
    }


def test_render_hands_out_one_document() -> None:
    """--document is one document of one stack, as AWS takes it."""
    answer = policies("render", "--stack", "prod", "--account-id", "999999999999", "--document", "deployer")
    stack = read_stack("prod", "999999999999")
    assert json.loads(answer.stdout) == documents(stack)["deployer"].document()


def test_json_of_several_stacks_is_by_stack() -> None:
    """Without --stack, JSON has every stack under its name."""
    found = json.loads(policies("render", "--format", "json").stdout)
    assert {"dev", "local", "prod"} <= set(found)
    assert found["dev"]["key"] == documents(read_stack("dev"))["key"].document()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["prove", "--stack", "nowhere"], 'no stack "nowhere"'),
        (["render", "--account-id", "12"], '"12" is not 12 digits'),
        (["render", "--check", "--stack", "dev"], "--check and --write each stand alone"),
        (["render", "--check", "--write"], "--check and --write each stand alone"),
        (["render", "--document", "deployer"], "--document is of one stack"),
        (["render", "--stack", "dev", "--document", "cook"], 'no document "cook": it has bucket'),
        (
            ["render", "--stack", "dev", "--output", "/no/such/folder/file"],
            "no file can be made in /no/such/folder",
        ),
        (["prove", "--format", "xml"], "xml"),
    ],
)
def test_bad_input_exits_2_with_one_clear_message(arguments: list[str], message: str) -> None:
    """Nothing goes to stdout, what is wrong goes to stderr, without a traceback."""
    answer = policies(*arguments)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert message in " ".join(answer.stderr.replace("│", " ").split())
    assert "Traceback" not in answer.stderr


def test_a_mistake_of_ours_exits_3_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody foresaw is told in one line that asks for a report."""
    monkeypatch.setattr("policies.commands.prove.prove", lambda *_, **__: 1 // 0)
    with pytest.raises(SystemExit, match="3"):
        run(app, "python -m policies", ["prove", "--stack", "dev"])
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("policies: a fault of this program, please report it: ZeroDivisionError: ")
    assert said.err.count("\n") == 1
