"""`python -m localaws pulumi ARGS…`: the real engine, pointed at the local AWS."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from console.errors import UserError
from console.messages import say
from localaws import environment
from localaws.pulumi import arguments, commands, engine, local, settings_edit
from localaws.pulumi.launch import Launch
from localaws.pulumi.preparation import Preparation
from localaws.pulumi.project import around, own_folder
from localaws.pulumi.workspace import Workspace
from localaws.pulumi.yaml_text import DocumentError

_LAUNCHERS = Path(__file__).with_name("launchers")


@dataclass(frozen=True, slots=True)
class Command:
    """A command line, the folder that it is given in, and the local AWS that it is for."""

    engine: Path
    args: list[str]
    start: Path
    aws: local.Local

    @property
    def own_folder(self) -> Path:
        """Where all that belongs to the local AWS is kept."""
        return own_folder(self.start)

    @property
    def state(self) -> Path:
        """Where the state of everything in this local AWS is kept; a new one begins with none."""
        return state_folder(self.own_folder, self.aws.instance)

    def environment(self) -> dict[str, str]:
        """What the engine finds in its environment: a state of its own, no downloads, and this local AWS."""
        region = {name: os.environ[name] for name in environment.REGION_VARIABLES if name in os.environ}
        return {
            **environment.pointed_at(self.aws.endpoint, os.environ),
            **region,
            "PULUMI_BACKEND_URL": self.state.as_uri(),
            "PULUMI_HOME": str(self.own_folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "LOCALAWS_PYTHON": sys.executable,
            "PATH": f"{_LAUNCHERS}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        }


def run(args: list[str], endpoint: str | None) -> int:
    """Run `pulumi ARGS…` against the local AWS at `endpoint`, and return the engine's exit code.

    Without an endpoint: AWS_ENDPOINT_URL if it is on this machine, else what runs at port 4566, else a new
    one.

    Raises:
        UserError: there is no engine, no local AWS, or no such command for it.

    """
    if refusal := commands.refusal(args):
        raise UserError(refusal)
    aws = local.named(endpoint) if endpoint else None
    found = engine.find_or_get(say)
    if found is None:
        raise UserError(f"no Pulumi engine here: {engine.ADVICE}")
    start = arguments.folder(args, Path.cwd())
    try:
        aws = aws or local.usual(_made(own_folder(start)))
        command = Command(found, arguments.without_folder(args), start, aws)
        _made(command.own_folder)
        command.state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{error.filename} cannot be written to: {error.strerror}") from error
    if commands.works_on_a_stack(args) and environment.drops_credentials(os.environ):
        say(
            "AWS_ACCESS_KEY_ID is not used here: calls are the account root's;"
            " LOCALAWS_ACCESS_KEY_ID names another caller"
        )
    variables = command.environment()
    with environment.in_force(variables):
        return _run(command, variables)


def state_folder(own: Path, instance: str) -> Path:
    """Where the states of everything in one local AWS are kept, in the folder of all local AWSes."""
    return own / "state" / instance


def _run(command: Command, variables: Mapping[str, str]) -> int:
    project = around(command.start)
    if project is None or commands.is_stackless(command.args):
        return _attached(command, Launch(command.engine, command.start, variables), None)
    workspace = Workspace(command.state / "project", project)
    workspace.renew()
    launch = Launch(command.engine, workspace.folder, variables)
    args = arguments.with_absolute_paths(command.args, command.start)
    named = arguments.named_settings(args)
    if commands.edits_settings(args):
        return settings_edit.edit(args, launch, workspace, Path(named) if named else None)
    if named:
        args = arguments.with_settings(args, workspace.copy_of(Path(named)))
    if commands.sets_secret(args):
        return settings_edit.set_secret(args, launch, workspace)
    if commands.watches(args):
        args = [*args, "--path", str(project.root)]
    return _attached(Command(command.engine, args, command.start, command.aws), launch, workspace)


def _attached(command: Command, launch: Launch, workspace: Workspace | None) -> int:
    """Run the engine; with provider and language host attached, unless the command needs neither."""
    args = command.args
    if commands.is_plain(args):
        return launch.run(args)
    from localaws.pulumi.attachment import attached  # noqa: PLC0415 - a second of imports

    root = workspace.project.root if workspace else command.start
    with attached(command.aws.endpoint, root, program=commands.runs_a_program(args)) as attachment:
        complete = Launch(launch.engine, launch.folder, {**launch.variables, **attachment})
        if workspace is None:
            return complete.run(args)
        prepared = Preparation(complete, workspace.project, command.aws, command.state)
        code = prepared.prepare(args)
        if code == 0 and commands.runs_a_program(args):
            _check_settings(args, complete, workspace)
        if commands.sets_for_one_run(args):
            say("settings given by -c count for this run only: `config set` writes them down")
        return code or complete.run(args)


def _check_settings(args: list[str], launch: Launch, workspace: Workspace) -> None:
    """Refuse to run a program without settings that it has on AWS itself.

    Raises:
        DocumentError: some are encrypted, and the key is not here.

    """
    unreadable = {stack: workspace.unreadable(stack) for stack, _file in workspace.project.all_settings()}
    if not any(unreadable.values()):
        return
    stack = arguments.named_stack(args) or launch.selected_stack()
    if missing := unreadable.get(stack):
        raise DocumentError(
            f"{workspace.project.settings(stack)}: {', '.join(missing)} cannot be read here, being encrypted"
            " for AWS itself; give the local AWS a value of its own: `localaws pulumi config set --secret"
            f" {missing[0]} VALUE --stack {stack}`"
        )


def _made(folder: Path) -> Path:
    """The folder of all local AWSes, which git is told to leave alone."""
    folder.mkdir(parents=True, exist_ok=True)
    ignored = folder / ".gitignore"
    if not ignored.exists():
        ignored.write_text("*\n", encoding="utf-8")
    return folder
