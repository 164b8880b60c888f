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


@pytest.mark.parametrize("stack", ["local", "dev", "prod"])
def test_what_is_deployed_passes(stack: str) -> None:
    """The committed copies of bucket and key policy, and of the deployer's."""
    folder = ROOT / "policies/rendered" / stack
    assert lint(folder / "bucket.json", folder / "key.json").stdout == ""
    own = [path for path in (folder / "deployer.json", folder / "role-boundary.json") if path.exists()]
    assert lint("--kind", "identity", *own).stdout == "" if own else stack != "prod"
