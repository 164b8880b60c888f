"""The programs that tell the stories, each built once from pinned modules, and anew when these change."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests import ROOT

TOOLS: Final = ROOT / ".tools" / "clients"
_SOURCES: Final = Path(__file__).parent
STORIES: Final = ("cloudtrail", "imagebuilder", "s3", "services")


@dataclass(frozen=True, slots=True)
class Program:
    """One language's program. In commands `{made}` is the folder that its build fills."""

    language: str
    user_agent: str
    """What the records' user agents begin with."""
    needs: tuple[str, ...]
    """Commands that must be on PATH."""
    build: tuple[str, ...]
    """Run in a copy of the sources."""
    run: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Where the program is, once it is built from just these sources."""
        digest = hashlib.sha256()
        for file in self._files():
            digest.update(f"{file.relative_to(_SOURCES)}\0".encode() + file.read_bytes())
        return TOOLS / f"{self.language}-{digest.hexdigest()[:12]}"

    def absent(self) -> str | None:
        """The commands that are not there, in one line. None where all are."""
        names = [command for command in self.needs if shutil.which(command) is None]
        return f"no {' and no '.join(names)} on PATH" if names else None

    def missing(self) -> str | None:
        """What is not there, in one line. None where the program can run."""
        if reason := self.absent():
            return reason
        if not self.folder.is_dir():
            return f"the stories in {self.language} are not built (`make clients` builds them)"
        return None

    def built(self, say: Callable[[str], None]) -> bool:
        """Build it, unless it is there: one process at a time, and whole or not at all."""
        TOOLS.mkdir(parents=True, exist_ok=True)
        with (TOOLS / f"{self.language}.lock").open("w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.folder.is_dir():
                return True
            say(f"building the stories in {self.language}: once, about a minute")
            with tempfile.TemporaryDirectory(dir=TOOLS, prefix="building-") as place:
                return self._build(Path(place) / "made", say)

    def command(self, *stories: str) -> list[str]:
        """The command that tells stories."""
        return [*self._filled(self.run, self.folder), *stories]

    def _build(self, made: Path, say: Callable[[str], None]) -> bool:
        sources = made.with_name("sources")
        for file in self._files():
            copy = sources / file.relative_to(_SOURCES / self.language)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copy)
        made.mkdir()
        finished = subprocess.run(
            self._filled(self.build, made), cwd=sources, capture_output=True, text=True, check=False
        )
        if finished.returncode:
            told = [line for line in (finished.stderr + finished.stdout).splitlines() if line.strip()]
            say(
                f"the stories in {self.language} could not be built: {told[-1] if told else 'no reason told'}"
            )
            return False
        shutil.copytree(sources, made, dirs_exist_ok=True, symlinks=True)
        made.replace(self.folder)
        return True

    def _files(self) -> list[Path]:
        """The sources, and nothing that somebody's own build has left among them."""
        found = (_SOURCES / self.language).rglob("*")
        return sorted(
            one for one in found if one.is_file() and not {"node_modules", "target"} & set(one.parts)
        )

    @staticmethod
    def _filled(command: tuple[str, ...], made: Path) -> list[str]:
        return [part.replace("{made}", str(made)) for part in command]


PROGRAMS: Final[Mapping[str, Program]] = {
    program.language: program
    for program in (
        Program(
            "go",
            "aws-sdk-go-v2/",
            needs=("go",),
            build=("go", "build", "-mod=readonly", "-buildvcs=false", "-o", "{made}/stories", "."),
            run=("{made}/stories",),
        ),
        Program(
            "javascript",
            "aws-sdk-js/3",
            needs=("node", "npm"),
            build=("npm", "ci", "--silent", "--no-fund", "--no-audit", "--ignore-scripts"),
            run=("node", "--no-warnings", "{made}/stories.js"),
        ),
        Program(
            "java",
            "aws-sdk-java/2",
            needs=("java", "mvn"),
            build=(
                *("mvn", "--quiet", "--batch-mode", "-Dtarget={made}", "compile"),
                *("dependency:copy-dependencies", "-DoutputDirectory={made}/jars"),
            ),
            run=("java", "-cp", f"{{made}}/classes{os.pathsep}{{made}}/jars/*", "stories.Stories"),
        ),
    )
}
