"""Where results go: to stdout or a file; what is said about them goes to stderr."""

from __future__ import annotations

import sys
from pathlib import Path


class OutputError(OSError):
    """The output file cannot be written. One line: which, and why."""


def put(text: str, output: Path | None) -> None:
    """Write a result; a file appears whole under its name or not at all.

    Raises:
        OutputError: the file cannot be written.

    """
    if output is None:
        sys.stdout.write(text)
        return
    temporary = output.with_name(f".{output.name}.new")
    try:
        temporary.write_text(text, "utf-8")
        temporary.replace(output)
    except OSError as error:
        raise OutputError(f"cannot write {output}: {error.strerror}; choose another --output") from None


def say(message: str) -> None:
    """Tell the user something that is no result."""
    sys.stderr.write(f"{message}\n")
