"""Standard input, output and error as a command finds them, whatever it was started with."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, TextIO

from console.errors import OutputError, UserError
from console.messages import end_progress

_WRONG_WAY = (os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)


def prepare() -> None:
    """Make the streams such that a closed, full or unreadable one is a UserError for those who use it."""
    for number, flags in enumerate(_WRONG_WAY):
        _take_place(number, flags)
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - kept open
    if sys.stdout is sys.__stdout__:
        raw: Any = _Output(1, "w", closefd=False)
        sys.stdout = _text(io.BufferedWriter(raw), sys.stdout)
    if sys.stdin is sys.__stdin__:
        sys.stdin = _text(io.BufferedReader(_Input(0, closefd=False)), sys.stdin)


def _take_place(number: int, flags: int) -> None:
    """Open a closed stream the wrong way round: using it fails, and no other file gets its number."""
    try:
        os.fstat(number)
    except OSError:
        found = os.open(os.devnull, flags)
        if found != number:
            os.dup2(found, number)
            os.close(found)
        os.set_inheritable(number, True)


def _text(buffer: Any, before: TextIO | None) -> io.TextIOWrapper:
    encoding = before.encoding if before else "utf-8"
    return io.TextIOWrapper(buffer, encoding, "backslashreplace", line_buffering=buffer.isatty())


class ReaderLeftError(Exception):
    """Whoever reads standard output has had enough of it."""


class _Output(io.FileIO):
    def write(self, data: Any) -> int:
        """Write, or say why that is impossible."""
        try:
            return super().write(data)
        except BrokenPipeError as error:
            discard_output()
            raise ReaderLeftError from error
        except OSError as error:
            discard_output()
            raise OutputError(f"standard output: {error.strerror}") from error


class _Input(io.FileIO):
    def readinto(self, buffer: Any) -> int:
        """Read, or say why that is impossible."""
        try:
            return super().readinto(buffer)
        except OSError as error:
            raise UserError(f"standard input: {error.strerror}") from error

    def readall(self) -> bytes:
        """Read to the end."""
        try:
            return super().readall()
        except OSError as error:
            raise UserError(f"standard input: {error.strerror}") from error


@contextmanager
def standard_output() -> Iterator[BinaryIO]:
    """The bytes of standard output.

    Raises:
        OutputError: nothing can be written there: it is closed, or its disk is full.
        ReaderLeftError: nobody reads it any more.

    """
    end_progress()
    sys.stdout.flush()
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


def discard_output() -> None:
    """Let what is still to be written to standard output go nowhere."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def at_terminal(file: BinaryIO) -> bool:
    """Whether these bytes go straight to a terminal."""
    return file is sys.stdout.buffer and sys.stdout.isatty()
