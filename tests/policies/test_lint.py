"""`policies lint` refuses what AWS's service reference does not know, in clear lines."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from iam_evaluation import DocumentKind
from policies.reference import find_problems
from tests import ROOT


def lint(*arguments: str | Path, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run it."""
    return subprocess.run(
        [sys.executable, "-m", "policies", "lint", *map(str, arguments)],
        cwd=ROOT,
        input=given,
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


@pytest.mark.parametrize(
    ("more", "less", "kind"),
    [
        ({}, (), "identity"),
        ({"Principal": "*"}, (), "resource"),
        ({"Principal": "*"}, ("Resource",), "trust"),
        ({"NotPrincipal": {"AWS": "*"}, "Effect": "Deny"}, (), "resource"),
    ],
)
def test_a_documents_elements_tell_its_kind(more: dict[str, Any], less: tuple[str, ...], kind: str) -> None:
    """Where neither an option nor the name does; it is read from standard input."""
    document = policy(Action="s3:GetObjekt", **more)
    for element in less:
        del document["Statement"][0][element]
    rows = json.loads(lint("--format", "json", "-", given=json.dumps(document)).stdout)
    assert {(row["file"], row["kind"]) for row in rows} == {("-", kind)}


def test_one_problem_hides_no_other() -> None:
    """A wrong operator, a mistyped action and key, a second statement: a line each."""
    conditions = {"Bol": {"aws:SecureTransport": "true"}, "Bool": {"aws:SecureTransprt": "true"}}
    document = policy(Action="s3:GetObjekt", Condition=conditions)
    document["Statement"].append({"Effect": "Alow", "Action": "s3:GetObject", "Resource": "*"})
    lines = lint("-", given=json.dumps(document)).stdout.splitlines()
    for word in ("Bol", "GetObjekt", "SecureTransprt", "Alow"):
        assert (
            len([line for line in lines if f'"{word}' in line or f":{word}" in line or f"'{word}'" in line])
            == 1
        )
    assert [line.split(":")[1].split()[1] for line in lines] == ["0", "0", "0", "1"]


def test_a_key_that_stands_twice_is_a_problem() -> None:
    """JSON readers keep the last one and say nothing."""
    text = json.dumps(policy()).replace('"Effect"', '"Action": "s3:*", "Effect"', 1)
    (line,) = lint("-", given=text).stdout.splitlines()
    assert '"Action" stands twice' in line


@pytest.mark.parametrize(("kind", "count"), [("identity", 1), ("resource", 0)])
def test_a_sid_of_an_identity_policy_has_letters_and_digits_alone(kind: str, count: int) -> None:
    """S3 and KMS take more in theirs."""
    document = policy(Sid="Read logs", **({"Principal": "*"} if kind == "resource" else {}))
    assert len(lint("--kind", kind, "-", given=json.dumps(document)).stdout.splitlines()) == count


@pytest.mark.parametrize(
    ("action", "resource", "told"),
    [
        ("s3:GetObject", "arn:aws:s3:::logs", True),
        ("s3:getobject", "arn:aws:s3:::logs/*", False),
        ("s3:GetObject", "arn:aws:s3:::logs*", False),
        ("s3:ListBucket", "arn:aws:s3:::logs/*", True),
        ("s3:ListBucket", ["arn:aws:s3:::logs/*", "arn:aws:s3:::logs"], False),
        ("s3:ListBucket", "arn:aws:s3:::${aws:PrincipalTag/team}", False),
        ("kms:Decrypt", "arn:aws:s3:::logs/*", True),
        ("kms:Decrypt", "arn:aws:kms:*:*:key/*", False),
        ("ec2:StartInstances", "arn:aws:ec2:*:*:*", False),
        ("s3:Get*", "arn:aws:s3:::logs", False),
        ("s3:ListAllMyBuckets", "*", False),
    ],
)
def test_an_action_needs_a_resource_that_it_acts_on(
    action: str, resource: str | list[str], told: bool
) -> None:
    """A policy that names no such resource is taken by AWS, and the action never matches."""
    found = list(
        find_problems(
            policy(Action=action, Resource=resource, Condition={}), DocumentKind.IDENTITY, partition="aws"
        )
    )
    assert len(found) == told
    assert ("never matches" in str(found)) is told


@pytest.mark.parametrize(
    "document", [[], 1, {"Statement": [1]}, {"Statement": []}, {"Statement": {"Sid": 1}}]
)
def test_what_is_no_policy_is_a_problem_and_no_fault(document: object) -> None:
    """Whatever JSON it is."""
    answer = lint("-", given=json.dumps(document))
    assert (answer.returncode, bool(answer.stdout), answer.stderr) == (1, True, "")
