"""The tests themselves send nothing to whatever a developer's shell points at."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import boto3

from tests import ROOT
from tests.journeys import hostile

SAMPLE = (
    "packages/localaws/tests/test_identity.py",
    "packages/localaws/tests/test_serve.py",
    "tests/test_surroundings.py::test_nothing_of_a_developers_own_is_left",
)


def test_nothing_of_a_developers_own_is_left() -> None:
    """A test sees no variable, profile, credentials or Region of the developer who runs it."""
    assert [name for name, value in os.environ.items() if hostile.MARK in value] == []
    session = boto3.Session()
    assert session.get_credentials() is None
    assert session.region_name is None
    assert session.available_profiles == []


def test_tests_call_nobody_in_a_developers_own_surroundings(tmp_path: Path) -> None:
    """With variables that lead to AWS itself, to Pulumi and to proxies, a sample passes and calls nobody."""
    hostile.write_home(tmp_path)
    with hostile.Listener.opened() as listener:
        finished = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *SAMPLE],
            cwd=ROOT,
            env={**os.environ, **hostile.variables(listener, tmp_path), "AWS_REGION": "eu-south-2"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert listener.connections == []
    assert finished.returncode == 0, finished.stdout + finished.stderr
