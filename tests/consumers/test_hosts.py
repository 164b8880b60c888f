"""The language hosts: found where the Pulumi CLI has brought them, else built from pinned modules."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from localaws.pulumi import engine
from localaws.testing import LocalAws
from tests.consumers.hosts import found
from tests.journeys.pulumi_project import NO_ENGINE, engine_at_hand

HOSTS = Path(found.__file__).parent


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without engine and hosts, but for what the test puts into this folder of PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(engine, "CACHE", tmp_path / "no engine")
    monkeypatch.setattr(found, "TOOLS", tmp_path / "no hosts")
    return tmp_path


def executable(file: Path, text: str = "#!/bin/sh\necho v3.250.0\n") -> Path:
    """Write a program."""
    file.write_text(text)
    file.chmod(0o755)
    return file


def test_a_host_beside_the_engine_is_used_though_only_the_engine_is_on_path(bare: Path) -> None:
    """An installed CLI is linked into PATH alone; its hosts stand beside what the link leads to."""
    cli = bare / "cli"
    cli.mkdir()
    (bare / "pulumi").symlink_to(executable(cli / "pulumi"))
    host = executable(cli / "pulumi-language-yaml")
    assert engine.language_host("yaml") == host
    assert found.folder_of("yaml") == cli


def test_what_a_cli_has_brought_is_not_built(bare: Path) -> None:
    """With a host for each runtime on PATH, no compiler is needed."""
    for runtime in found.RUNTIMES:
        executable(bare / f"pulumi-language-{runtime}")
    assert found.build("no such compiler", lambda _line: None)
    assert found.folder_of("go") == bare


def test_a_failed_build_is_told_and_no_host_is_found(bare: Path) -> None:
    """A compiler that fails leaves no host behind, and says which one is missing."""
    compiler = executable(bare / "go", "#!/bin/sh\necho no such module >&2\nexit 1\n")
    said: list[str] = []
    assert not found.build(str(compiler), said.append)
    assert "could not be built: no such module" in said[-1]
    assert found.folder_of("yaml") is None


def test_sdks_are_written_by_the_generator_of_the_pinned_engine() -> None:
    """`complete` and the engine are built from one version of Pulumi."""
    module = (HOSTS / "complete" / "go.mod").read_text("utf-8")
    assert set(re.findall(r"github\.com/pulumi/pulumi/(?:pkg|sdk)/v3 (v\S+)", module)) == {
        engine.pinned_version()
    }


@pytest.mark.engine
@pytest.mark.timeout(600)
@pytest.mark.skipif(shutil.which("go") is None, reason="no go on PATH")
def test_calls_pass_to_an_older_host_as_they_are() -> None:
    """What the host says, a refusal above all, is what the engine hears: see complete/older_test.go."""
    tests = subprocess.run(
        ["go", "test", "-count=1", "./..."],
        cwd=HOSTS / "complete",
        env=os.environ | {"GOFLAGS": "-mod=readonly"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert tests.returncode == 0, tests.stdout + tests.stderr
    assert re.search(r"^ok\s", tests.stdout, re.MULTILINE), "no Go test ran"


@pytest.mark.engine
@pytest.mark.skipif(not engine_at_hand(), reason=NO_ENGINE)
def test_without_a_python_host_adding_a_package_says_what_to_install(
    local_aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs in Python run without one, but only the Pulumi CLI writes SDKs."""
    if engine.language_host("python"):
        pytest.skip("this machine has pulumi-language-python")
    (tmp_path / "Pulumi.yaml").write_text("name: own\nruntime: python\n")
    (tmp_path / "schema.json").write_text(json.dumps({"name": "none", "version": "1.0.0"}))
    command = [sys.executable, "-m", "localaws", "pulumi", "--endpoint", local_aws.endpoint]
    answer = subprocess.run(
        [*command, "package", "add", "schema.json"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert answer.returncode != 0
    assert "install the Pulumi CLI" in answer.stderr
    assert "Traceback" not in answer.stderr
