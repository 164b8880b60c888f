"""`make demo`, as a newcomer runs it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from localaws.pulumi import engine
from tests import ROOT
from tests.journeys import hostile
from tests.journeys.pulumi_project import kill_session, running_in, wait_until

_SAMPLE = (ROOT / "README.md").read_text().partition("\nWHO ")[2].partition("\n…")[0]
README_LINES = [" ".join(line.split()) for line in f"WHO {_SAMPLE}".splitlines()]
DEMO = [sys.executable, "-m", "examples.demo"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--help"], 0, "Example: python -m examples.demo --html who-did-what.html"),
        (["--hlep"], 2, "--hlep"),
        (["now"], 2, "unexpected extra argument (now)"),
        (["--html", "/no/such/folder/a.html"], 2, "--html /no/such/folder/a.html: no file can be made in"),
    ],
)
def test_the_demo_answers_options_before_it_begins(arguments: list[str], code: int, said: str) -> None:
    """Whoever asks for help, or mistypes, does not deploy anything."""
    done = subprocess.run([*DEMO, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "deploying" in done.stderr) == (code, False)
    assert said in done.stdout + done.stderr
    assert len(done.stderr.splitlines()) == (1 if code else 0)


def play(home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the demo in the surroundings of somebody who works with AWS itself; it must send nothing there."""
    hostile.write_home(home)
    with hostile.Listener.opened() as listener:
        finished = subprocess.run(
            DEMO,
            cwd=ROOT,
            env={**os.environ, **hostile.variables(listener, home), **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert listener.connections == []
    return finished


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
    shown = [" ".join(line.split()) for line in finished.stdout.splitlines()]
    lines = [line for line in README_LINES if not any(one.startswith(line) for one in shown)]
    assert lines == [], "README.md shows what the demo does not print"


@pytest.mark.engine
def test_the_demo_delivers_every_call_through_a_trail_that_the_engine_deployed(tmp_path: Path) -> None:
    """With an engine, the stack is put up by it."""
    if engine.find() is None:
        pytest.skip("no Pulumi engine is at hand: see `make engine`")
    finished = play(tmp_path)
    assert_delivered(finished)
    assert "aws:cloudtrail:Trail" in finished.stderr


def test_without_an_engine_the_demo_still_delivers_and_says_so_in_one_line(tmp_path: Path) -> None:
    """Where there is neither pulumi nor Go, the same program deploys without state or preview."""
    finished = play(tmp_path, LOCALAWS_ENGINE_SOURCES="none", REQUIRE_PARTS="")
    assert_delivered(finished)
    said = [line for line in finished.stderr.splitlines() if "engine" in line.lower()]
    assert len(said) == 1, finished.stderr


def test_where_parts_are_required_the_demo_does_not_go_on_without_an_engine(tmp_path: Path) -> None:
    """CI cannot be green without one; one line says what is missing."""
    finished = play(tmp_path, LOCALAWS_ENGINE_SOURCES="none", REQUIRE_PARTS="1")
    assert finished.returncode == 3
    assert finished.stdout == ""
    (line,) = finished.stderr.splitlines()
    assert line.startswith("demo: REQUIRE_PARTS=1, and there is no Pulumi engine: ")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGINT, 130),
        (signal.SIGTERM, 143),
        pytest.param(
            signal.SIGKILL,
            -signal.SIGKILL,
            marks=pytest.mark.skipif(not shutil.which("setpriv"), reason="no setpriv on this system"),
        ),
    ],
)
def test_a_demo_that_is_stopped_leaves_nothing_running(number: signal.Signals, code: int) -> None:
    """However it ends, the local AWS, the engine and the program end with it."""
    with subprocess.Popen(
        DEMO, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as demo:
        try:
            assert demo.stderr is not None
            assert any("deploying stack" in line for line in demo.stderr)
            assert len(running_in(demo.pid)) > 1
            demo.send_signal(number)
            assert demo.wait() == code
            wait_until(lambda: not running_in(demo.pid), "nothing of it runs")
        finally:
            kill_session(demo.pid)


def test_a_demo_whose_local_aws_goes_away_says_so_in_one_line() -> None:
    """Without its local AWS the demo ends with exit code 3 and one line about it, not with a traceback."""
    with subprocess.Popen(
        DEMO,
        cwd=ROOT,
        env={**os.environ, "LOCALAWS_ENGINE_SOURCES": "none", "REQUIRE_PARTS": ""},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as demo:
        try:
            assert demo.stderr is not None
            assert any("waiting for delivery" in line for line in demo.stderr)
            [serving] = [pid for pid in running_in(demo.pid) if b"serve" in command_of(pid)]
            os.kill(serving, signal.SIGKILL)
            said = demo.stderr.read()
            assert demo.wait() == 3, said
        finally:
            kill_session(demo.pid)
    assert "Traceback" not in said
    assert said.splitlines()[-1].startswith("demo: ")


def command_of(process: int) -> bytes:
    """The command line of a process, each word ended by a zero byte."""
    return (Path("/proc") / str(process) / "cmdline").read_bytes()
