"""A terminal that tests can look at."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import sys
import termios
import threading
from collections.abc import Callable

import pytest

Show = Callable[..., str]


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Show:
    """Call a function where standard output is a terminal of so many columns; what the terminal got."""
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)

    def shown(function: Callable[[], object], columns: int = 80) -> str:
        ours, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        parts: list[bytes] = []
        reader = threading.Thread(target=_read, args=(ours, parts))
        reader.start()
        with monkeypatch.context() as patch, os.fdopen(terminal, "w", encoding="utf-8") as stdout:
            patch.setattr(sys, "stdout", stdout)
            function()
        reader.join(60)
        os.close(ours)
        return b"".join(parts).decode().replace("\r\n", "\n")

    return shown


def _read(terminal: int, parts: list[bytes]) -> None:
    """Read until nobody has the other side open any more, of which Linux makes an error."""
    try:
        while part := os.read(terminal, 65_536):
            parts.append(part)
    except OSError:
        pass
