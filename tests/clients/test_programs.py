"""The programs of the stories: built once and whole, and shown to readers as they are."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from localaws.testing import LocalAws
from tests import ROOT
from tests.clients import programs
from tests.clients.programs import PROGRAMS

CLIENTS = Path(__file__).parent
PAGE = (ROOT / "docs" / "local-aws.md").read_text("utf-8")
SOURCES = {
    "go": "go/*.go",
    "javascript": "javascript/*.js",
    "java": "java/**/*.java",
    "hcl": "terraform/**/*.tf",
}


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place where nothing is built yet."""
    monkeypatch.setattr(programs, "TOOLS", tmp_path / "clients")
    return tmp_path / "clients"


def test_a_program_is_built_once(tools: Path) -> None:
    """What was built from just these sources is used again."""
    said: list[str] = []
    program = replace(PROGRAMS["go"], build=("cp", "main.go", "{made}/stories"))
    assert program.built(said.append)
    assert (program.folder / "stories").is_file()
    assert replace(program, build=("false",)).built(said.append)
    assert said == ["building the stories in go: once, about a minute"]


def test_a_failed_build_is_told_and_leaves_nothing_that_could_run(tools: Path) -> None:
    """The reason is the compiler's own; the next test skips, and says what to do."""
    said: list[str] = []
    program = replace(PROGRAMS["go"], needs=(), build=("sh", "-c", "echo no such module >&2; exit 1"))
    assert not program.built(said.append)
    assert said[-1] == "the stories in go could not be built: no such module"
    assert program.missing() == "the stories in go are not built (`make clients` builds them)"
    assert [one.name for one in tools.iterdir()] == ["go.lock"]


@pytest.mark.parametrize("language", SOURCES)
def test_the_page_shows_what_is_run(language: str) -> None:
    """Each snippet stands in a program or a configuration that is tried, to the letter."""
    shown = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    tried = "\n".join(file.read_text("utf-8") for file in CLIENTS.glob(SOURCES[language]))
    assert shown
    assert [snippet for snippet in shown if snippet.strip() not in tried] == []


def test_the_page_shows_the_variables_that_the_clients_get(local_aws: LocalAws) -> None:
    """The same names with the same values, but for the port."""
    exported = re.search(r"^export (AWS_.*)$", PAGE, re.MULTILINE)
    assert exported is not None
    given = {**local_aws.environment(), "AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}
    for one in shlex.split(exported[1]):
        name, _, value = one.partition("=")
        assert given[name] == value


@pytest.mark.parametrize("file", ["go/go.mod", "go/go.sum", "javascript/package-lock.json", "java/pom.xml"])
def test_modules_are_pinned_and_name_no_registry(file: str) -> None:
    """Each is fetched from wherever the machine's own settings say."""
    text = (CLIENTS / file).read_text("utf-8")
    assert re.search(r"\d\.\d+\.\d", text)
    assert re.findall(r"\"resolved\"|<repository>|<repositories>|^replace", text, re.MULTILINE) == []
