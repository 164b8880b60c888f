"""What is rendered is what is deployed, each statement explained; committed copies are in step."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from config.stack import Stack
from config.stack_file import read_stack
from console.output import Format
from policies.copies import COPIES, expected_copies, stale_copies, write_copies
from policies.documents import documents
from policies.render import render
from tests.policies.stacks import CONFIGURED, EVERY, FULL, PLAIN, changed, stack_name

CODE = re.compile(r"```json\n(.*?)\n```", re.DOTALL)


class Page(HTMLParser):
    """The text of a page, by the kind of element that it stands in."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """Begin an element."""
        if tag != "meta":
            self.open.append(tag)
            self.found.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        while self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Take the text of the innermost element."""
        if self.open:
            self.found[self.open[-1]][-1] += data


@pytest.mark.parametrize("stack", EVERY, ids=stack_name)
def test_json_is_every_document_and_nothing_else(stack: Stack) -> None:
    """The JSON has each document under its name."""
    expected = {name: document.document() for name, document in documents(stack).items()}
    assert json.loads(render(stack, Format.JSON)) == expected


@pytest.mark.parametrize("stack", EVERY, ids=stack_name)
def test_markdown_explains_every_statement(stack: Stack) -> None:
    """Each statement stands there in its order, with its effect, Sid, purpose, page and JSON."""
    text = render(stack, Format.MARKDOWN)
    every = [one for document in documents(stack).values() for one in document.statements]
    assert [json.loads(code) for code in CODE.findall(text)] == [one.body() for one in every]
    for one in every:
        assert f"### {one.effect}: {one.sid}\n\n{one.purpose} [AWS]({one.reference})\n" in text


@pytest.mark.parametrize("stack", [PLAIN, FULL], ids=stack_name)
def test_html_explains_every_statement(stack: Stack) -> None:
    """The page holds the same, and loads nothing from elsewhere."""
    text = render(stack, Format.HTML)
    page = Page(text)
    every = [one for document in documents(stack).values() for one in document.statements]
    assert [json.loads(code) for code in page.found["pre"]] == [one.body() for one in every]
    assert [line.removesuffix(" ") for line in page.found["p"][1:]] == [one.purpose for one in every]
    assert not re.search(r"<(script|img|link|iframe)|url\(", text)


def test_html_takes_names_as_text() -> None:
    """A name with markup in it does not become markup."""
    text = render(replace(PLAIN, name="<script>alert(1)</script>"), Format.HTML)
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_the_committed_copies_are_in_step() -> None:
    """policies/rendered is what the code says; if not: python -m policies render --write."""
    assert list(stale_copies(CONFIGURED)) == []


def test_the_copies_hold_every_document_of_every_stack() -> None:
    """There is one file for each document, and one page that explains them."""
    expected = {Path(stack.name) / f"{name}.json" for stack in CONFIGURED for name in documents(stack)}
    assert set(expected_copies(CONFIGURED)) == expected | {Path(one.name) / "README.md" for one in CONFIGURED}


def test_stale_copies_are_told(tmp_path: Path) -> None:
    """A copy that differs, is missing, or is of nothing is named; writing corrects all three."""
    shutil.copytree(COPIES, tmp_path, dirs_exist_ok=True)
    (tmp_path / "dev/key.json").write_text("{}")
    (tmp_path / "dev/bucket.json").unlink()
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone/key.json").write_text("{}")
    assert {line.removeprefix(f"{tmp_path}/") for line in stale_copies(CONFIGURED, tmp_path)} == {
        "dev/key.json: differs from what the code says",
        "dev/bucket.json: missing",
        "gone/key.json: nothing renders it any more",
    }
    write_copies(CONFIGURED, tmp_path)
    assert list(stale_copies(CONFIGURED, tmp_path)) == []


def test_a_changed_setting_makes_the_copies_stale(tmp_path: Path) -> None:
    """A stack that no longer protects its logs shows as a changed policy."""
    dev = read_stack("dev")
    write_copies([dev], tmp_path)
    stale = list(stale_copies([changed(dev, protect_logs=False)], tmp_path))
    assert {Path(line.partition(":")[0]).name for line in stale} == {
        "bucket.json",
        "key.json",
        "README.md",
    }
