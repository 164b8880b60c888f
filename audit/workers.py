"""Log files read on all cores: each worker fetches, scans and condenses its share, in order.

Two kinds of work share the machine differently. Reading a folder is mostly C (decompression, audit.native),
which threads run side by side without sending anything from one process to another. Fetching from S3 is
Python's work, and so is counting where every service is wanted: that takes processes. A process is a fresh
interpreter that gets its job in writing: nothing is ever forked, so no connection, lock or client of this
process is in anyone else's hands.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, cycle, islice
from typing import Generic, TypeVar

from audit.findings import UNREADABLE, Finding
from audit.lanes import InProcess, InThread, Lane
from audit.native import NATIVE
from audit.records import Record
from audit.scan import Tally, scan
from audit.selection import Selection
from audit.sources.source import OversizeError, Source
from audit.unpack import too_large

T = TypeVar("T")
_FEW = 8  # files of a folder that one thread has read before others have started
_SOME = 64  # and those that it has read before a process has started
_UNIT = 4  # neighbouring files that one worker reads while others read those after them
_GROUP = 4096  # files that are shared out at a time
_MOST_BYTES = 2**21  # of records in one part, each with what it costs besides its text
_RECORD_BYTES = 512
_MOST_CORES_OF_THREADS = 4  # more of them would wait for Python's lock while they count


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """What some log files gave, or a piece of a large one: records condensed, and how the reading went.

    `last` says that nothing more comes of these files.
    """

    value: T
    tally: Tally
    last: bool = True


@dataclass(frozen=True, slots=True)
class Job(Generic[T]):
    """What a worker does with its files. `condense` must be a module's function: it may be sent by name.

    `counts` says that condensing is Python's work with a small outcome, in whatever order the files come.
    """

    source: Source
    selection: Selection
    limit: int
    condense: Callable[[Iterable[Record]], T]
    counts: bool = False

    def parts(self, share: Sequence[Sequence[str]]) -> Iterator[Part[T]]:
        """Read a share of units of log files; the parts of each unit end with one marked as the last."""
        fetched = self.source.fetch(list(chain.from_iterable(share)), self.limit)
        for unit in share:
            tally = Tally()
            records = self._records(islice(fetched, len(unit)), tally)
            if self.counts:
                yield Part(self.condense(records), tally)
                continue
            more = True
            while more:
                some = _Some(records)
                value = self.condense(some)
                more = some.more
                yield Part(value, tally.taken(), last=not more)

    def _records(self, files: Iterator[tuple[str, bytes | OSError]], tally: Tally) -> Iterator[Record]:
        for key, data in files:
            name = key if key.isascii() else _as_text(key)
            if isinstance(data, OSError):
                tally.files += 1
                tally.findings.append(_unread(name, data, self.limit))
            else:
                yield from scan(name, data, self.selection, tally, self.limit)


class _Some:
    """As many of the records as fit into one part; `more` says that others may follow."""

    def __init__(self, records: Iterator[Record]) -> None:
        self._records, self.more = records, False

    def __iter__(self) -> Iterator[Record]:
        left = _MOST_BYTES
        for record in self._records:
            yield record
            left -= _RECORD_BYTES + len(record.text)
            if left < 0:
                self.more = True
                return


def _as_text(key: str) -> str:
    """A key that any output can write: a file's name need not be UTF-8."""
    return key.encode(errors="surrogateescape").decode(errors="backslashreplace")


def _unread(key: str, error: OSError, limit: int) -> Finding:
    if isinstance(error, OversizeError):
        return too_large(key, limit)
    return Finding(UNREADABLE, key, str(error))


def run(job: Job[T], keys: Iterator[str], processes: int | None = None) -> Iterator[Part[T]]:
    """Run a job over all keys, in their order unless it counts.

    `processes` is the number of threads or processes: 1 for none but this one; None for one a core, unless
    there is little to read.
    """
    number = processes or os.cpu_count() or 1
    threads = _suits_threads(job, number)
    if number > 1 and not processes:
        enough = _FEW if threads else _SOME
        first = list(islice(keys, enough))
        keys = chain(first, keys)
        number = number if len(first) == enough else 1
    groups = (_units(job, group, number) for group in _batches(keys, _GROUP))
    if number == 1:
        yield from chain.from_iterable(map(job.parts, groups))
    else:
        yield from _on_lanes(job, groups, number, threads=threads)


def _suits_threads(job: Job[T], number: int) -> bool:
    """Whether little enough of the work is Python's that threads do not wait for each other."""
    if not job.source.local or NATIVE is None:
        return False
    return not job.counts or (number <= _MOST_CORES_OF_THREADS and bool(job.selection.event_sources))


def _on_lanes(
    job: Job[T], groups: Iterator[list[Sequence[str]]], number: int, *, threads: bool
) -> Iterator[Part[T]]:
    """The parts of all units, lanes taking turns; each is a group ahead, so that none waits for work."""
    lanes: list[Lane[Sequence[Sequence[str]], Part[T]]] = []
    try:
        lanes += [Lane(InThread(job.parts) if threads else InProcess(job)) for _ in range(number)]
        owed: deque[Lane[Sequence[Sequence[str]], Part[T]]] = deque()
        for units in groups:
            ready = len(owed)
            for place, lane in enumerate(lanes):
                lane.give(units[place::number])
            owed += islice(cycle(lanes), len(units))
            for _ in range(ready):
                yield from owed.popleft().unit()
        while owed:
            yield from owed.popleft().unit()
    finally:
        for lane in lanes:
            lane.stop()
        for lane in lanes:
            lane.join()


def _units(job: Job[T], keys: Sequence[str], number: int) -> list[Sequence[str]]:
    """What one worker reads at a stretch: a few neighbours, or for counts as much as there is for each."""
    if job.counts:
        return [share for place in range(number) if (share := keys[place::number])]
    return [keys[begin : begin + _UNIT] for begin in range(0, len(keys), _UNIT)]


def _batches(keys: Iterator[str], size: int) -> Iterator[list[str]]:
    while batch := list(islice(keys, size)):
        yield batch
