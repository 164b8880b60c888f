"""All programs behave alike: exit codes, one line for each error, help with examples, hostile text."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from audit.cli import app as audit
from console.commands import Lazy
from console.runner import run as run_here
from ibtrail.commands import app as ibtrail
from localaws.cli import app as localaws
from policies.cli import app as policies
from tests import ROOT

PROGRAMS = {"audit": audit, "policies": policies, "localaws": localaws, "ibtrail": ibtrail}
EVIL = "a\n\x1b[2J\x9bIBT999 forged\u202e"


def run(*arguments: str, redirect: str = "", folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run `python -m …`, its streams redirected as a shell does it."""
    return subprocess.run(
        ["sh", "-c", f'exec "$0" -m "$@" {redirect}', sys.executable, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command below a group."""
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        if isinstance(command, click.Group):
            yield from commands(command, *path, word)
        else:
            yield (*path, word)


EVERY = [(program, *words) for program, group in PROGRAMS.items() for words in commands(group)]


def test_ibtrail_has_every_command_of_the_others() -> None:
    """What can be done by `python -m` can be done by the one script."""
    mine = set(commands(ibtrail))
    assert set(commands(audit)) <= mine
    assert {("policies", *words) for words in commands(policies)} <= mine
    assert {("local", *words) for words in commands(localaws)} <= mine


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_s_help_shows_an_example_that_can_be_typed(words: tuple[str, ...]) -> None:
    """With the name under which the user came there."""
    program, *rest = words
    command: click.Command = PROGRAMS[program]
    context = click.Context(command, info_name=program)
    for word in rest:
        assert isinstance(command, click.Group)
        found = command.get_command(context, word)
        assert found is not None
        command, context = found, click.Context(found, info_name=word, parent=context)
    example = f"  Example: {' '.join(words)}" if rest != ["completion"] else "  Example: eval"
    assert any(line.startswith(example) for line in context.get_help().splitlines())


def test_every_command_named_in_a_page_exists() -> None:
    """`ibtrail x y` in a page is a command or a group of commands."""
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("packages/*/*.md")]
    named = {name for page in pages for name in re.findall(r"ibtrail ([a-z]+)", page.read_text("utf-8"))}
    assert "report" in named
    assert named - {"is"} <= set(ibtrail.commands)


@pytest.mark.parametrize(
    "arguments",
    [
        ["audit", "events", "/no/such/folder"],
        ["ibtrail", "events", "/no/such/folder"],
        ["policies", "prove", "--stack", "nowhere"],
        ["ibtrail", "policies", "lint", "/no/such/file"],
        ["localaws", "serve", "--host", "192.0.2.1"],
        ["ibtrail", "local", "pulumi", "--endpoint", "http://192.0.2.1", "up"],
        *([program, "no-such-command"] for program in PROGRAMS),
        *([program, "--no-such-option"] for program in PROGRAMS),
    ],
    ids=" ".join,
)
def test_bad_input_is_exit_code_2_and_one_line(arguments: list[str]) -> None:
    """It begins with the program's name; nothing goes to stdout."""
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(rf"{arguments[0]}: [^\n]+\n", done.stderr)


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        ("KeyboardInterrupt", 130, "interrupted; no file is left half-written"),
        ("ZeroDivisionError", 3, "a fault of this program, please report it: Z"),
    ],
)
def test_faults_and_interrupts_are_alike(program: str, error: str, code: int, said: str) -> None:
    """Whatever the command was doing."""
    app = PROGRAMS[program]
    name = "events" if program in {"audit", "ibtrail"} else app.list_commands(click.Context(app))[0]
    module = "audit" if program == "ibtrail" else program
    script = (
        f"import {module}.cli as cli, {program if program != 'ibtrail' else 'ibtrail.commands'} as program\n"
        f"from console.runner import run\n"
        f"def fail(**_): raise {error}\n"
        f"cli.app.commands['{name}'].callback = fail\n"
        f"run({'program.app' if program == 'ibtrail' else 'cli.app'}, '{program}')\n"
    )
    words = [name, "."] if name == "events" else [name]
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(f"{program}: {said}" if said else "")
    assert done.stderr.count("\n") == bool(said)


@pytest.mark.parametrize(
    "arguments",
    [
        ["audit", "query"],
        ["ibtrail", "events", "tests"],
        ["policies", "render", "--stack", "dev"],
        ["policies", "lint", "Pulumi.yaml"],
        ["localaws", "serve", "--port", "0"],
        ["ibtrail", "--help"],
        ["ibtrail", "--version"],
    ],
    ids=" ".join,
)
def test_a_closed_standard_output_is_bad_input(arguments: list[str]) -> None:
    """One line, and never a fault of ours."""
    done = run(*arguments, redirect=">&-")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [["audit", "query"], ["policies", "lint", "policies/rendered/dev/key.json"], ["localaws", "--help"]],
)
def test_a_closed_standard_input_hinders_nobody_who_does_not_read_it(arguments: list[str]) -> None:
    """As under a scheduler."""
    done = run(*arguments, redirect="<&-")
    assert (done.returncode, done.stderr) == (0, "")


def hostile(folder: Path) -> Path:
    """A folder with a broken log file whose name would forge a finding."""
    (folder / f"{EVIL}.json.gz").write_bytes(b"\x1f\x8bbroken")
    return folder


@pytest.mark.parametrize(
    "arguments",
    [
        ["audit", "events", "FOLDER"],
        ["audit", "report", "FOLDER"],
        ["audit", "events", EVIL],
        ["audit", "events", ".", "--format", EVIL],
        ["audit", "events", ".", "--output", f"/no/{EVIL}"],
        ["audit", EVIL],
        ["ibtrail", "query", f'SELECT "{EVIL}"', "--source", "FOLDER"],
        ["ibtrail", "query", EVIL, "--source", "FOLDER"],
        ["policies", "lint", EVIL],
        ["policies", "prove", "--stack", EVIL],
        ["policies", "render", "--account-id", EVIL],
        ["localaws", "serve", "--host", EVIL],
        ["localaws", "pulumi", "--endpoint", f"http://{EVIL}", "up"],
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_hostile_text_stays_on_its_line_and_does_nothing_to_a_terminal(
    arguments: list[str], tmp_path: Path
) -> None:
    """Object keys, file names, SQL, arguments: none of them can forge a line of ours."""
    hostile(tmp_path)
    done = run(*(str(tmp_path) if one == "FOLDER" else one for one in arguments))
    assert done.returncode in {1, 2}
    shown = done.stdout + done.stderr
    assert not {one for one in shown if not one.isprintable()} - {"\n"}
    assert not [line for line in shown.splitlines() if line.startswith("IBT999")]
    assert len([line for line in done.stderr.splitlines() if not line.startswith("looked at ")]) == 1


def test_arguments_for_pulumi_are_passed_on_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Options that this program does not know, its own names behind a command, and what stands behind --."""
    passed: list[tuple[list[str], str | None]] = []

    def take(arguments: list[str], endpoint: str | None) -> int:
        passed.append((arguments, endpoint))
        return 7

    monkeypatch.setattr("localaws.pulumi.cli.run", take)
    given = [
        "-C",
        "a folder",
        "--yes",
        "up",
        "--endpoint",
        "x",
        "--help",
        "--version",
        "-vd",
        "--",
        "--x=y",
        "",
    ]
    with pytest.raises(SystemExit, match="7"):
        run_here(ibtrail, "ibtrail", ["local", "pulumi", "--endpoint", "http://127.0.0.1:1", *given])
    assert passed == [(given, "http://127.0.0.1:1")]


def test_help_imports_nothing_that_it_does_not_need() -> None:
    """So that it starts at once."""
    script = (
        "import sys\nfrom ibtrail import main\nsys.argv = ['ibtrail', '--help']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print('loaded:', *sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    ).stdout.rpartition("loaded:")[2]
    heavy = {
        "audit",
        "policies",
        "localaws",
        "msgspec",
        "boto3",
        "botocore",
        "duckdb",
        "yaml",
        "json",
    }
    assert not heavy & set(loaded.split())


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("ibtrail ev", {"events"}),
        ("ibtrail policies pr", {"prove"}),
        ("ibtrail events . --form", {"--format"}),
    ],
)
def test_a_shell_completes_commands_and_options(typed: str, offered: set[str], tmp_path: Path) -> None:
    """By the script that `ibtrail completion bash` prints, run by bash itself."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash here")
    script = tmp_path / "ibtrail"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ibtrail "$@"\n')
    script.chmod(0o755)
    words = " ".join(f"'{word}'" for word in typed.split())
    asking = (
        'eval "$(ibtrail completion bash)"\n'
        f"COMP_WORDS=({words}) COMP_CWORD={len(typed.split()) - 1}\n"
        '_ibtrail_completion ibtrail\nprintf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        [bash, "-c", asking],
        cwd=ROOT,
        env=os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, set(done.stdout.split()), done.stderr) == (0, offered, "")


def test_the_version_is_the_same_everywhere() -> None:
    """As the distribution is called, with its version."""
    said = {run(program, "--version").stdout for program in PROGRAMS}
    assert len(said) == 1
    assert re.fullmatch(r"image-builder-trail \d+\.\d+\.\d+\n", said.pop())


def test_every_late_command_is_where_the_table_says() -> None:
    """A wrong name would be found only by whoever asks for it."""
    for lazy in ibtrail.lazy.values():
        assert isinstance(lazy, Lazy)
        assert lazy.load().name
        assert lazy.help.endswith(".")
