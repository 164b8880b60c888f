"""The script that lets a shell complete a command line."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click
from click import shell_completion

from console.commands import Command

SHELLS = ("bash", "zsh", "fish")


def completion_of(program: str) -> click.Command:
    """The command that prints the completion script of `program`."""

    @click.command(cls=Command, name="completion")
    @click.argument("shell", type=click.Choice(SHELLS))
    def completion(shell: str) -> None:
        """Print the script that completes commands, options and their values in your shell.

        Example: eval "$({command} bash)"
        """
        kind = shell_completion.get_completion_class(shell)
        if kind is None:
            raise click.UsageError(f"{shell} cannot be completed")
        script = kind(Command(program), {}, program, _variable(program))
        click.echo(script.source_template % script.source_vars())

    return completion


def complete(app: click.Command, program: str) -> NoReturn:
    """Answer the shell, which asks by an environment variable, and exit."""
    instruction = os.environ.get(_variable(program), "")
    code = shell_completion.shell_complete(app, {}, program, _variable(program), instruction)
    sys.stdout.flush()
    sys.exit(code)


def _variable(program: str) -> str:
    return f"_{program.upper().replace('-', '_')}_COMPLETE"
