"""`python -m audit` run in this process: what it writes, what it says, and its exit code."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from audit.cli import app
from console.runner import run


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    said: str


def audit(capsys: pytest.CaptureFixture[str], *arguments: object) -> Done:
    """Run a command."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        run(app, "python -m audit", [str(one) for one in arguments])
    found = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return Done(ended.value.code, found.out, found.err)
