"""Where a result is written: standard output, or a file that appears whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from console.errors import OutputError
from console.streams import standard_output

STANDARD_OUTPUT = {"-", "/dev/stdout"}  # names for it


def check(output: Path | None, option: str = "--output") -> None:
    """Tell before the work, not after it, that a result cannot be written.

    Raises:
        OutputError: it is a folder, or no file can be made there.

    """
    if output is None or str(output) in STANDARD_OUTPUT:
        return
    with _reported(output, option):
        if output.is_dir():
            raise OutputError(f"{option} {output} is a folder; give the name of a file in it")
        place = output.resolve()
        special = output.exists() and not output.is_file()
        writable = os.access(output if special else place.parent, os.W_OK)
    if not writable:
        raise OutputError(
            f"{option} {output}: no file can be made in {place.parent}; give a path in a writable folder"
        )


@contextmanager
def opened(output: Path | None, option: str = "--output") -> Iterator[BinaryIO]:
    """A place for the result's bytes: stdout, or a file that appears whole under its name or not at all.

    `option` is what named the file.

    Raises:
        OutputError: the file cannot be written.

    """
    if output is None or str(output) in STANDARD_OUTPUT:
        with standard_output() as file:
            yield file
        return
    with _reported(output, option):
        place = output.resolve()  # what a link leads to is written, and the link stays
        special = output.exists() and not (output.is_file() or output.is_dir())
    if special:  # a device or a pipe, never to be replaced
        with _reported(output, option), output.open("wb") as file:
            yield file
        return
    with _reported(output, option), ExitStack() as stack:
        try:
            file = stack.enter_context(replacing(place))
        except OSError as error:
            raise OutputError(
                f"{option} {output}: {error.strerror}; give a path in a writable folder"
            ) from error
        yield file
        os.fchmod(file.fileno(), place.stat().st_mode & 0o7777 if place.exists() else 0o666 & ~_umask())


@contextmanager
def replacing(place: Path) -> Iterator[BinaryIO]:
    """A file for the bytes of `place`, put in its place when all are written, for its owner alone to read.

    Raises:
        OSError: it cannot be made, written or put there; `place` is as it was.

    """
    handle, name = tempfile.mkstemp(prefix=f".{place.name[:100]}.", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        Path(name).replace(place)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _reported(output: Path, option: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"{option} {output}: {error.strerror}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
