"""Runs a command line: one set of exit codes, errors in one line, never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final, NoReturn

import click

from console.errors import UserError
from console.messages import end_progress, say, say_fault, show_traceback
from console.streams import ReaderLeftError, discard_output, prepare

CLEAN: Final = 0
FINDINGS: Final = 1
BAD_INPUT: Final = 2
OUR_FAULT: Final = 3
INTERRUPTED: Final = 130
_NOTHING_LEFT = "no file is left half-written"


def run(app: click.Command, program: str, arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit: 0 clean, 1 findings, 2 usage or bad input, 3 our fault, 130 interrupted.

    `program` is what the user typed to come here, such as "python -m audit". A command returns its exit code,
    or None for 0. A KeyboardInterrupt may say, as its argument, what there is already and how to go on.
    """
    prepare()
    sys.exit(_code(app, program, sys.argv[1:] if arguments is None else list(arguments)))


def _code(app: click.Command, program: str, arguments: list[str]) -> int:
    try:
        return _finished(app, program, arguments)
    except ReaderLeftError:
        return CLEAN
    except (KeyboardInterrupt, click.Abort) as interrupt:
        discard_output()
        say(f"{_label(program)}: interrupted; {' '.join(map(str, interrupt.args)) or _NOTHING_LEFT}")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback reaches a user
        return _failed(error, program)
    finally:
        end_progress()


def _failed(error: Exception, program: str) -> int:
    """Say what went wrong, in one line; whose matter it is, as an exit code."""
    if isinstance(error, click.ClickException | UserError):
        show_traceback(error)
        return _refused(error, program)
    say_fault(_label(program), error)
    return OUR_FAULT


def _finished(app: click.Command, program: str, arguments: list[str]) -> int:
    """The command's exit code, once its result has left this process."""
    try:
        with app.make_context(program, arguments) as context:
            code = app.invoke(context)
    except click.exceptions.Exit as done:
        code = done.exit_code
    sys.stdout.flush()
    return code if isinstance(code, int) else CLEAN


def _refused(error: click.ClickException | UserError, program: str) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
    elif isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        message = " ".join(error.format_message().split()).rstrip(".")
        see = " See" if message.endswith("?") else "; see"
        say(f"{_label(program)}: {message}{see} {context.command_path if context else program} --help")
    else:
        for line in error.args:
            say(f"{_label(program)}: {line}")
    return BAD_INPUT


def _label(program: str) -> str:
    """What errors begin with: "audit" for "python -m audit"."""
    return program.rsplit(maxsplit=1)[-1]
