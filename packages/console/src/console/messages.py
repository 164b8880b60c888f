"""What a command says that is not its result: one safe line at a time, to stderr."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Final

from console.text import safe

DEBUG: Final = "IBTRAIL_DEBUG"  # set to anything: errors show where they were raised
_CLEAR: Final = "\r\x1b[K"
_progress_is_shown = False


def say(message: str) -> None:
    """Tell the user one line. Whatever the message holds, it stays one line that the terminal only shows."""
    _write(f"{safe(message)}\n", over_progress=True)


def show_progress(message: str) -> None:
    """Show how far the work is: on a terminal only, each time in place of the line before."""
    global _progress_is_shown  # noqa: PLW0603 - there is one terminal
    if sys.stderr.isatty():
        _write(f"{_CLEAR}{safe(message)}", over_progress=False)
        _progress_is_shown = True


def end_progress() -> None:
    """Leave the last line of progress standing."""
    global _progress_is_shown  # noqa: PLW0603
    if _progress_is_shown:
        _progress_is_shown = False
        _write("\n", over_progress=False)


def say_fault(label: str, error: BaseException) -> None:
    """Say, in one line, that something happened which nobody foresaw; `label` names the program."""
    show_traceback(error)
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({'/'.join(Path(frames[-1].filename).parts[-2:])}:{frames[-1].lineno})" if frames else ""
    said = f"{type(error).__name__}: {error}{where}"
    say(f"{label}: a fault of this program, please report it: {said}; {DEBUG}=1 shows how it came about")


def show_traceback(error: BaseException) -> None:
    """Say, where IBTRAIL_DEBUG asks for it, line by line where an error was raised."""
    if os.environ.get(DEBUG):
        for line in "".join(traceback.format_exception(error)).splitlines():
            say(line)


def _write(text: str, *, over_progress: bool) -> None:
    """Nobody can be told that stderr is gone, and the result does not depend on it."""
    global _progress_is_shown
    if over_progress and _progress_is_shown:
        text, _progress_is_shown = f"{_CLEAR}{text}", False
    with suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()
