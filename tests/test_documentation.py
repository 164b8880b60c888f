"""Documents that cannot lie: what they name exists."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("packages/**/*.md")])
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")
COMMAND = re.compile(r"python -m (localaws|audit|policies) ([a-z]+)")
TARGET = re.compile(r"(?:^|`)make ([a-z]+)", re.MULTILINE)


def name(page: Path) -> str:
    """The page's name in the test report."""
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    """A link into the project points at something that is there."""
    broken = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert broken == []


def test_every_make_target_named_in_a_document_exists() -> None:
    """`make x` in a page is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {target for page in PAGES for target in TARGET.findall(page.read_text())}
    assert "demo" in named
    assert named <= targets


def test_every_command_named_in_a_document_answers_help() -> None:
    """`python -m PACKAGE COMMAND` in a page is a command of that package, and its help shows an example."""
    named = {command for page in PAGES for command in COMMAND.findall(page.read_text())}
    assert ("audit", "report") in named
    silent = []
    for package, command in sorted(named - {("localaws", "pulumi")}):
        answer = subprocess.run(
            [sys.executable, "-m", package, command, "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode or "example" not in answer.stdout.lower():
            silent.append(f"python -m {package} {command}")
    assert silent == []


def test_every_decision_record_is_in_the_index() -> None:
    """docs/adr/README.md lists each record."""
    index = (ROOT / "docs/adr/README.md").read_text()
    records = [path.name for path in (ROOT / "docs/adr").glob("[0-9]*.md")]
    assert [record for record in records if record not in index] == []


def test_no_file_of_the_project_names_a_place_on_somebodys_machine() -> None:
    """Paths in sources and pages are relative to the project, or the user's own."""
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    place = re.compile(rb"/(?:root|work|home/\w+|Users/\w+)/[\w.]")
    guilty = [
        file for file in tracked if (ROOT / file).is_file() and place.search((ROOT / file).read_bytes())
    ]
    assert guilty == []
