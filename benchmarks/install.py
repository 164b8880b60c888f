"""What an installation costs and how soon it answers: reading alone, and with both extras.

Packages come from uv's cache, where they are by then: fetching them is the network's time, not ours.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 9
MOST_MIB = {"reading": 200, "reading, deploying, local AWS": 700}
STARTS = {"--help": 0.15, "query": 0.30}


def uv(*arguments: str) -> None:
    """Run uv."""
    subprocess.run([Path(sys.executable).with_name("uv"), *arguments, "--quiet"], cwd=ROOT, check=True)


def mebibytes(folder: Path) -> float:
    """What the files of a folder take."""
    return (
        sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        / 2**20
    )


def timed(work: Callable[[], object]) -> float:
    """Wall seconds of one run."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def cpu() -> float:
    """Seconds of CPU that finished children took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def starts(ibtrail: Path, folder: str, argument: str) -> tuple[list[float], list[float]]:
    """Wall and CPU seconds of several runs in an empty folder, after one that compiled the modules."""
    command = [str(ibtrail), argument]

    def run() -> None:
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    run()
    wall: list[float] = []
    used = [cpu()]
    for _ in range(RUNS):
        wall.append(timed(run))
        used.append(cpu())
    return wall, [after - before for before, after in pairwise(used)]


def main() -> int:
    """Build the wheel, install it twice, and start it."""
    with tempfile.TemporaryDirectory() as folder:
        building = timed(lambda: uv("build", "--wheel", "-o", f"{folder}/dist"))
        (wheel,) = Path(folder, "dist").glob("*.whl")
        print(f"{'building the wheel':34} {building:6.1f} s   {wheel.stat().st_size / 2**20:6.1f} MiB")
        for extras, (what, most) in zip(("", "[deploy,local]"), MOST_MIB.items(), strict=True):
            place = Path(folder, f"venv{extras}")
            python = str(place / "bin" / "python")
            uv("venv", str(place), "--python", sys.executable)
            seconds = timed(lambda: uv("pip", "install", "--python", python, f"{wheel}{extras}"))  # noqa: B023 - run here
            size = mebibytes(place)
            print(f"{'install: ' + what:34} {seconds:6.1f} s   {size:6.0f} MiB   target ≤ {most} MiB")
        empty = f"{folder}/empty"
        Path(empty).mkdir()
        for argument, most_seconds in STARTS.items():
            wall, used = starts(Path(folder, "venv", "bin", "ibtrail"), empty, argument)
            middle = statistics.median(wall)
            busy = statistics.median(used)
            spread = f"{min(wall):.2f} to {max(wall):.2f}, CPU {busy:.2f}"
            print(f"{'ibtrail ' + argument:34} {middle:6.2f} s   ({spread})   target ≤ {most_seconds:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
