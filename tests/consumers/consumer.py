"""A consumer's program in a folder of its own, taken through the steps that the page gives its reader."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shlex
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from localaws.testing import LocalAws
from tests import ROOT
from tests.consumers.hosts import found
from tests.journeys.pulumi_project import NO_ENGINE, engine_at_hand

PAGE: Final = ROOT / "docs" / "use-from-your-program.md"
EXAMPLES: Final = ROOT / "examples" / "consumers"
_LONGEST_STEP_SECONDS: Final = 280.0


@dataclass(frozen=True, slots=True)
class Language:
    """What a language's consumer needs besides the engine."""

    runtime: str
    program: str
    """The file that holds the program."""
    commands: tuple[str, ...] = ()
    registry: Callable[[], str] = str
    """Returns the address that its packages come from; empty where it needs none."""

    def missing(self) -> str | None:
        """What is not there, in one line. None where everything is."""
        if not engine_at_hand():
            return NO_ENGINE
        absent = [command for command in self.commands if shutil.which(command) is None]
        if absent:
            return f"no {' and no '.join(absent)} on PATH"
        if found.folder_of(self.runtime) is None:
            return f"no language host pulumi-language-{self.runtime} (`make hosts` finds or builds it)"
        if (registry := self.registry()) and not _answers(registry):
            return f"{registry} does not answer, which {self.runtime} programs get their packages from"
        return None


def _printed(*command: str) -> Callable[[], str]:
    """What a command prints, up to the first comma."""
    return lambda: subprocess.run(command, capture_output=True, text=True, check=True).stdout.split(",")[0]


LANGUAGES: Final[Mapping[str, Language]] = {
    "python": Language(
        "python",
        "__main__.py",
        registry=lambda: os.environ.get("UV_DEFAULT_INDEX", "https://pypi.org/simple/"),
    ),
    "yaml": Language("yaml", "Pulumi.yaml"),
    "typescript": Language(
        "nodejs", "index.ts", ("node", "npm"), _printed("npm", "config", "get", "registry")
    ),
    "go": Language("go", "main.go", ("go",), _printed("go", "env", "GOPROXY")),
}


def steps() -> list[str]:
    """The commands that the page tells its reader to run, in order."""
    block = re.search(r"```console\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    return block[1].splitlines()


@dataclass(frozen=True)
class Consumer:
    """A copy of an example, with this project beside it under the name that the page gives it."""

    folder: Path
    language: Language
    aws: LocalAws

    @classmethod
    def copied(cls, name: str, place: Path, aws: LocalAws) -> Consumer:
        """Copy the example of a language."""
        clone = place / "image-builder-trail"
        clone.mkdir()  # not a link to the project: some engines keep a schema beside the plugin's folder
        (clone / "components").symlink_to(ROOT / "components")
        folder = place / "my-builds"
        shutil.copytree(EXAMPLES / name, folder)
        return cls(folder, LANGUAGES[name], aws)

    def run(self, step: str, *, expect: int = 0) -> str:
        """Run a step of the page with the local AWS in place of AWS; return everything that it prints."""
        words = shlex.split(step)
        assert words[0] == "pulumi"
        answers = ["--yes", "--skip-preview"] if words[1] in {"up", "destroy"} else []
        finished = subprocess.run(
            [sys.executable, "-m", "localaws", *words, *answers, "--non-interactive"],
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_LONGEST_STEP_SECONDS,
            check=False,
        )
        assert finished.returncode == expect, finished.stdout
        return finished.stdout

    def install_requirements(self) -> None:
        """Install a Python program's requirements, as `pulumi package add` of a whole Pulumi CLI does.

        They go into a folder of their own, in the versions of this environment where it has them, because
        localaws runs Python programs in its own environment.
        """
        here = "\n".join(f"{one.name}=={one.version}" for one in importlib.metadata.distributions())
        (self.folder / "here.txt").write_text(here, encoding="utf-8")
        install = ["uv", "pip", "install", "--quiet", "--constraint", "here.txt", "--target", str(self._site)]
        subprocess.run(
            [sys.executable, "-m", *install, "-r", "requirements.txt"], cwd=self.folder, check=True
        )

    def rewrite(self, old: str, new: str) -> None:
        """Change the program."""
        file = self.folder / self.language.program
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    @property
    def _site(self) -> Path:
        return self.folder / "site"

    def _environment(self) -> dict[str, str]:
        folder = found.folder_of(self.language.runtime)
        given = self.aws.environment()
        return {
            **given,
            "PATH": f"{folder}{os.pathsep}{given['PATH']}",
            "PYTHONPATH": str(self._site),
            "NO_COLOR": "1",
        }


def _answers(url: str) -> bool:
    """Whether a server is reached, whatever it says."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url.strip(), method="HEAD"), timeout=20):  # noqa: S310
            return True
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError):
        return False
