"""`make bench`: run each benchmark in a process of its own and keep what it printed under results/."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"


def names() -> list[str]:
    """Every benchmark: a module of this folder with a `main`, in alphabetical order."""
    return sorted(
        path.stem for path in HERE.glob("*.py") if "def main(" in path.read_text() and path.stem[0] != "_"
    )


def heading() -> str:
    """When and on what it was measured: figures mean nothing without it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    day = datetime.now(UTC).date().isoformat()
    machine = f"{os.cpu_count()} cores · {memory:.0f} GiB · {platform.machine()}"
    return f"{day} · {machine} · Python {platform.python_version()}"


def main(chosen: list[str]) -> int:
    """Run the chosen benchmarks, or all of them; the exit code counts those that failed."""
    unknown = sorted(set(chosen) - set(names()))
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are: {', '.join(names())}", file=sys.stderr)
        return 2
    RESULTS.mkdir(exist_ok=True)
    failed = 0
    for name in chosen or names():
        print(f"── {name}", file=sys.stderr)
        command = [sys.executable, "-m", f"benchmarks.{name}"]
        finished = subprocess.run(command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True, check=False)
        print(finished.stdout)
        if finished.returncode:
            failed += 1
            continue
        target = RESULTS / f"{name}.txt"
        temporary = target.with_suffix(".tmp")
        temporary.write_text(f"{heading()}\n\n{finished.stdout}")
        temporary.replace(target)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
