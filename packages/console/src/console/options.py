"""The options --format and --output, declared once for all commands."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from console.errors import OutputError
from console.files import STANDARD_OUTPUT, check
from console.output import Format

Command = TypeVar("Command", bound=Callable[..., Any])
PATH = click.Path(path_type=Path)
_PLAIN = {"", ".txt"}  # endings that say no more than that it is text


def takes_output(*formats: Format) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a command take --format, as `format`, and --output, as `output`.

    Without --format, the name of --output decides, such as a.json; without an ending, or with .txt, it is
    the first of `formats`. `output` is None for standard output, also where that is called - or /dev/stdout.
    """
    names = [format.value for format in formats]

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def parsed(**values: Any) -> Any:
            values["format"] = chosen(values["format"], values["output"], formats)
            return command(**values)

        with_output = output_option("Write to this file, all or nothing.")(parsed)
        return click.option(
            "--format",
            type=click.Choice(names),
            help=f"How to write the result. Default: as --output is called, else {names[0]}.",
        )(with_output)

    return decorate


def output_option(text: str, name: str = "--output") -> Callable[[Command], Command]:
    """An option that names a file to write: refused before the work if it cannot be written."""
    return click.option(name, type=PATH, callback=_checked, help=text)


def chosen(format: str | None, output: Path | None, formats: Sequence[Format]) -> Format:
    """The format that was asked for, by name or by the name of the file.

    Raises:
        OutputError: the file is called after something that the command cannot write.

    """
    if format is not None:
        return Format(format)
    ending = output.suffix.lower() if output else ""
    if ending in _PLAIN:
        return formats[0]
    if ending.removeprefix(".") not in formats:
        endings = ", ".join(f".{name}" for name in formats if name is not Format.TABLE)
        raise OutputError(
            f"--output {output}: {ending} is no format here; end the name in {endings}"
            f" or .txt (for {formats[0]}), or choose one with --format"
        )
    return Format(ending.removeprefix("."))


def _checked(context: click.Context, option: click.Parameter, value: Path | None) -> Path | None:
    if context.resilient_parsing:
        return value
    name = option.opts[0]
    if value is not None and str(value) in STANDARD_OUTPUT and name == "--output":
        return None
    check(value, name)
    return value
