"""A new channel is one new file, and so is a new kind of finding: nothing else has to be told."""

from __future__ import annotations

import inspect
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import audit
from audit.delivery.channel import Channel, TrailChannel
from audit.delivery.channels import all_channels
from tests.audit.delivery.deployed import Deployed

PACKAGE = Path(audit.__file__).parent
CARDS = PACKAGE / "delivery" / "channels"
TOY = '''"""A channel that sees everything and warns of itself."""

from datetime import UTC, datetime

from audit.delivery.channel import Channel, Sighting
from audit.findings import Finding, FindingKind, Severity

TOY = FindingKind("IBT299", Severity.WARNING, "a toy", "It warns.", "Play.", "https://docs.aws.amazon.com/toy")


class Toy(Channel):
    """Sees everything."""

    name = "Toy"
    pause_seconds = 1.0
    needs = ("toy:Look",)

    def look(self):
        for probe in self.context.probes:
            yield Sighting(probe.request_id, "here", datetime.now(UTC))

    def checks(self):
        return (lambda: [Finding(TOY, "toy", "as it should")],)
'''


@pytest.fixture
def grown(tmp_path: Path) -> Path:
    """A copy of `audit` to which one file was added."""
    shutil.copytree(PACKAGE, tmp_path / "audit", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "audit" / CARDS.relative_to(PACKAGE) / "toy.py").write_text(TOY)
    return tmp_path


def test_a_channel_and_its_finding_are_one_file(grown: Path, deployed: Deployed) -> None:
    """`audit verify` looks into a channel, and tells what it found, because its file is there."""
    finished = subprocess.run(
        [sys.executable, "-m", "audit", "verify", "--format", "json", "--timeout", "60"],
        cwd=grown,
        env=dict(deployed.aws.environment()),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    result = json.loads(finished.stdout)
    assert "Toy" in {row["channel"] for row in result["channels"] if row["seen"]}
    assert [one["code"] for one in result["findings"]] == ["IBT299"]


def test_the_page_of_findings_has_a_kind_because_it_is_declared(grown: Path) -> None:
    """The generated page follows from the one file."""
    page = subprocess.run(
        [sys.executable, "-m", "audit.findings_page"], cwd=grown, capture_output=True, text=True, check=True
    ).stdout
    assert "## IBT299: a toy\n" in page


def test_no_module_outside_the_cards_names_a_channel() -> None:
    """Neither the command nor the wait knows a channel by name, so that none has to learn of another."""
    names = "|".join(channel.__name__ for channel in all_channels())
    pattern = re.compile(rf"\b({names})\b")
    files = [path for path in PACKAGE.rglob("*.py") if not path.is_relative_to(CARDS)]
    assert [path.name for path in files if pattern.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("channel", all_channels(), ids=lambda channel: channel.__name__)
def test_each_channel_has_the_form_of_one(channel: type[Channel]) -> None:
    """One class a file, which says its name, how long it pauses, and what a look takes."""
    file = Path(inspect.getfile(channel))
    assert file.parent == CARDS
    assert [one for one in all_channels() if Path(inspect.getfile(one)) == file] == [channel]
    assert channel.name
    assert channel.pause_seconds > 0
    assert channel.needs
    assert all(re.fullmatch(r"[a-z0-9]+:[A-Z]\w+", action) for action in channel.needs)
    assert channel.follows is None or issubclass(channel.follows, TrailChannel)


def test_no_two_channels_have_one_name() -> None:
    """The result tells them apart by it."""
    names = [channel.name for channel in all_channels()]
    assert len(set(names)) == len(names) >= 4
