"""`python -m audit` in a process of its own, with the most memory that it ever held."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests import ROOT

MOST_MEGABYTES = 300
_COMMAND = """
import atexit, re, runpy, sys
compiled, peak = sys.argv.pop(1), sys.argv.pop(1)
def note():
    lines = open("/proc/self/status").read()
    open(peak, "w").write(re.search(r"VmHWM:\\s+(\\d+) kB", lines)[1])
atexit.register(note)
if compiled == "no":
    import audit.native
    audit.native.NATIVE = None
runpy.run_module("audit", run_name="__main__", alter_sys=True)
"""


@dataclass(frozen=True)
class Done:
    """How it ended: exit code, lines on stderr, bytes on stdout, and its most resident memory in MB.

    The line that says how much was looked at is left out of `told`.
    """

    code: int
    told: list[str]
    shown: int
    megabytes: float


def audit(
    folder: Path, *arguments: str, compiled: bool = True, environment: Mapping[str, str] | None = None
) -> Done:
    """Run the command; what it needs for itself is written to the folder."""
    peak, out, err = folder / "peak", folder / "stdout", folder / "stderr"
    command = [sys.executable, "-c", _COMMAND, "yes" if compiled else "no", str(peak), *arguments]
    with out.open("wb") as stdout, err.open("wb") as stderr:
        code = subprocess.run(
            command, cwd=ROOT, stdout=stdout, stderr=stderr, env=environment, check=False
        ).returncode
    lines = err.read_text(errors="replace").splitlines()
    told = [line for line in lines if not line.startswith("looked at ")]
    return Done(code, told, out.stat().st_size, int(peak.read_text()) * 1024 / 1e6)
