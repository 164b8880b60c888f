"""`audit download`: copy the log files of a bucket into a folder, under the same names, to go on from."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path

from audit import logs
from audit.commands.looking import check_place, tell
from audit.findings import USER_GUIDE, Finding, FindingKind, Severity
from audit.selection import Selection
from audit.sources.source import Source
from audit.unpack import DEFAULT_LIMIT
from audit.workers import unread
from console.errors import OutputError
from console.files import replacing
from console.messages import say, show_progress

UNSAFE_KEY = FindingKind(
    "IBT111",
    Severity.ERROR,
    "log file has a key that is no safe path",
    "Stored under it, the file could land outside the folder or in the place of another; it was not copied.",
    "Look who put the object there: CloudTrail's keys have only letters, digits and - _ . / in them.",
    USER_GUIDE + "get-and-view-cloudtrail-log-files.html",
)
_PART = re.compile(r"[A-Za-z0-9!_.*'()@=+:, -]{1,255}")  # S3's safe characters, and harmless ones
_AT_ONCE = 256  # files between two looks at what is there already
_STOPS = {errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EPERM, errno.EDQUOT}


def download(source: Source, folder: Path, selection: Selection, *, limit: int = DEFAULT_LIMIT) -> int:
    """Copy the log files of the selection's days. Those that are there already are left as they are.

    A file appears whole under its name or not at all, so the same command goes on after an interruption.
    `limit` is the most bytes of a file as it is stored.

    Returns 0, or 1 when a file could not be copied.

    Raises:
        SourceError: the source cannot be listed, or has no log file.
        OutputError: nothing can be written to the folder.

    """
    first = selection.start.date() if selection.start else None
    last = selection.end.date() + timedelta(logs.LATE_DAYS) if selection.end else None
    copy = _Copy(source, folder, limit)
    try:
        copy.run(logs.log_keys(source, first, last))
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"{copy.told()}; the same command goes on from there") from None
    code = tell(copy.findings)
    say(copy.told())
    return code


@dataclass(slots=True)
class _Copy:
    """The files that are copied, and those that were there already; `size` in bytes."""

    source: Source
    folder: Path
    limit: int
    findings: list[Finding] = field(default_factory=list)
    copied: int = 0
    there: int = 0
    size: int = 0

    def told(self) -> str:
        """How many there are."""
        new = f"{self.copied:,} log file{'s' * (self.copied != 1)} ({self.size / 2**20:,.1f} MiB) new"
        return f"{new} in {self.folder}; {self.there:,} were there already"

    def run(self, keys: Iterator[str]) -> None:
        """Copy what is not there.

        Raises:
            SourceError: the source cannot be listed, or has no log file.
            OutputError: nothing can be written to the folder.

        """
        listed = False
        while some := list(islice(keys, _AT_ONCE)):
            listed = _made(self.folder)
            places = _places(self.folder, some, self.findings)
            wanted = [key for key, place in places.items() if not _is_there(place)]
            self.there += len(places) - len(wanted)
            for key, data in self.source.fetch(wanted, self.limit):
                self._take(key, data, places[key])
        if not listed:
            check_place(self.source)

    def _take(self, key: str, data: bytes | OSError, place: Path) -> None:
        if isinstance(data, OSError):
            self.findings.append(unread(key, data, self.limit))
        elif _stored(place, data, key, self.findings):
            self.copied, self.size = self.copied + 1, self.size + len(data)
        there = f"{self.there:,} were there"
        show_progress(f"{self.copied:,} log files, {self.size / 2**20:,.1f} MiB; {there}")


def _is_there(place: Path) -> bool:
    """Whether there is a file with anything in it: no log file is empty, but a copy that broke off may be."""
    return place.exists() and place.stat().st_size > 0


def _made(folder: Path) -> bool:
    """True, once the folder is there.

    Raises:
        OutputError: it cannot be made.

    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: {error.strerror}; give a folder, or a name for one") from error
    return True


def _places(folder: Path, keys: list[str], findings: list[Finding]) -> dict[str, Path]:
    """Where each object goes; one whose key is no path below the folder goes nowhere."""
    places = {}
    for key in keys:
        if _is_safe(key):
            places[key] = folder / key
        else:
            findings.append(Finding(UNSAFE_KEY, key, "it is left out"))
    return places


def _is_safe(key: str) -> bool:
    """Whether the key is a path below a folder, on every system, and the same one for each reader."""
    parts = key.split("/")
    return all(_PART.fullmatch(part) and part not in {".", ".."} for part in parts)


def _stored(place: Path, data: bytes, key: str, findings: list[Finding]) -> bool:
    """Whether the file is there now, whole."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with replacing(place) as file:
            file.write(data)
    except OSError as error:
        if error.errno in _STOPS:
            raise OutputError(f"{place}: {error.strerror}; fix that, and the same command goes on") from error
        findings.append(Finding(UNSAFE_KEY, key, f"{error.strerror}: it is left out"))
        return False
    return True
