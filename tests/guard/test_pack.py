"""The pack under the real engine: it stops the bad program and lets every stack of ours pass."""
# ruff: noqa: D103 - each name says the property

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config.stack_file import LOCAL_ACCOUNT, read_stack
from localaws.pulumi import engine
from localaws.testing import LocalAws
from policies.guard.cards import all_cards
from tests.deployers import deployers_credentials

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "policies" / "guard"

pytestmark = pytest.mark.engine


def pulumi(
    aws: LocalAws, folder: Path, *arguments: str, **credentials: str
) -> subprocess.CompletedProcess[str]:
    """Run the real engine in `folder` against `aws`."""
    return subprocess.run(
        [sys.executable, "-m", "localaws", "pulumi", "--endpoint", aws.endpoint, *arguments],
        cwd=folder,
        env={
            **os.environ,
            **credentials,
            "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}",
            "PULUMI_CONFIG_PASSPHRASE": "",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


@pytest.fixture(autouse=True)
def _engine() -> None:
    if engine.find() is None:
        pytest.skip("no Pulumi engine here")


def test_the_engine_stops_the_bad_program_for_every_rule_that_it_breaks(
    local_aws: LocalAws, tmp_path: Path
) -> None:
    folder = tmp_path / "program"
    shutil.copytree(ROOT / "tests" / "guard" / "bad_program", folder)
    assert pulumi(local_aws, folder, "stack", "init", "prod").returncode == 0
    assert pulumi(local_aws, folder, "config", "set", "aws:region", "us-east-1").returncode == 0
    stopped = pulumi(local_aws, folder, "preview", "--stack", "prod", "--policy-pack", str(PACK))
    assert stopped.returncode != 0
    # The provider of the local AWS makes no log groups, so that no program can break that rule here.
    broken = [card.code for card in all_cards() if card.subject != "log-retention"]
    missed = [code for code in broken if f"{code} " not in stopped.stdout]
    assert missed == []


@pytest.mark.parametrize("stack", ["local", "dev", "prod"])
def test_the_engine_lets_every_stack_of_ours_pass(local_aws: LocalAws, tmp_path: Path, stack: str) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    for part in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(ROOT / part, folder)
    for room in ("config", "components", "policies"):
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    assert pulumi(local_aws, folder, "stack", "init", stack).returncode == 0
    deployer = deployers_credentials(local_aws, read_stack(stack, LOCAL_ACCOUNT))
    arguments = ("up", "--yes", "--stack", stack, "--policy-pack", str(PACK))
    passed = pulumi(local_aws, folder, *arguments, **deployer)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "✅ image-builder-trail-guard" in passed.stdout
    assert "mandatory" not in passed.stdout
