"""Events that wait for delivery. Where it is refused they may wait for days, and memory must not fill."""

from __future__ import annotations

import tempfile
import threading
from collections import deque
from typing import IO, NamedTuple

import msgspec

HELD = 5_000  # events in memory, as many as one log file takes


class Waiting(NamedTuple):
    """An event that waits: its eventTime, ISO 8601 in UTC, and its record as JSON, in one line."""

    time: str
    body: bytes


class _Timed(msgspec.Struct):
    time: str = msgspec.field(name="eventTime")


class Backlog:
    """A queue of events, the oldest first: the next few thousand in memory, all behind them in a file.

    The file has no name and vanishes with the process. Safe to use from many threads.
    """

    def __init__(self, held: int = HELD) -> None:
        self._held = held
        self._lock = threading.Lock()
        self._first: deque[Waiting] = deque()
        self._file: IO[bytes] | None = None
        self._filed = 0  # how many events are in the file and not in memory
        self._begin = 0  # where the first of them begins

    def __len__(self) -> int:
        with self._lock:
            return len(self._first) + self._filed

    def append(self, event: Waiting) -> None:
        """Queue one event."""
        with self._lock:
            if self._file is None and len(self._first) < self._held:
                self._first.append(event)
                return
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed once it has been read
            self._file.seek(0, 2)
            self._file.write(event.body + b"\n")  # JSON of one line
            self._filed += 1

    def first(self, count: int) -> list[Waiting]:
        """Return the oldest events, at most `count` and at most what memory holds; they stay in the queue."""
        with self._lock:
            return [self._first[index] for index in range(min(count, len(self._first)))]

    def drop(self, count: int) -> None:
        """Take the oldest events out."""
        with self._lock:
            for _ in range(count):
                if not self._first:
                    self._read()
                self._first.popleft()
            if not self._first:
                self._read()

    def clear(self) -> None:
        """Take all events out."""
        with self._lock:
            self._first.clear()
            self._close()

    def _read(self) -> None:
        """Fill memory from the file, which ends when all of it has been read."""
        if self._file is None:
            return
        self._file.seek(self._begin)
        while self._filed and len(self._first) < self._held:
            body = self._file.readline().rstrip(b"\n")
            self._first.append(Waiting(msgspec.json.decode(body, type=_Timed).time, body))
            self._filed -= 1
        self._begin = self._file.tell()
        if not self._filed:
            self._close()

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._filed, self._begin = None, 0, 0
