"""What a download has so far: a file for each account and Region, a line a page, to go on from.

The folder stands beside the output under its name with `.part` added, and goes when the output is whole.
Each line begins with a digest over itself, the lines before it, its place and the query: pages that were
damaged, moved or made by something else are told, never believed.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from audit.errors import AuditError
from audit.event_history.folder import OwnFolder
from audit.selection import parse_time

_PLACE = re.compile(r"\d{12}\.[a-z]+(?:-[a-z]+)+-\d{1,2}")
_QUERY = "query.json"
_PAGES = ".jsonl"


class JournalError(AuditError):
    """The journal is another query's, in use, damaged, or not to be written; the message says the way out."""


class Kept(msgspec.Struct, frozen=True):
    """The wanted events of one page as (event ID, record); `until` is the oldest event time of the page.

    `damaged` are the events that have not the form of a record: (which, what is wrong).
    """

    until: datetime | None
    last: bool
    records: list[tuple[str, str]]
    damaged: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a place got: the oldest time reached, the event IDs kept, whether all is read, the damaged."""

    until: datetime | None
    ids: frozenset[str]
    done: bool
    damaged: tuple[tuple[str, str], ...]


class Journal:
    """The pages kept so far, in a folder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._folder: OwnFolder | None = None
        self._lock: BinaryIO | None = None
        self._query = b""
        self._links: dict[str, str] = {}  # the digest of each place's last line

    def open(self, query: dict[str, Any]) -> datetime:
        """Begin, or go on with, the download of a query; return when it was begun.

        `query["begun"]` is now for a download that begins; for one that goes on, what was kept counts.

        Raises:
            JournalError: the folder holds another query's download, is in use, or cannot be written.
            NotOursError: the folder, or a file in it, may be another's work.

        """
        for place in query["places"]:
            self._file(place)
        try:
            self._folder = OwnFolder(self._path)
            self._lock = self._folder.hold()
            if self._lock is None:
                raise JournalError(
                    f"{self._path} is in use by another download: wait for it, or give another --output"
                )
            before = self._begun(query)
        except OSError as error:
            raise JournalError(
                f"{self._path}: {error.strerror}; a download is kept there until it is whole:"
                " give --output in a folder that is there and can be written, or delete what is in the way"
            ) from error
        if {**before, "begun": None} != {**query, "begun": None}:
            raise JournalError(
                f"{self._path} holds an interrupted download of other events: finish that one with"
                " the options that it was begun with, or delete the folder"
            )
        return parse_time(before["begun"])

    def _begun(self, query: dict[str, Any]) -> dict[str, Any]:
        """The query that the pages kept so far answer; the given one if there are none."""
        if not any(name.endswith(_PAGES) for name in self._own.names()):
            self._query = msgspec.json.encode(query)
            self._own.replace(_QUERY, self._query)
            return query
        try:
            with self._own.opened(_QUERY, os.O_RDONLY, "rb") as file:
                self._query = file.read()
            kept = msgspec.json.decode(self._query, type=dict[str, Any])
            parse_time(kept["begun"])
        except (FileNotFoundError, msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
            raise self._damaged(_QUERY, error) from error
        return kept

    def add(self, place: str, kept: Kept) -> None:
        """Append one page, and see it to the disk.

        Raises:
            JournalError: it cannot be written.
            NotOursError: its file may be another's work.

        """
        name = self._file(place)
        page = msgspec.json.encode(kept)
        link = self._link(place, page)
        try:
            with self._own.opened(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, "ab") as file:
                file.write(b"%s %s\n" % (link.encode(), page))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise JournalError(
                f"{self._path / name}: {error.strerror}; fix that, and the same command goes on from there"
            ) from error
        self._links[place] = link

    def progress(self, place: str) -> Progress:
        """How far a place got before. A torn last line is removed: its page is asked for again."""
        self._cut_torn_line(place)
        until, done, ids, damaged = None, False, set[str](), list[tuple[str, str]]()
        for kept in self._pages(place):
            until, done = kept.until or until, kept.last
            ids.update(event_id for event_id, _ in kept.records)
            damaged += kept.damaged
        return Progress(until, frozenset(ids), done, tuple(damaged))

    def records(self, place: str) -> Iterator[str]:
        """The records of a place, oldest first: they came the other way round, page by page."""
        begins = [begin for begin, _ in self._lines(place)]
        if not begins:
            return
        with self._own.opened(self._file(place), os.O_RDONLY, "rb") as file:
            for begin in reversed(begins):
                file.seek(begin)
                kept = self._kept(place, file.readline())
                yield from (record for _, record in reversed(kept.records))

    def remove(self) -> None:
        """Delete the journal: its work is done. What it did not make stays."""
        for name in self._own.names():
            if name in {_QUERY, "lock"} or (name.endswith(_PAGES) and _PLACE.fullmatch(name[: -len(_PAGES)])):
                self._own.remove(name)
        self._own.vanish()

    def close(self) -> None:
        """Let another process go on with what is kept."""
        if self._lock is not None:
            self._lock.close()
        if self._folder is not None:
            self._folder.close()
        self._lock = self._folder = None

    @property
    def _own(self) -> OwnFolder:
        assert self._folder is not None, "the journal is not open"  # noqa: S101 - a fault of ours
        return self._folder

    def _pages(self, place: str) -> Iterator[Kept]:
        for _, line in self._lines(place):
            yield self._kept(place, line)

    def _lines(self, place: str) -> Iterator[tuple[int, bytes]]:
        """Where each line of a place begins, and the line: as this download wrote it."""
        name, begin = self._file(place), 0
        self._links.pop(place, None)
        try:
            lines = self._own.opened(name, os.O_RDONLY, "rb")
        except FileNotFoundError:
            return
        with lines:
            for line in lines:
                link, _, page = line.rstrip(b"\n").partition(b" ")
                if link.decode("latin-1") != self._link(place, page):
                    raise self._damaged(name, "a page is not as this download wrote it")
                self._links[place] = link.decode()
                yield begin, line
                begin += len(line)

    def _kept(self, place: str, line: bytes) -> Kept:
        try:
            return msgspec.json.decode(line.partition(b" ")[2], type=Kept)
        except msgspec.DecodeError as error:
            raise self._damaged(self._file(place), error) from error

    def _link(self, place: str, page: bytes) -> str:
        """The digest that a page has after the place's last one."""
        before = self._links.get(place, "").encode() or b"%s\n%s" % (self._query, place.encode())
        return hashlib.sha256(b"%s\n%s" % (before, page)).hexdigest()

    def _damaged(self, name: str, problem: object) -> JournalError:
        return JournalError(
            f"{self._path / name} is damaged: {problem}; delete {self._path} to begin the download anew"
        )

    def _cut_torn_line(self, place: str) -> None:
        try:
            file = self._own.opened(self._file(place), os.O_RDWR, "r+b")
        except FileNotFoundError:
            return
        with file:
            content = file.read()
            whole = content.rfind(b"\n") + 1
            if whole != len(content):
                file.truncate(whole)

    def _file(self, place: str) -> str:
        if not _PLACE.fullmatch(place):
            raise JournalError(f"{place!r} is no account and Region; Regions have names such as us-east-1")
        return place + _PAGES
