"""`make demo`, as a newcomer runs it."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from localaws.pulumi import engine
from tests import ROOT


def play(**environment: str) -> subprocess.CompletedProcess[str]:
    """Run the demo as its own process."""
    return subprocess.run(
        [sys.executable, "-m", "examples.demo"],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def assert_delivered(finished: subprocess.CompletedProcess[str]) -> None:
    """Exit code 0, the promised last line, and each kind of identity in the report."""
    assert finished.returncode == 0, finished.stderr
    last = finished.stdout.splitlines()[-1]
    counts = re.fullmatch(r"DELIVERED (\d+)/(\d+)", last)
    assert counts, last
    assert counts[1] == counts[2]
    assert int(counts[1]) >= 77
    for kind in ("Root", "IAMUser", "AssumedRole", "FederatedUser", "AWSService"):
        assert kind in finished.stdout


@pytest.mark.engine
def test_the_demo_delivers_every_call_through_a_trail_that_the_engine_deployed() -> None:
    """With an engine, the stack is put up by it."""
    if engine.find() is None:
        pytest.skip("no Pulumi engine to be had: see `make engine`")
    finished = play()
    assert_delivered(finished)
    assert "aws:cloudtrail:Trail" in finished.stderr


def test_without_an_engine_the_demo_still_delivers_and_says_so_in_one_line() -> None:
    """Where there is neither pulumi nor Go, the same program deploys without state or preview."""
    finished = play(LOCALAWS_ENGINE_SOURCES="none", REQUIRE_PARTS="")
    assert_delivered(finished)
    said = [line for line in finished.stderr.splitlines() if "engine" in line.lower()]
    assert len(said) == 1, finished.stderr


def test_where_parts_are_required_the_demo_does_not_go_on_without_an_engine() -> None:
    """CI cannot be green without one; one line says what is missing."""
    finished = play(LOCALAWS_ENGINE_SOURCES="none", REQUIRE_PARTS="1")
    assert finished.returncode == 3
    assert finished.stdout == ""
    (line,) = finished.stderr.splitlines()
    assert line.startswith("demo: REQUIRE_PARTS=1, and there is no Pulumi engine: ")
