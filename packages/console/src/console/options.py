"""The options --format and --output, declared once for all commands."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from console.errors import OutputError
from console.files import check
from console.output import Format

Command = TypeVar("Command", bound=Callable[..., Any])
PATH = click.Path(path_type=Path)


def takes_output(*formats: Format) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a command take --format, as `format`, and --output, as `output`.

    Without --format, the name of --output decides, such as a.json; else it is the first of `formats`.
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
        OutputError: the file is called after a format that the command does not have.

    """
    if format is not None:
        return Format(format)
    ending = output.suffix.lower().removeprefix(".") if output else ""
    if ending not in {format.value for format in Format}:
        return formats[0]
    if ending not in formats:
        raise OutputError(
            f"--output {output}: {ending} is not among the formats here, which are {', '.join(formats)};"
            " choose one with --format"
        )
    return Format(ending)


def _checked(context: click.Context, option: click.Parameter, value: Path | None) -> Path | None:
    if not context.resilient_parsing:
        check(value, option.opts[0])
    return value
