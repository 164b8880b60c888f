"""The page of controls says what it is about, has one row a control, and prints on a few sheets."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from config.stack_file import read_stack
from console.output import Format
from policies.commands.controls import controls as run_controls
from policies.controls import controls
from tests.audit.chromium import CHROMIUM, needs_chromium

MOST_SHEETS = 6


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of prod in an account, as a file."""
    folder = tmp_path_factory.mktemp("page")
    stack = read_stack("prod", "777788889999")
    assert run_controls([stack], Format.HTML, folder / "controls.html", folder / "none.xml") == 0
    return folder / "controls.html"


def test_the_page_says_what_it_is_about(file: Path) -> None:
    """Account, Region, date, commit, tests, scope and totals, before the first table."""
    head = file.read_text("utf-8").partition("<table>")[0]
    said = dict(re.findall(r"<dt>(\w+)</dt><dd>(.*?)</dd>", head))
    assert said["Account"] == "777788889999"
    assert said["Region"].startswith("us-east-1")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", said["Date"])
    assert said["Tests"].startswith("no results")
    assert {"Commit", "Scope", "Totals"} < said.keys()
    counts = [int(number) for number in re.findall(r"\d+", said["Totals"])]
    assert sum(counts) == len(controls())


def test_the_page_has_one_row_for_each_control(file: Path) -> None:
    """In the order of controls.yaml, each under the heading of its framework and version."""
    text = file.read_text("utf-8")
    rows = re.findall(r"<tr><td>([^<]+)</td>", text)
    assert [row.removesuffix(" (FSBP)") for row in rows] == [one.id for one in controls()]
    assert len(re.findall("<caption>", text)) == len({one.framework for one in controls()})


@needs_chromium
def test_the_page_prints_on_a_few_sheets(file: Path) -> None:
    """Of A4, by a real browser."""
    printed = file.with_suffix(".pdf")
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={printed}"]
    subprocess.run([*command, file.as_uri()], check=True, capture_output=True)
    data = printed.read_bytes()
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", data)) <= MOST_SHEETS
    assert re.search(rb"/MediaBox\s*\[0 0 59[45][.\d]* 84[12]", data), "not A4"
