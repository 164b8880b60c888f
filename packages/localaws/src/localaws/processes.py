"""Processes that are started here: waited for with a bound, and never left behind."""

from __future__ import annotations

import select
import shutil
import subprocess
from typing import Any

_LONGEST_START_SECONDS = 60.0
_LONGEST_STOP_SECONDS = 10.0


def ready(process: subprocess.Popen[str]) -> str:
    """The endpoint of a `localaws serve` just started, as soon as it says that it answers.

    Raises:
        RuntimeError: it ended, or said something else, or nothing for a minute.

    """
    assert process.stdout is not None  # noqa: S101 - it was started with a pipe
    said, _, _ = select.select([process.stdout], [], [], _LONGEST_START_SECONDS)
    line = process.stdout.readline() if said else ""
    if not line.startswith("ready http://127.0.0.1:"):
        raise RuntimeError(f"the local AWS did not start: it said {line!r} on stdout")
    return line.split()[1]


def stop(process: subprocess.Popen[Any]) -> None:
    """Have a process stop, and kill it if it does not."""
    process.terminate()
    try:
        process.wait(timeout=_LONGEST_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def dying_with_us() -> list[str]:
    """The command before a command that ends when this process is killed, where the system has one."""
    return ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
