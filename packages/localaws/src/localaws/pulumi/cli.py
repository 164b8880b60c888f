"""`python -m localaws pulumi ARGS…`: the real engine, pointed at the local AWS."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from console.errors import UserError
from console.messages import say
from localaws.pulumi import commands, engine, interrupted, local

FOLDER: Final = Path(".localaws")
_LAUNCHERS = Path(__file__).with_name("launchers")


def run(args: list[str], endpoint: str | None) -> int:
    """Run `pulumi ARGS…` against the local AWS at `endpoint`, and return the engine's exit code.

    Without an endpoint: AWS_ENDPOINT_URL if it is on this machine, else what runs at port 4566, else a new
    one.

    Raises:
        UserError: there is no engine, or no local AWS.

    """
    aws = local.named(endpoint) if endpoint else None
    found = engine.find_or_get(say)
    if found is None:
        raise UserError(f"there is no Pulumi engine here: {engine.MENDING}")
    aws = aws or local.usual(folder())
    if commands.is_plain(args):
        return _engine(found, args, environment(aws))
    from localaws.pulumi.attachment import attached  # noqa: PLC0415 - a second of imports

    with attached(aws.endpoint, program=commands.runs_a_program(args)) as variables:
        everything = {**environment(aws), **variables}
        preparation = _complete_interrupted(found, args, aws, everything) or _make_stack(
            found, args, aws, everything
        )
        return preparation or _engine(found, args, everything)


def folder() -> Path:
    """Where states and logs of the local AWS are kept: `.localaws/` beside the project in hand."""
    start = Path.cwd().resolve()
    for place in (start, *start.parents):
        if (place / "Pulumi.yaml").is_file():
            return place / FOLDER
    return start / FOLDER


def state_folder(aws: local.Local) -> Path:
    """Where the state of everything in one local AWS is kept; a new one begins with none."""
    return folder() / "state" / aws.instance


def environment(aws: local.Local) -> dict[str, str]:
    """What the engine finds in its environment: a state of its own, no downloads, and this local AWS."""
    state = state_folder(aws)
    state.mkdir(parents=True, exist_ok=True)
    own = {
        "PULUMI_BACKEND_URL": state.as_uri(),
        "PULUMI_HOME": str(folder() / "home"),
        "PULUMI_CONFIG_PASSPHRASE": os.environ.get("PULUMI_CONFIG_PASSPHRASE", ""),
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "AWS_ENDPOINT_URL": aws.endpoint,
        "LOCALAWS_PYTHON": sys.executable,
        "PATH": f"{_LAUNCHERS}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
    }
    return dict(os.environ) | own


def _complete_interrupted(
    found: Path, args: list[str], aws: local.Local, variables: Mapping[str, str]
) -> int:
    """Complete what a killed run of the same stack left half done; return the exit code of that."""
    state = state_folder(aws)
    for lock in interrupted.remove_dead_locks(state):
        say(f"removed the lock of an engine that no longer runs: {lock.name}")
    for file in interrupted.mend_torn_files(state):
        say(f"mended a file that the last run was writing when it was killed: {file.name}")
    if not commands.changes_resources(args):
        return 0
    waiting = {stack: interrupted.pending_creates(stack, aws.endpoint) for stack in interrupted.stacks(state)}
    waiting = {stack: pending for stack, pending in waiting.items() if pending}
    name = _stack_name(found, args, variables) if waiting else None
    for stack, pending in waiting.items():
        if stack.name == name:
            urns = ", ".join(one.urn.rsplit("::", 1)[-1] for one in pending)
            say(f"the last run was killed while it created {urns}: completing the state first")
            return _complete(found, stack.name, pending, variables)
    return 0


def _complete(
    found: Path, stack: str, pending: list[interrupted.PendingCreate], variables: Mapping[str, str]
) -> int:
    """Export the state, complete it, import it, and let the engine read the rest from AWS."""

    def pulumi(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
        command = [str(found), *words, "--stack", stack, "--non-interactive"]
        return subprocess.run(command, env=dict(variables), text=True, check=False, **options)

    exported = pulumi("stack", "export", stdout=subprocess.PIPE)
    if exported.returncode:
        return exported.returncode
    mended = interrupted.completed(json.loads(exported.stdout), pending)
    imported = pulumi("stack", "import", input=json.dumps(mended), stdout=sys.stderr)
    refresh = ("refresh", "--yes", "--skip-preview")
    return imported.returncode or pulumi(*refresh, stdout=sys.stderr).returncode


def _make_stack(found: Path, args: list[str], aws: local.Local, variables: Mapping[str, str]) -> int:
    """Make the stack that a command names if the project has settings for it: a new local AWS has none."""
    if not commands.works_on_a_stack(args):
        return 0
    name = commands.named_stack(args)
    known = {stack.name for stack in interrupted.stacks(state_folder(aws))}
    settings = f"Pulumi.{name}.yaml"
    project = folder().parent
    if name is None or name in known or not any([*project.glob(settings), *project.glob(f"*/{settings}")]):
        return 0
    say(f"made the stack {name}: this local AWS is new, and its state with it")
    command = [str(found), "stack", "init", "--no-select", "--stack", name]
    return subprocess.run(command, env=dict(variables), stdout=sys.stderr, check=False).returncode


def _stack_name(found: Path, args: list[str], variables: Mapping[str, str]) -> str:
    """The stack that a command is about: the one it names, else the selected one."""
    name = commands.named_stack(args)
    if name is not None:
        return name
    answer = subprocess.run(
        [found, "stack", "--show-name"], env=dict(variables), capture_output=True, text=True, check=False
    )
    return answer.stdout.strip()


def _engine(found: Path, args: list[str], variables: Mapping[str, str]) -> int:
    """Run the engine as a shell would: it has the terminal, and interrupts are its own to handle."""
    at_terminal = sys.stdin.isatty() and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    with subprocess.Popen(
        [*_dying_with_us(), str(found), *args], env=dict(variables), process_group=None if at_terminal else 0
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


def _dying_with_us() -> list[str]:
    """The command before a command that ends when this process is killed, where the system has one.

    An engine that outlived its provider would take what it was creating for failed, and forget it.
    """
    return ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
