"""One set of exit codes, one line for each error, never a traceback."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import importlib, os, signal, sys
import click
from console.commands import Commands, Lazy
from console.errors import UserError
from console.messages import say, show_progress
from console.runner import run

app = Commands(
    "app",
    lazy={"gone": Lazy("no_such_package.cli:app", "Needs what is not there.", install="thing[extra]")},
    bad_input=("decimal:InvalidOperation",),
)

@app.command()
@click.option("--code", type=int)
def done(code):
    print("result")
    return code

@app.command()
@click.argument("kind")
def fail(kind):
    if kind == "user":
        raise UserError("file \\x1b[2J\\nIBT999 forged")
    if kind == "lines":
        raise UserError("first", "second")
    if kind == "ours":
        raise ZeroDivisionError("by\\nzero \\x9b")
    if kind == "foreign":
        import decimal
        decimal.Decimal("x")
    if kind == "import":
        importlib.import_module("click.no_such_part")
    if kind == "late":
        import no_such_package
    if kind == "abort":
        raise click.Abort
    os.kill(os.getpid(), signal.SIGINT)

@app.command()
def stdin():
    print(len(sys.stdin.read()))

@app.command()
def wait():
    say("ready")
    signal.pause()

@app.command()
def much():
    for _ in range(100_000):
        print("line")

run(app, "python -m app")
"""


def run(*arguments: str, redirect: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program above, its streams redirected as a shell does it."""
    return subprocess.run(
        ["sh", "-c", f'exec "$0" "$@" {redirect}', sys.executable, "-c", SCRIPT, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(("arguments", "code"), [(["--code", "0"], 0), (["--code", "1"], 1), ([], 0)])
def test_a_command_returns_its_exit_code(arguments: list[str], code: int) -> None:
    """Nothing is 0."""
    done = run("done", *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (code, "result\n", "")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["fail", "user"], 2, "app: file \\x1b[2J\\nIBT999 forged\n"),
        (["fail", "lines"], 2, "app: first\napp: second\n"),
        (["fail", "foreign"], 2, "app: [<class 'decimal.ConversionSyntax'>]\n"),
        (["fail"], 2, "app: Missing argument 'KIND'; see python -m app fail --help\n"),
        (["done", "--code", "x"], 2, "app: Invalid value for '--code': 'x' is not a valid integer; see"),
        (
            ["done", "\x1b[2J"],
            2,
            "app: Got unexpected extra argument (\\x1b[2J); see python -m app done --help\n",
        ),
        (["nothing"], 2, "app: No such command 'nothing'; see python -m app --help\n"),
        (["dono"], 2, "app: No such command 'dono'. Did you mean 'done'? See python -m app --help\n"),
        (["gone"], 2, "app: gone needs no_such_package, which is not installed: pip install"),
        (
            ["fail", "ours"],
            3,
            "app: a fault of this program, please report it: ZeroDivisionError: by\\nzero \\x9b (",
        ),
        (["fail", "import"], 3, "app: a fault of this program, please report it: ModuleNotFoundError"),
        (["fail", "late"], 3, "app: a fault of this program, please report it: ModuleNotFoundError"),
        (["fail", "abort"], 130, "app: interrupted; no file is left half-written\n"),
        (["fail", "interrupt"], 130, "app: interrupted; no file is left half-written\n"),
    ],
)
def test_each_way_to_fail_has_its_code_and_one_line(arguments: list[str], code: int, said: str) -> None:
    """Nothing goes to standard output, and what is said cannot be forged or obeyed by a terminal."""
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == max(said.count("\n"), 1 if said else 0)
    assert "Traceback" not in done.stderr


def test_no_command_is_help_on_standard_error() -> None:
    """With the exit code of a usage error."""
    done = run()
    assert (done.returncode, done.stdout) == (2, "")
    assert "gone   Needs what is not there." in done.stderr


def test_the_environment_can_ask_for_a_traceback() -> None:
    """For whoever has to find out what happened; each line is still safe."""
    for kind in ("ours", "user"):
        done = run("fail", kind, IBTRAIL_DEBUG="1")
        assert "Traceback (most recent call last):" in done.stderr
        assert "\x1b" not in done.stderr


@pytest.mark.parametrize("arguments", [["done"], ["--help"], ["done", "--help"], ["much"]])
@pytest.mark.parametrize("redirect", [">&-", ">/dev/full", "1</dev/null"])
def test_standard_output_that_takes_nothing_is_bad_input(arguments: list[str], redirect: str) -> None:
    """Closed, full or the wrong way round: one line that names it."""
    if redirect == ">/dev/full" and not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    done = run(*arguments, redirect=redirect)
    reason = os.strerror(errno.ENOSPC if "full" in redirect else errno.EBADF)
    assert (done.returncode, done.stderr) == (2, f"app: standard output: {reason}\n")


def test_a_closed_standard_input_is_bad_input_for_those_who_read_it() -> None:
    """Who does not read it, is not hindered."""
    read, unread = run("stdin", redirect="<&-"), run("done", redirect="<&-")
    assert (read.returncode, read.stdout) == (2, "")
    assert read.stderr == f"app: standard input: {os.strerror(errno.EBADF)}\n"
    assert (unread.returncode, unread.stdout) == (0, "result\n")


def test_a_closed_standard_error_changes_nothing() -> None:
    """What is said there is lost, and the exit code is the same."""
    assert run("fail", "user", redirect="2>&-").returncode == 2
    assert run("done", redirect="2>&-").stdout == "result\n"


def test_a_reader_who_left_is_no_error() -> None:
    """`… | head -1` ends quietly."""
    done = run("much", redirect='| head -1; exit "${PIPESTATUS:-0}"')
    assert (done.stdout, done.stderr) == ("line\n", "")


def test_a_file_never_takes_the_number_of_a_closed_stream() -> None:
    """Else what is printed would end in it."""
    script = SCRIPT.replace('print("result")', "click.echo(os.open(os.devnull, os.O_RDONLY), err=True)")
    command = ["sh", "-c", 'exec "$0" -c "$1" done <&- >&-', sys.executable, script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert int(done.stderr) > 2


def test_an_interrupt_from_outside_is_130() -> None:
    """As a shell expects of an interrupted command."""
    command = [sys.executable, "-c", SCRIPT, "wait"]
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr.read() == "app: interrupted; no file is left half-written\n"
