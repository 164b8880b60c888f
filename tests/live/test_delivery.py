"""What the local AWS shows, on the real one: a deployed trail delivers an Image Builder call."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests import ROOT

pytestmark = pytest.mark.live


@pytest.mark.timeout(1500)
@pytest.mark.parametrize("write", [(), ("--write",)], ids=["read", "write"])
def test_a_call_made_now_arrives_in_every_channel(write: tuple[str, ...]) -> None:
    """`audit verify` against the account and Region of the environment, whose only trail it finds."""
    finished = subprocess.run(
        [sys.executable, "-m", "audit", "verify", "--format", "json", *write],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert json.loads(finished.stdout)["delivered"] is True
