"""`policies lint` refuses what AWS's service reference does not know, in clear lines."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import ROOT


def lint(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run it."""
    return subprocess.run(
        [sys.executable, "-m", "policies", "lint", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def policy(**changes: Any) -> dict[str, Any]:
    """An identity policy in good order but for the changes."""
    statement = {
        "Sid": "Read",
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::logs/*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}},
    }
    return {"Version": "2012-10-17", "Statement": [statement | changes]}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"Condition": {"Bool": {"aws:SecureTransprt": "true"}}}, "aws:SecureTransport"),
        ({"Action": "s3:GetObjekt"}, "s3:GetObject"),
        ({"Resource": "arn:aws-cn:s3:::logs/*"}, "aws-cn"),
    ],
    ids=["condition key", "action", "partition"],
)
def test_a_mistake_is_one_line_that_leads_to_its_mending(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    """The file, the statement, what is wrong, and what was probably meant; exit code 1."""
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(policy(**changes)))
    answer = lint("--kind", "identity", file)
    assert answer.returncode == 1
    [line] = answer.stdout.splitlines()
    assert line.startswith(f'{file}: statement 0 ("Read"): ')
    assert words in line


def test_a_policy_in_good_order_is_passed_in_silence(tmp_path: Path) -> None:
    """Exit code 0, nothing printed."""
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(policy()))
    answer = lint("--kind", "identity", file)
    assert (answer.returncode, answer.stdout) == (0, "")


@pytest.mark.parametrize("content", [None, "{"], ids=["missing", "no JSON"])
def test_a_file_that_is_no_json_is_bad_input(tmp_path: Path, content: str | None) -> None:
    """One line, exit code 2."""
    file = tmp_path / "policy.json"
    if content is not None:
        file.write_text(content)
    answer = lint(file)
    assert answer.returncode == 2
    assert str(file) in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_the_projects_own_documents_are_known_and_pass() -> None:
    """Without a file, all that is rendered is looked at; with one, its name tells its kind."""
    rendered = sorted((ROOT / "policies/rendered").glob("*/*.json"))
    answer = lint()
    assert (answer.returncode, answer.stdout) == (0, "")
    assert answer.stderr == f"{len(rendered)} rendered documents, 0 problem(s)\n"
    named = lint(*rendered)
    assert (named.returncode, named.stdout, named.stderr) == (0, "", "")


def test_problems_come_in_the_formats_of_every_list(tmp_path: Path) -> None:
    """As JSON, each problem has its file, and as what it was looked at."""
    file = tmp_path / "deployer.json"
    file.write_text(json.dumps(policy(Action="s3:GetObjekt")))
    (row,) = json.loads(lint("--format", "json", file).stdout)
    assert (row["file"], row["kind"], row["partition"]) == (str(file), "identity", "aws")
