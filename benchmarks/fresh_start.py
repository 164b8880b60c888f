"""How long a newcomer waits: a fresh clone to the end of `make demo`, and the second time.

The engine is taken as at hand (`pulumi` on PATH): fetching it is the network's time, not ours.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGETS = {"make setup": 60.0, "make demo, first": 60.0, "make demo, second": 8.0}


def timed(command: list[str], folder: Path, environment: dict[str, str]) -> float:
    """Wall seconds of one command that must succeed."""
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def engine_folder() -> str:
    """The folder of the engine, so that the clone finds it on PATH."""
    found = subprocess.run(
        [sys.executable, "-m", "localaws.pulumi.engine"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return str(Path(found.stdout.strip().splitlines()[-1]).parent)


def main() -> int:
    """Clone, set up with an empty package cache, and play the demo twice."""
    with tempfile.TemporaryDirectory() as temporary:
        clone = Path(temporary) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        environment = os.environ | {
            "PATH": f"{engine_folder()}{os.pathsep}{os.environ['PATH']}",
            "UV_CACHE_DIR": f"{temporary}/uv-cache",
            "PIP_NO_CACHE_DIR": "1",
        }
        setup = timed(["make", "setup"], clone, environment)
        first = timed(["make", "demo"], clone, environment)
        second = timed(["make", "demo"], clone, environment)
    figures = {"make setup": setup, "make demo, first": setup + first, "make demo, second": second}
    for name, seconds in figures.items():
        print(f"{name:20} {seconds:6.1f} s   target ≤ {TARGETS[name]:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
