"""CI cannot be green without a part: a skip is a failure where parts are required."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ROOT

SKIPPED_TEST = """
import pytest

@pytest.mark.skipif(True, reason="no engine: make engine")
def test_of_the_engine(): pass
"""
SKIPPED_BY_FIXTURE = """
import pytest

@pytest.fixture
def engine():
    pytest.skip("no engine: make engine")

def test_of_the_engine(engine): pass
"""
SKIPPED_MODULE = """
import pytest

pytest.skip("no engine: make engine", allow_module_level=True)
"""
LIVE_TEST = """
import pytest

@pytest.mark.live
@pytest.mark.skip(reason="needs a real AWS account")
def test_of_an_account(): pass
"""
OPTIONAL_TEST = """
import pytest

pytestmark = pytest.mark.optional_part

@pytest.fixture
def client():
    pytest.skip("no client: install it")

def test_of_the_client(client): pass
"""
EXPECTED_FAILURE = """
import pytest

@pytest.mark.xfail(reason="not yet")
def test_of_what_comes(): assert False
"""


def run(folder: Path, text: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run one file of tests with the plugin."""
    (folder / "test_it.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    live\n    optional_part\n")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.required_parts", str(folder)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "REQUIRE_PARTS": ""} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("text", [SKIPPED_TEST, SKIPPED_BY_FIXTURE, SKIPPED_MODULE])
def test_a_missing_part_is_a_failure_that_names_it(tmp_path: Path, text: str) -> None:
    """With REQUIRE_PARTS=1, however the test is skipped."""
    finished = run(tmp_path, text, REQUIRE_PARTS="1")
    assert finished.returncode != 0
    assert "a part is missing: no engine: make engine" in finished.stdout


@pytest.mark.parametrize("text", [SKIPPED_TEST, SKIPPED_BY_FIXTURE])
def test_elsewhere_a_missing_part_is_a_skip(tmp_path: Path, text: str) -> None:
    """A developer without the part may go on."""
    finished = run(tmp_path, text)
    assert finished.returncode == 0, finished.stdout
    assert "1 skipped" in finished.stdout


@pytest.mark.parametrize("text", [LIVE_TEST, OPTIONAL_TEST, EXPECTED_FAILURE])
def test_what_is_no_missing_part_stays_as_it_is(tmp_path: Path, text: str) -> None:
    """Nothing ever asks for a real account or an optional part, and an expected failure is no skip."""
    finished = run(tmp_path, text, REQUIRE_PARTS="1")
    assert finished.returncode == 0, finished.stdout


def test_the_order_can_be_repeated(tmp_path: Path) -> None:
    """The summary says the seed, also with -q."""
    finished = run(tmp_path, "def test_it(): pass")
    assert "pytest --randomly-seed=" in finished.stdout
    assert finished.stdout.splitlines()[-1].startswith("1 passed")
