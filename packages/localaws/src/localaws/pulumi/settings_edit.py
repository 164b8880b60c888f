"""`config set` and `config rm`: they edit the project's settings file, as the real Pulumi does.

The engine edits an exact copy of the file, which then takes the file's place; the lines that say how secrets
are encrypted for AWS itself come through as they are. Secrets that are set here never reach the project's
file: they are encrypted for the local AWS alone, and stay in the engine's own copy.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from console.errors import UserError
from console.messages import say
from localaws.pulumi import arguments, commands
from localaws.pulumi.files import replace_file
from localaws.pulumi.launch import Launch
from localaws.pulumi.workspace import Workspace

_NEW_FILE_MODE = 0o644


def edit(args: list[str], launch: Launch, workspace: Workspace, file: Path | None) -> int:
    """Run the command on an exact copy of a settings file: `file`, or that of the stack in hand.

    Returns the engine's exit code; the file changes only where that is 0.
    """
    stack = arguments.named_stack(args) or launch.selected_stack()
    target = file or (workspace.project.settings(stack) if stack else None)
    if target is None:
        return launch.run(args)  # the engine says what is missing
    with tempfile.TemporaryDirectory(dir=workspace.folder, prefix="editing-") as folder:
        copy = Path(folder) / target.name
        before = target.read_bytes() if target.is_file() else b""
        copy.write_bytes(before)
        code = launch.run(arguments.with_settings(args, copy))
        after = copy.read_bytes()
        if code == 0 and after != before:
            replace_file(target, after.decode(), _NEW_FILE_MODE)
    if code == 0 and commands.removes_settings(args):  # a secret of the local AWS's own goes too
        quietly = {"stdin": subprocess.DEVNULL, "capture_output": True}
        launch.ask(*args, **quietly)
    return code


def set_secret(args: list[str], launch: Launch, workspace: Workspace) -> int:
    """Run the command on the engine's own copy alone; return its exit code.

    Raises:
        UserError: the project has a plain value, so that the secret has no effect.

    """
    code = launch.run(args)
    stack = arguments.named_stack(args) or launch.selected_stack()
    if code or not stack:
        return code
    file = workspace.project.settings(stack)
    if overruled := workspace.overruled(stack):
        raise UserError(
            f"{file} has a plain value of {', '.join(overruled)}, which counts:"
            " remove that first, by `config rm`"
        )
    say(f"kept for the local AWS alone, and encrypted for it: {file} stays as it is")
    return 0
