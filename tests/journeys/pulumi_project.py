"""A Pulumi project in a folder of its own, driven by `python -m localaws pulumi` as a user would."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localaws.pulumi import engine
from localaws.testing import LocalAws
from tests import ROOT

STACK = "test"
NO_ENGINE = "no Pulumi engine is at hand (`python -m localaws.pulumi.engine` gets one)"
_LONGEST_WAIT_SECONDS = 120


def engine_at_hand() -> bool:
    """Whether the engine is installed or built already; tests never build it."""
    return engine.find() is not None


@dataclass
class Project:
    """A project's folder and the local AWS that it is deployed to."""

    folder: Path
    aws: LocalAws
    variables: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def written(cls, folder: Path, aws: LocalAws, program: str) -> Project:
        """Write a project with one program and an empty stack."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "Pulumi.yaml").write_text("name: journey\nruntime: python\n")
        (folder / "__main__.py").write_text(program)
        (folder / f"Pulumi.{STACK}.yaml").touch()
        project = cls(folder, aws)
        project.configure()
        return project

    def pulumi(self, *arguments: str, expect: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run `pulumi ARGUMENTS… --stack test`; the exit code must be as expected, if one is."""
        finished = subprocess.run(
            self._command(arguments),
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert expect is None or finished.returncode == expect, finished.stdout + finished.stderr
        return finished

    def up(self, *arguments: str, expect: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Deploy."""
        return self.pulumi("up", "--yes", "--skip-preview", *arguments, expect=expect)

    def configure(self, **settings: str) -> None:
        """Set the program's settings; those not named are as the program has them by default."""
        lines = [f"  journey:{key}: {json.dumps(value)}" for key, value in settings.items()]
        text = "\n".join(["config:", "  aws:region: us-east-1", *lines])
        (self.folder / f"Pulumi.{STACK}.yaml").write_text(f"{text}\n")

    def planned(self) -> dict[str, str]:
        """What a preview says it would do: resource name -> operation, without what stays the same."""
        steps = json.loads(self.pulumi("preview", "--json").stdout)["steps"]
        return {
            step["urn"].rsplit("::", 1)[-1]: step["op"]
            for step in steps
            if step["op"] not in {"same", "read"} and "pulumi:pulumi:Stack" not in step["urn"]
        }

    def state(self) -> dict[str, dict[str, Any]]:
        """The AWS resources in the stack's state: resource name -> record."""
        resources = self._deployment().get("resources") or []
        return {one["urn"].rsplit("::", 1)[-1]: one for one in resources if one["type"].startswith("aws:")}

    def pending_operations(self) -> list[Any]:
        """The operations of which the state does not know whether they were carried out."""
        return list(self._deployment().get("pending_operations") or [])

    def _deployment(self) -> dict[str, Any]:
        folder = self.folder / ".localaws" / "state" / str(self.aws.control("info")["instance"])
        state = folder / ".pulumi" / "stacks" / "journey" / f"{STACK}.json"
        return dict(json.loads(state.read_text())["checkpoint"]["latest"] or {})

    @contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Run a command beside the test, in a session of its own, and leave nothing of it behind."""
        with subprocess.Popen(
            self._command(arguments),
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                yield process
            finally:
                kill_session(process.pid)

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        runs = [sys.executable, "-m", "localaws", "pulumi", "--endpoint", self.aws.endpoint]
        return [*runs, *arguments, "--stack", STACK, "--non-interactive"]

    def _environment(self) -> dict[str, str]:
        return {**self.aws.environment(), "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **self.variables}


def kill_session(session: int) -> None:
    """SIGKILL every process of a session, as a machine that loses power would, and wait until none runs.

    All are stopped first: none may see another one die and write that down.
    """
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for process in running_in(session):
            with suppress(ProcessLookupError):
                os.kill(process, number)
    wait_until(lambda: not running_in(session), "the killed processes are gone")


def running_in(session: int) -> list[int]:
    """The processes of a session that run, zombies not counted."""
    running = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            state, _parent, _group, of_session = (process / "stat").read_text().rpartition(")")[2].split()[:4]
            if int(of_session) == session and state not in "ZX":
                running.append(int(process.name))
    return running


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition."""
    give_up = time.monotonic() + _LONGEST_WAIT_SECONDS
    while not condition():
        assert time.monotonic() < give_up, f"waited in vain until {what}"
        time.sleep(0.02)
