"""Log files in a folder, laid out as in the bucket or not at all."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar

from audit.keys import day_of
from audit.sources.source import OversizeError, SourceError
from audit.unpack import DEFAULT_LIMIT

_DAY = len("2026/01/31")
_MONTH = re.compile(r"/\d{4}/\d{2}$")
_NUMBER = re.compile(r"\d{2}")
_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}
_READ_ONLY = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # opening never waits
_STEP = 2**20  # bytes read at a time from a file that has become longer


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, or one file. A key is the file's path below the folder, with forward slashes."""

    path: Path
    local: ClassVar[bool] = True

    def __str__(self) -> str:
        return str(self.path)

    def keys(self, first: date | None, last: date | None) -> Iterator[str]:
        """Walk the folder in order of days, then of names, without following links to other folders."""
        if self.path.is_file():
            yield ""
            return
        if not self.path.is_dir():
            problem = f"is {_kind(self.path.stat().st_mode)}" if self.path.exists() else "no such folder"
            raise SourceError(f"{self.path}: {problem}; give a folder, a file or s3://bucket[/prefix]")
        days: list[str] = []
        yield from self._below(self.path, first, last, days)
        days.sort(key=lambda folder: (folder[-_DAY:], folder))
        for day in days:
            yield from self._below(self.path / day, first, last, None)

    def _below(
        self, top: Path, first: date | None, last: date | None, days: list[str] | None
    ) -> Iterator[str]:
        """The keys below a folder. With `days`, folders of a day, named as CloudTrail does, go there."""
        for folder, folders, files in os.walk(top, onerror=_refuse):
            below = Path(folder).relative_to(self.path).as_posix()
            folders.sort()
            if days is not None and _MONTH.search(f"/{below}"):
                days += [f"{below}/{name}" for name in folders if _NUMBER.fullmatch(name)]
                folders[:] = [name for name in folders if not _NUMBER.fullmatch(name)]
            for name in sorted(files):
                key = name if below == "." else f"{below}/{name}"
                day = day_of(key) if first or last else None
                if day is None or ((first is None or day >= first) and (last is None or day <= last)):
                    yield key

    def shown(self, key: str) -> str:
        """The key, or the file's own name; what is no UTF-8 in it is spelled out."""
        name = key or self.path.name
        return (
            name
            if name.isascii()
            else name.encode(errors="surrogateescape").decode(errors="backslashreplace")
        )

    def fetch(self, keys: Sequence[str], limit: int = DEFAULT_LIMIT) -> Iterator[tuple[str, bytes | OSError]]:
        """Read files one after another, regular ones only: any other may never end, or never answer."""
        for key in keys:
            try:
                yield key, _bytes_of(self.path / key if key else self.path, limit)
            except OSError as error:
                yield key, error


def _bytes_of(path: Path, limit: int) -> bytes:
    """The bytes of a regular file, as far as they go now.

    Raises:
        OSError: it is none, cannot be read, or has more than `limit` bytes.

    """
    _check(path.stat())  # opening a device may do something to it
    with open(os.open(path, _READ_ONLY), "rb", buffering=0) as file:  # noqa: PTH123 - flags of our own
        there = os.fstat(file.fileno())
        _check(there)
        data = file.read(min(there.st_size, limit) + 1)
        while len(data) <= limit and (more := file.read(_STEP)):
            data += more
    if len(data) > limit:
        raise OversizeError(f"more than {limit:,} bytes")
    return data


def _check(there: os.stat_result) -> None:
    if not stat.S_ISREG(there.st_mode):
        raise OSError(f"{_kind(there.st_mode)}, not a regular file")


def _kind(mode: int) -> str:
    return _KINDS.get(stat.S_IFMT(mode), "something else")


def _refuse(error: OSError) -> None:
    raise SourceError(f"{error.filename}: {error.strerror}; every folder of the source must be readable")
