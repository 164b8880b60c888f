"""Standard input, output and error as a command finds them, whatever it was started with."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from console.errors import OutputError
from console.messages import end_progress

_WRONG_WAY = (os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)


def open_missing() -> None:
    """Take the place of each closed stream, so that no other file gets its number.

    Standard input and output are opened the wrong way round: who uses them gets an error, who does not
    is not hindered. What is said on a closed standard error is lost, as its owner wished.
    """
    for number, flags in enumerate(_WRONG_WAY):
        try:
            os.fstat(number)
        except OSError:
            found = os.open(os.devnull, flags)
            if found != number:
                os.dup2(found, number)
                os.close(found)
            os.set_inheritable(number, True)
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - kept open
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


@contextmanager
def standard_output() -> Iterator[BinaryIO]:
    """The bytes of standard output. A reader who left is the runner's matter.

    Raises:
        OutputError: nothing can be written there: it is closed, or its disk is full.

    """
    end_progress()
    try:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_output()
        raise OutputError(f"standard output: {error.strerror}") from error


def discard_output() -> None:
    """Let what is still to be written to standard output go nowhere."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def at_terminal(file: BinaryIO) -> bool:
    """Whether these bytes go straight to a terminal."""
    return file is sys.stdout.buffer and sys.stdout.isatty()
