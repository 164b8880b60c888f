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
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, cycle, islice
from typing import Any, Generic, TypeVar

from audit.findings import UNREADABLE, Finding
from audit.lanes import InProcess, InThread, Lane
from audit.native import NATIVE
from audit.records import Record
from audit.scan import Opened, Tally, opened, weight_of_records
from audit.selection import Selection
from audit.sources.source import OversizeError, Source
from audit.unpack import too_large

T = TypeVar("T")
_FEW = 8  # files of a folder that one thread has read before others have started
_SOME = 64  # and those that it has read before a process has started
_MANY = 500  # objects that one process has fetched before others have made clients of their own
_UNIT = 4  # neighbouring files that one worker reads while others read those after them
_GROUP = 4096  # files that are shared out at a time
_MOST_BYTES = 2**23  # of records in one part, about four files
_WEIGHED = 32  # records that are weighed together
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
            reading = _Reading(self, islice(fetched, len(unit)))
            if self.counts:
                yield from self._counted(reading)
            while reading.more:
                records = reading.some()
                value = self.condense(records)
                deque(records, maxlen=0)  # what was not asked for is read as well, and checked
                yield Part(value, reading.tally.taken(), last=not reading.more)

    def _counted(self, reading: _Reading) -> Iterator[Part[T]]:
        """A part for as many records as `condense` takes, until none is left."""
        records = reading.everything()
        value = self.condense(records)
        for following in records:
            yield Part(value, reading.tally.taken(), last=False)
            value = self.condense(chain((following,), records))
        yield Part(value, reading.tally.taken())


class _Reading:
    """The records of some files, as many at a time as fit into one part."""

    def __init__(self, job: Job[Any], files: Iterator[tuple[str, bytes | OSError]]) -> None:
        self._job, self._files = job, files
        self._begun: Iterator[Record] | None = None  # a file of which the last part had no more than a piece
        self.tally = Tally()
        self.more = True

    def everything(self) -> Iterator[Record]:
        """All records."""
        self.more = False
        for file in self._opened():
            yield from file.records

    def some(self) -> Iterator[Record]:
        """The next records; `more` says whether others may follow."""
        left = _MOST_BYTES
        if self._begun:
            left = yield from self._piece(self._begun, left)
        for file in self._opened() if left > 0 else ():
            if file.weight is not None and file.weight <= _MOST_BYTES:
                left -= file.weight
                yield from file.records
            else:
                left = yield from self._piece(file.records, left)
            if left <= 0:
                return
        self.more = left <= 0

    def _piece(self, records: Iterator[Record], left: int) -> Generator[Record, None, int]:
        """Records of a large file, weighed as they come; the generator's value is what is left then."""
        self._begun = records
        while few := list(islice(records, _WEIGHED)):
            yield from few
            left -= weight_of_records(len(few)) + sum(len(record.text) for record in few)
            if left <= 0:
                return left
        self._begun = None
        return left

    def _opened(self) -> Iterator[Opened]:
        job = self._job
        for key, data in self._files:
            name = job.source.shown(key)
            if isinstance(data, OSError):
                self.tally.files += 1
                self.tally.findings.append(unread(name, data, job.limit))
            else:
                yield opened(name, data, job.selection, self.tally, job.limit)


def unread(key: str, error: OSError, limit: int) -> Finding:
    """The finding that a log file could not be fetched, or is too large."""
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
        enough = _FEW if threads else _SOME if job.source.local else _MANY
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
