"""Builds commands from pinned Go modules: one process at a time, and whole or not at all."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class GoTool:
    """One command of a Go module, and the file that it becomes."""

    name: str
    """What it is called in messages, such as "the Pulumi engine v3.250.0"."""
    module: Path
    """The folder of the go.mod that pins it."""
    package: str
    """The package of the command; "." for the module's own."""
    target: Path
    lasts: str
    """How long a build takes, in words."""
    linker_flags: str = ""

    def build(
        self, go: str, say: Callable[[str], None], works: Callable[[Path], bool] = Path.is_file
    ) -> Path | None:
        """Build the command with the Go compiler `go`, unless another process did in the meantime.

        `say` takes lines of progress. `works` tells whether a file that is there already will do.
        Returns None, after a line that says why, where it cannot be built.
        """
        self.target.parent.mkdir(parents=True, exist_ok=True)
        with self._alone(say):
            if works(self.target):
                return self.target
            say(f"building {self.name} from its Go module: once, {self.lasts}")
            with tempfile.TemporaryDirectory(dir=self.target.parent, prefix="building-") as folder:
                made = Path(folder) / self.target.name
                if not self._compiled(go, made, say):
                    return None
                made.replace(self.target)
        say(f"{self.name} is in {self.target}")
        return self.target

    def _compiled(self, go: str, made: Path, say: Callable[[str], None]) -> bool:
        flags = f"-s -w {self.linker_flags}".strip()
        command = [go, "build", "-C", str(self.module), "-buildvcs=false", "-ldflags", flags]
        with subprocess.Popen(
            [*command, "-o", str(made), self.package],
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"GOFLAGS": "-mod=readonly"},
        ) as build:
            last = ""
            for line in build.stderr or ():
                last = line.strip() or last
                if line.startswith("go: downloading") and sys.stderr.isatty():
                    say(line.strip())
        if build.returncode != 0:
            say(f"{self.name} could not be built: {last}")
        return build.returncode == 0

    @contextmanager
    def _alone(self, say: Callable[[str], None]) -> Iterator[None]:
        """Hold a lock file; the system releases it even if this process is killed."""
        with (self.target.parent / "build.lock").open("w", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say(f"another process is building {self.name}: waiting for it")
                fcntl.flock(file, fcntl.LOCK_EX)
            yield
