"""The flags of a command line, for an engine that runs in another folder."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from localaws.pulumi import arguments, engine

HERE = Path("/here")


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("up --stack dev", "up --stack dev"),
        ("stack export --file out.json", "stack export --file /here/out.json"),
        ("stack export --file=out.json", "stack export --file=/here/out.json"),
        ("stack import --file /there/in.json", "stack import --file /there/in.json"),
        ("import -f in.json -o out.py", "import -f /here/in.json -o /here/out.py"),
        ("destroy -f", "destroy -f"),
        ("up --plan p --config-file c.yaml", "up --plan /here/p --config-file /here/c.yaml"),
        ("up --tracing file:./t --yes", "up --tracing file:/here/t --yes"),
        ("up --otel-traces file://t", "up --otel-traces file:///here/t"),
        ("up --tracing http://127.0.0.1:1", "up --tracing http://127.0.0.1:1"),
        ("preview --policy-pack org/pack", "preview --policy-pack org/pack"),
        ("stack graph g.dot", "stack graph /here/g.dot"),
        ("watch --path src", "watch --path /here/src"),
        ("config set --path a.b c", "config set --path a.b c"),
        ("config set key file.txt", "config set key file.txt"),
    ],
)
def test_paths_lead_where_the_user_is(line: str, changed: str) -> None:
    """Relative paths become absolute, and nothing else changes."""
    assert " ".join(arguments.with_absolute_paths(line.split(), HERE)) == changed


def test_a_policy_pack_that_is_there_is_a_path(tmp_path: Path) -> None:
    """Each of several policy packs is a path if there is such a folder."""
    (tmp_path / "pack").mkdir()
    changed = arguments.with_absolute_paths(["up", "--policy-pack", "pack,org/other"], tmp_path)
    assert changed[-1] == f"{tmp_path / 'pack'},org/other"


@pytest.mark.parametrize("line", ["-C sub up", "--cwd sub up", "--cwd=sub up", "up -Csub", "up -C sub"])
def test_the_folder_is_taken_out_of_the_line(line: str) -> None:
    """However the folder is given, it is where the command works, and the engine is not told again."""
    words = line.split()
    assert arguments.folder(words, HERE) == HERE / "sub"
    assert arguments.without_folder(words) == ["up"]


def test_settings_named_before_are_replaced() -> None:
    """Another settings file takes the place of the one named, before `--`."""
    line = ["config", "set", "--config-file", "a.yaml", "key", "--", "-5"]
    assert arguments.with_settings(line, HERE) == [
        *["config", "set", "key", "--config-file", "/here", "--", "-5"]
    ]


NO_PATHS = {  # their values are none, though what is said of them speaks of files
    "--config",
    "--cwd",  # taken out before
    "--otel-traces",
    "--path",  # of `watch` alone, and known there
    "--tracing",  # like --otel-traces, a URL that may be a file's
}
ABOUT_STACKS = (
    "cancel", "config", "destroy", "import", "logs", "preview", "refresh", "stack", "state", "up", "watch"
)  # fmt: skip


@pytest.mark.engine
def test_every_flag_of_the_engine_that_names_a_file_is_known(tmp_path: Path) -> None:
    """What the engine's own pages say of a flag tells whether its value is a path: none is forgotten."""
    found = engine.find()
    if found is None:
        pytest.skip("no Pulumi engine is at hand")
    subprocess.run([found, "gen-markdown", tmp_path], check=True, capture_output=True)
    pages = [page for command in ABOUT_STACKS for page in tmp_path.glob(f"pulumi_{command}*.md")]
    lines = [line for page in pages for line in page.read_text().splitlines()]
    flags = [re.match(r" +(?:-\w, |    )(--[\w-]+) (?:string\w*|file:) +(.*)", line) for line in lines]
    paths = re.compile("file|path|folder|director", re.IGNORECASE)
    speaking = {flag[1] for flag in flags if flag and paths.search(flag[0].removeprefix(flag[1]))}
    assert len(speaking) > 10
    assert sorted(speaking - NO_PATHS - arguments.PATHS) == []
