"""`python -m audit.native`: compile records.c with the machine's C compiler, unless that was done before."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from audit.native import SOURCE, library_path

FLAGS = ("-std=gnu11", "-O3", "-fPIC", "-shared")


def compiled(library: Path) -> str | None:
    """Compile to a file; None once it is there, or why it is not. Removes what was compiled there before."""
    if library.exists():
        return None
    name = os.environ.get("CC", "cc")
    compiler = shutil.which(name)
    if compiler is None:
        return f"no C compiler ({name}) was found"
    with tempfile.TemporaryDirectory(dir=library.parent) as folder:
        unfinished = Path(folder, "library")
        command = [compiler, *FLAGS, "-o", str(unfinished), str(SOURCE)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return f"{name} refuses: {(done.stderr.splitlines() or ['for no stated reason'])[0]}"
        for old in library.parent.glob("records-*.so"):
            old.unlink(missing_ok=True)
        unfinished.replace(library)
    return None


if __name__ == "__main__":
    fault = compiled(library_path())
    if fault:
        from console.messages import say  # the build of a wheel has no console

        say(f"{fault}: reading logs works, but takes about twice as long")
