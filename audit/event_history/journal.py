"""What a download has so far: a file for each account and Region, a line a page, to go on from.

The folder stands beside the output under its name with `.part` added, and goes when the output is whole.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from console.errors import OutputError

_PLACE = re.compile(r"\d{12}\.[a-z]+(?:-[a-z]+)+-\d{1,2}")


class JournalError(OutputError):
    """The journal is another query's, in use, damaged, or not to be written; the message says the way out."""


class Kept(msgspec.Struct, frozen=True):
    """The wanted events of one page as (event ID, record); `until` is the oldest event time of the page."""

    until: datetime | None
    last: bool
    records: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a place got: the oldest time reached, the event IDs kept, and whether all is read."""

    until: datetime | None
    ids: frozenset[str]
    done: bool


class Journal:
    """The pages kept so far, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: BinaryIO | None = None  # held until the process ends

    def open(self, query: dict[str, Any]) -> dict[str, Any]:
        """Begin, or go on with, the download of a query; return the query with the times it began with.

        `query["begun"]` is now for a download that begins, and stays what it was for one that goes on.

        Raises:
            JournalError: the folder holds another query's download, is in use, or cannot be written.

        """
        for place in query["places"]:
            self._file(place)
        try:
            self._folder.mkdir(parents=False, exist_ok=True)
            self._hold()
            before = self._begun(query)
        except OSError as error:
            raise JournalError(
                f"{self._folder}: {error.strerror}; a download is kept there until it is whole:"
                " give --output in a folder that is there and can be written, or delete what is in the way"
            ) from error
        if {**before, "begun": None} != {**query, "begun": None}:
            raise JournalError(
                f"{self._folder} holds an interrupted download of other events: finish that one with"
                " the options that it was begun with, or delete the folder"
            )
        return before

    def _hold(self) -> None:
        """Keep other processes out, which would keep the same pages once more."""
        self._lock = (self._folder / "lock").open("wb")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise JournalError(
                f"{self._folder} is in use by another download: wait for it, or give another --output"
            ) from error

    def _begun(self, query: dict[str, Any]) -> dict[str, Any]:
        """The query that the pages kept so far answer; the given one if there are none."""
        path = self._folder / "query.json"
        if path.exists() and any(self._folder.glob("*.jsonl")):
            try:
                return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
            except msgspec.DecodeError as error:
                raise self._damaged(path, error) from error
        temporary = path.with_suffix(".new")
        temporary.write_bytes(msgspec.json.encode(query))
        temporary.replace(path)
        return query

    def add(self, place: str, kept: Kept) -> None:
        """Append one page, and see it to the disk.

        Raises:
            JournalError: it cannot be written.

        """
        path = self._file(place)
        try:
            with path.open("ab") as file:
                file.write(msgspec.json.encode(kept) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise JournalError(
                f"{path}: {error.strerror}; mend that, and the same command goes on from there"
            ) from error

    def progress(self, place: str) -> Progress:
        """How far a place got before. A torn last line is removed: its page is asked for again."""
        self._cut_torn_line(place)
        until, done, ids = None, False, set[str]()
        for kept in self._pages(place):
            until, done = kept.until or until, kept.last
            ids.update(event_id for event_id, _ in kept.records)
        return Progress(until, frozenset(ids), done)

    def records(self, place: str) -> Iterator[str]:
        """The records of a place, newest first, as they came."""
        for kept in self._pages(place):
            yield from (record for _, record in kept.records)

    def remove(self) -> None:
        """Delete the journal: its work is done."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _pages(self, place: str) -> Iterable[Kept]:
        file = self._file(place)
        if file.exists():
            with file.open("rb") as lines:
                for line in lines:
                    try:
                        yield msgspec.json.decode(line, type=Kept)
                    except msgspec.DecodeError as error:
                        raise self._damaged(file, error) from error

    def _damaged(self, file: Path, error: Exception) -> JournalError:
        return JournalError(f"{file} is damaged: {error}; delete {self._folder} to begin the download anew")

    def _cut_torn_line(self, place: str) -> None:
        file = self._file(place)
        if not file.exists():
            return
        content = file.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole != len(content):
            with file.open("r+b") as torn:
                torn.truncate(whole)

    def _file(self, place: str) -> Path:
        if not _PLACE.fullmatch(place):
            raise JournalError(f"{place!r} is no account and Region; Regions have names such as us-east-1")
        return self._folder / f"{place}.jsonl"
