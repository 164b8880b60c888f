"""The reader's inner loop in C, where the set-up found a C compiler; docs/adr/0006 says why.

Everything that it does, audit.recover and audit.unpack do as well without it, only slower.
"""

from __future__ import annotations

import ctypes
import threading
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "records.c"
_UNSURE, _FULL = -1, -2
_LONGEST_NAME = 255  # its length is passed in one byte
_MOST_RECORDS = 2**17  # in one answer: with more of them, a file's records are given one after another


def library_path() -> Path:
    """Where the compiled library of this very source lies, so that an outdated one is never loaded."""
    return HERE / f"records-{zlib.crc32(SOURCE.read_bytes()):08x}.so"


class Native(threading.local):
    """The functions of records.c, each thread with room of its own for their answers."""

    def __init__(self, path: Path) -> None:
        library = ctypes.CDLL(str(path))
        size, text, number = ctypes.c_size_t, ctypes.c_char_p, ctypes.POINTER(ctypes.c_size_t)
        self._find_records = library.find_records
        self._find_records.restype = ctypes.c_long
        self._find_records.argtypes = [ctypes.c_void_p, size, text, size, number, size, number]
        self._find_tail = library.find_tail
        self._find_tail.restype = size
        self._find_tail.argtypes = [text, size]
        self._found = size()
        self._spans = (size * (3 * 4096))()

    def records(self, text: bytearray, services: frozenset[str]) -> tuple[int, list[int]] | None:
        """How many records there are, and the number, beginning and end of each wanted one, all in one list.

        Wanted are the records of `services`; all, if it is empty. None where the text is not, beyond all
        doubt, a sound log file whose records all name their service, and where very many are wanted. What
        the records say of their time is then known to be one, where it is a string.
        """
        wanted = [service.encode(errors="surrogateescape") for service in services]
        if not text or any(len(name) > _LONGEST_NAME for name in wanted):
            return None
        names = b"".join(bytes([len(name)]) + name for name in wanted)
        start = ctypes.addressof(ctypes.c_char.from_buffer(text))
        while True:
            room = len(self._spans) // 3
            events = self._find_records(start, len(text), names, len(names), self._spans, room, self._found)
            if events != _FULL or room >= _MOST_RECORDS:
                break
            self._spans = (ctypes.c_size_t * (6 * room))()
        return None if events in (_UNSURE, _FULL) else (events, self._spans[: 3 * self._found.value])

    def tail(self, data: bytes) -> int:
        """Where the last four bytes of the data occur first in it; 0 if there are fewer."""
        position: int = self._find_tail(data, len(data))
        return position


def load() -> Native | None:
    """The library, if it was compiled here and this machine can run it."""
    path = library_path()
    try:
        return Native(path) if path.exists() else None
    except OSError:
        return None


NATIVE = load()
