"""What an addition costs: the numbers of CONTRIBUTING.md, and that nothing else has to be told."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import GROUPS, KEYS
from config.stack import Stack
from tests import ROOT

LIMITS = {
    "A setting that reaches no policy": 3,
    "A setting that reaches a policy": 5,
    "A policy document": 5,
    "A component with a policy": 13,
    "A channel of `ibtrail verify`": 4,
    "A finding": 2,
}
SOURCES = ("config", "components", "policies", "audit", "packages", "ibtrail", "tools")
GENERATED = ROOT / "components" / "arguments.py"
DOCUMENT = '''"""A toy."""

from iam_evaluation import DocumentKind
from policies.documents.card import DocumentCard, Quota
from policies.documents.statement import Statement


def build(stack):
    return (
        Statement(
            sid="Toy",
            purpose="Somebody may list the log bucket, to show what a document costs.",
            reference="https://docs.aws.amazon.com/AmazonS3/latest/userguide/",
            effect="Allow",
            actions=("s3:ListBucket",),
            resources=(stack.bucket_arn,),
        ),
    )


CARD = DocumentCard(
    name="toy", title="A toy", kind=DocumentKind.IDENTITY, quota=Quota.ROLE_POLICY, build=build,
    adds={"deployer": build},
)
'''


def listed() -> dict[str, list[str]]:
    """The files that CONTRIBUTING.md lists for each kind of addition."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    sections = re.findall(r"^### ([^\n]+): (\d+) files?\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    found = {title: re.findall(r"^\d+\. `([^`]+)`", body, re.MULTILINE) for title, _, body in sections}
    assert {title: len(files) for title, files in found.items()} == {
        title: int(number) for title, number, _ in sections
    }
    return found


def test_each_kind_of_addition_costs_no_more_files_than_promised() -> None:
    """CONTRIBUTING.md lists the files of each kind, and there are no more than the limit."""
    files = listed()
    assert {title for title, limit in LIMITS.items() if len(files[title]) > limit} == set()


@pytest.mark.parametrize("path", sorted({path for files in listed().values() for path in files}))
def test_each_listed_file_has_its_place(path: str) -> None:
    """A file that is named is there; of one with a placeholder, the folder is, and others like it."""
    pattern = re.sub(r"[A-Z]{4,}(?=[./_]|$)", "*", path) if not path.startswith("CHANGELOG") else path
    assert list(ROOT.glob(pattern)), path


def names_in(path: Path) -> Iterator[str]:
    """Every attribute, argument and text of a file that could be a setting's key."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_a_settings_name_stands_in_its_group_and_where_it_is_used_and_nowhere_else() -> None:
    """A key is written in its group, in the stack's names, and in one component or document each."""
    groups = {key: name for name, kind in GROUPS.items() for key in kind.model_fields}
    found: dict[str, set[str]] = {key: set() for key in KEYS}
    for source in ("config", "components", "policies"):  # no other package may read settings
        for path in (ROOT / source).rglob("*.py"):
            if path != GENERATED and "tests" not in path.parts and "guard" not in path.parts:
                for name in found.keys() & set(names_in(path)):
                    found[name].add(path.relative_to(ROOT).as_posix())
    for key, files in found.items():
        others = {file for file in files if not file.startswith(("config/settings/", "config/stack.py"))}
        assert f"config/settings/{groups[key]}.py" in files, key
        assert all(
            file.startswith(("components/", "policies/documents/", "policies/world.py", "policies/actors.py"))
            for file in others
        ), (key, others)
        assert len(others) <= 3 or hasattr(Stack, key), (key, others)  # the stack gives its own name on


@pytest.fixture
def grown(tmp_path: Path) -> Path:
    """A copy of the project, to add something to."""
    ignored = shutil.ignore_patterns("__pycache__", "*.so")
    for name in (*SOURCES, "docs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def run(folder: Path, *command: str) -> str:
    """The output of a command of the copy."""
    finished = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def test_a_setting_is_one_field_and_its_use(grown: Path) -> None:
    """Schema, arguments and page follow from the field, and the stack's file may set it."""
    group = grown / "config/settings/encryption_key.py"
    field = '\n    toy_days: WholeNumber = setting(3, "1 to 9", "A toy.", Change.UPDATE, ge=1, le=9)\n'
    group.write_text(group.read_text() + field)
    run(grown, "tools.generate")
    for made in ("Pulumi.yaml", "components/arguments.py", "docs/configuration.md"):
        assert "toy_days" in (grown / made).read_text(), made
    stack = grown / "config/Pulumi.dev.yaml"
    stack.write_text(stack.read_text() + "  image-builder-trail:toy_days: 12\n")
    refused = subprocess.run(
        [sys.executable, "-m", "policies", "prove", "--stack", "dev"],
        cwd=grown,
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2
    assert 'toy_days: "12" is not allowed (allowed: 1 to 9)' in refused.stderr


def test_a_document_is_one_card(grown: Path) -> None:
    """Rendering, the deployer's policy and mutation learn a document because its file is there."""
    (grown / "policies/documents/toy.py").write_text(DOCUMENT)
    found = json.loads(run(grown, "policies", "render", "--stack", "prod", "--format", "json"))
    assert found["toy"]["Statement"][0]["Sid"] == "Toy"
    assert "Toy" in {statement["Sid"] for statement in found["deployer"]["Statement"]}
    run(grown, "tools.generate")
    assert (grown / "policies/rendered/prod/toy.json").is_file()
