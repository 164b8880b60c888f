"""What CI is told: actions pinned, every Python tried, dependencies watched, nothing missing silently."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
USES = re.compile(r"uses: (\S+)(.*)")
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")


def tracked() -> list[str]:
    """The project's own files."""
    answer = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return answer.stdout.splitlines()


def loaded(path: Path) -> Any:
    """A YAML file's content."""
    return yaml.safe_load(path.read_text("utf-8"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_to_a_commit_and_says_its_version(path: Path) -> None:
    """A tag can be moved to other code; a commit cannot."""
    used = USES.findall(path.read_text("utf-8"))
    assert used
    assert [action for action, _ in used if not PINNED.fullmatch(action)] == []
    assert [action for action, comment in used if not re.fullmatch(r" # v\d+\.\d+\.\d+", comment)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read(path: Path) -> None:
    """And no job asks for more."""
    workflow = loaded(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert [name for name, job in workflow["jobs"].items() if "permissions" in job] == []


def test_ci_tries_every_python_from_the_oldest_that_is_promised() -> None:
    """`requires-python` is held."""
    oldest = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    tried = loaded(ROOT / ".github/workflows/ci.yml")["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert oldest == f">={tried[0]}"
    assert tried == ["3.11", "3.12", "3.13"]


def test_each_kind_of_dependency_is_kept_up_to_date() -> None:
    """Python packages, actions, and each module of Go, Node or Java."""
    watched = [
        (update["package-ecosystem"], folder)
        for update in loaded(ROOT / ".github/dependabot.yml")["updates"]
        for folder in update.get("directories", [update.get("directory")])
    ]
    kinds = {"uv.lock": "uv", "go.mod": "gomod", "package.json": "npm", "pom.xml": "maven"}
    kept = [ROOT / line for line in tracked() if Path(line).name in kinds]
    expected = [(kinds[path.name], f"/{path.parent.relative_to(ROOT).as_posix()}") for path in kept]
    assert sorted(watched) == sorted(
        [("github-actions", "/"), *((kind, "/" if folder == "/." else folder) for kind, folder in expected)]
    )


def test_coverage_counts_every_package_that_is_installed() -> None:
    """A new package cannot stay outside the figure."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    installed = [Path(package).name for package in project["hatch"]["build"]["targets"]["wheel"]["packages"]]
    assert sorted(project["coverage"]["run"]["source_pkgs"]) == sorted(installed)


def test_a_commit_is_checked_in_seconds() -> None:
    """The hooks run neither tests nor types."""
    hooks = loaded(ROOT / ".pre-commit-config.yaml")["repos"][0]["hooks"]
    assert [hook["entry"].split()[0] for hook in hooks] == [
        ".venv/bin/ruff",
        ".venv/bin/ruff",
        ".venv/bin/python",
    ]


@pytest.mark.parametrize(("required", "code"), [("1", 2), ("", 0)], ids=["required", "as it is"])
def test_make_test_says_that_the_engine_is_missing(tmp_path: Path, required: str, code: int) -> None:
    """And goes on without it only where parts are not required."""
    if shutil.which("make") is None:
        pytest.skip("no make: apt-get install make")
    shutil.copy(ROOT / "Makefile", tmp_path)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\ncase "$*" in *engine*) exit 2;; *pytest*) echo tested;; esac\n')
    python.chmod(0o755)
    finished = subprocess.run(
        ["make", "--assume-old", ".venv/ready", "READY=", "test"],
        cwd=tmp_path,
        env=os.environ | {"REQUIRE_PARTS": required},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == code, finished.stdout + finished.stderr
    assert ("tested" in finished.stdout) == (code == 0)
    assert ("the tests that need it are skipped" in finished.stderr) == (code == 0)
