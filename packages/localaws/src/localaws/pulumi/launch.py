"""Starts the engine, as a shell would or to be asked something."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localaws.processes import dying_with_us


@dataclass(frozen=True, slots=True)
class Launch:
    """An engine, the folder that it works in, and the environment that it finds."""

    engine: Path
    folder: Path
    variables: Mapping[str, str]

    def run(self, args: list[str]) -> int:
        """Run a command as a shell would: it has the terminal, and interrupts are its own to handle.

        Returns its exit code; 128 + N where signal N ended it.
        """
        # An engine that outlived its provider would take what it was creating for failed, and forget it.
        command = [*dying_with_us(), str(self.engine), *args]
        at_terminal = sys.stdin.isatty() and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
        with subprocess.Popen(
            command,
            cwd=self.folder,
            env=dict(self.variables),
            process_group=None if at_terminal else 0,
        ) as process:

            def pass_on(number: int, _frame: Any) -> None:
                if not (at_terminal and number == signal.SIGINT):  # there, the engine has had it already
                    process.send_signal(number)

            before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
            try:
                code = process.wait()
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)
        return code if code >= 0 else 128 - code

    def ask(self, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command that asks nothing back; its errors go to stderr unless the options say otherwise."""
        return subprocess.run(
            [str(self.engine), *words, "--non-interactive"],
            cwd=self.folder,
            env=dict(self.variables),
            text=True,
            check=False,
            **options,
        )

    def selected_stack(self) -> str:
        """The stack that commands are about which name none; empty if there is none."""
        return self.ask("stack", "--show-name", capture_output=True, stdin=subprocess.DEVNULL).stdout.strip()
