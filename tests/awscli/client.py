"""The AWS CLI in an environment of its own: it pins a botocore that is not ours."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from localaws.testing import LocalAws

VERSION = "1.46.3"
_FIND = "import shutil, sys; print(shutil.which('aws', path=sys.prefix + '/bin'))"


@dataclass(frozen=True)
class AwsCli:
    """Runs `aws …` against a local AWS."""

    aws: LocalAws

    def __post_init__(self) -> None:
        if self._uvx() is None:
            pytest.skip("the AWS CLI needs uvx, which is not installed")
        if self.run("--version").returncode:
            pytest.skip(f"awscli {VERSION} cannot be installed from PyPI here")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command; its output is text."""
        command = [str(self._uvx()), "--quiet", "--from", f"awscli=={VERSION}", "aws", *arguments]
        return subprocess.run(
            command,
            env=dict(self.aws.environment()),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    def executable(self) -> str:
        """The path of `aws` itself, for a shell."""
        find = [str(self._uvx()), "--quiet", "--from", f"awscli=={VERSION}", "python", "-c", _FIND]
        return subprocess.run(find, capture_output=True, text=True, check=True).stdout.strip()

    @staticmethod
    def _uvx() -> str | None:
        return shutil.which("uvx", path=str(Path(sys.executable).parent)) or shutil.which("uvx")
