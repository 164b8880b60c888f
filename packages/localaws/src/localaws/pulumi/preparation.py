"""What is put right before a command: the state of a killed run, and a stack that a new local AWS lacks."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from console.messages import say
from localaws.pulumi import arguments, commands, interrupted
from localaws.pulumi.launch import Launch
from localaws.pulumi.local import Local
from localaws.pulumi.project import Project


@dataclass(frozen=True, slots=True)
class Preparation:
    """An engine, and what it is to work on."""

    launch: Launch
    project: Project
    aws: Local
    state: Path

    def prepare(self, args: list[str]) -> int:
        """Put right what the command needs; return the exit code of what failed, else 0.

        Raises:
            DamagedStateError: the state of the command's stack cannot be read.

        """
        for lock in interrupted.remove_dead_locks(self.state):
            say(f"removed the lock of an engine that no longer runs: {lock.name}")
        for file in interrupted.restore_torn_files(self.state):
            say(f"restored a file that the last run was writing when it was killed: {file.name}")
        damaged = {stack.name: stack for stack in interrupted.damaged(self.state)}
        if damaged and (stack := damaged.get(self._stack_name(args))):
            raise interrupted.DamagedStateError(stack)
        return self._complete_interrupted(args) or self._make_stack(args)

    def _complete_interrupted(self, args: list[str]) -> int:
        """Complete what a killed run of the same stack left half done."""
        if not commands.changes_resources(args):
            return 0
        waiting = {
            stack.name: pending
            for stack in interrupted.stacks(self.state)
            if (pending := interrupted.pending_creates(stack, self.aws.endpoint))
        }
        name = self._stack_name(args) if waiting else ""
        if name not in waiting:
            return 0
        urns = ", ".join(one.urn.rsplit("::", 1)[-1] for one in waiting[name])
        say(f"the last run was killed while it created {urns}: completing the state first")
        return self._complete(name, waiting[name])

    def _complete(self, stack: str, pending: list[interrupted.PendingCreate]) -> int:
        """Export the state, complete it, import it, and let the engine read the rest from AWS."""
        exported = self.launch.ask("stack", "export", "--stack", stack, stdout=subprocess.PIPE)
        if exported.returncode:
            return exported.returncode
        whole = json.dumps(interrupted.completed(json.loads(exported.stdout), pending))
        imported = self.launch.ask("stack", "import", "--stack", stack, input=whole, stdout=sys.stderr)
        if imported.returncode:
            return imported.returncode
        refresh = ("refresh", "--yes", "--skip-preview", "--stack", stack)
        return self.launch.ask(*refresh, stdout=sys.stderr).returncode

    def _make_stack(self, args: list[str]) -> int:
        """Make the stack that a command names, if it has settings: a new local AWS has no stacks."""
        name = arguments.named_stack(args)
        known = {stack.name for stack in interrupted.stacks(self.state)}
        if not name or not commands.works_on_a_stack(args) or name in known:
            return 0
        if not self.project.settings(name).is_file():
            return 0
        say(f"made the stack {name}: this local AWS is new, and its state with it")
        init = ("stack", "init", "--no-select", "--stack", name)
        return self.launch.ask(*init, stdout=sys.stderr).returncode

    def _stack_name(self, args: list[str]) -> str:
        """The stack that a command is about: the one it names, else the selected one."""
        return arguments.named_stack(args) or self.launch.selected_stack()
