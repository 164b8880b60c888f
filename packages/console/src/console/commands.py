"""Commands and groups of commands: examples in each help, and nothing imported before it is asked for."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from console.errors import UserError

_WIDEST_HELP = 110
_LONGEST_HELP = 300  # of a command in its group: the whole first sentence


@dataclass(frozen=True, slots=True)
class Lazy:
    """A command that is imported when it is asked for.

    `target` is "module:attribute", `help` the first sentence of its help, and `install` what to install where
    a package that it needs is missing.
    """

    target: str
    help: str
    install: str = ""

    def load(self) -> click.Command:
        """Import the command."""
        module, _, attribute = self.target.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{self.target} is not a click command")
        return command


class Command(click.Command):
    """A command in whose help `{command}` stands for what the user typed to come here."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help with its example as the user would type it, on one line."""
        whole = self.help
        if whole:
            self.help = whole.replace("{command}", ctx.command_path).replace(
                "\n\nExample:", "\n\n\b\nExample:"
            )
        try:
            super().format_help_text(ctx, formatter)
        finally:
            self.help = whole


class Commands(click.Group):
    """A group of commands, in the order in which they were given.

    `lazy` are those that are loaded when they are asked for. `bad_input` names ("module:attribute") errors
    that the user can correct, of packages that know nothing of command lines. `install` is what to install
    where a package that a command needs is missing. `distributions` are the names under which the program may
    be installed: the first one found gives the version.
    """

    command_class = Command

    def __init__(
        self,
        name: str | None = None,
        *,
        lazy: Mapping[str, Lazy] | None = None,
        bad_input: Sequence[str] = (),
        install: str = "",
        distributions: Sequence[str] = (),
        **settings: Any,
    ) -> None:
        settings.setdefault("context_settings", {"max_content_width": _WIDEST_HELP})
        super().__init__(name, **settings)
        if distributions:
            self.params.append(_version_option(distributions))
        self.lazy = dict(lazy or {})
        self.bad_input = tuple(bad_input)
        self.install = install
        for word, command in self.lazy.items():
            self.add_command(Command(word, short_help=command.help))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of their use, which is that of the table."""
        del ctx
        return list(self.commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, loaded.

        Raises:
            UserError: a package that it needs is not installed.

        """
        lazy = self.lazy.get(cmd_name)
        if lazy is None:
            return super().get_command(ctx, cmd_name)
        try:
            return lazy.load()
        except ModuleNotFoundError as error:
            raise _missing(cmd_name, error, lazy.install or self.install) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading any."""
        del ctx
        rows = [
            (word, command.get_short_help_str(_LONGEST_HELP))
            for word, command in self.commands.items()
            if not command.hidden
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named.

        Raises:
            UserError: what it was given is bad, or a package that it needs is not installed.

        """
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            word = ctx.invoked_subcommand or ""
            lazy = self.lazy.get(word)
            raise _missing(word, error, (lazy and lazy.install) or self.install) from error
        except Exception as error:
            if isinstance(error, self._bad_input()):
                raise UserError(*error.args) from error
            raise

    def _bad_input(self) -> tuple[type[Exception], ...]:
        """The errors named; one whose module was never imported cannot have been raised."""
        split = (name.partition(":") for name in self.bad_input)
        return tuple(getattr(sys.modules[module], name) for module, _, name in split if module in sys.modules)


def _missing(word: str, error: ModuleNotFoundError, install: str) -> Exception:
    """What to say of a missing package; a missing part of a package that is there is a fault of ours."""
    package = (error.name or "").partition(".")[0]
    if not install or not package or importlib.util.find_spec(package) is not None:
        return error
    return UserError(f"{word} needs {package}, which is not installed: pip install '{install}'")


def _version_option(distributions: Sequence[str]) -> click.Option:
    def show(context: click.Context, option: click.Parameter, value: bool) -> None:
        del option
        if value and not context.resilient_parsing:
            click.echo(f"{distributions[0]} {_version(distributions)}")
            context.exit()

    return click.Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=show,
        help="Show the version and exit.",
    )


def _version(distributions: Sequence[str]) -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - slow to import

    for name in distributions:
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return "(not installed)"
