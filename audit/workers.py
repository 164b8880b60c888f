"""Log files read on all cores: workers fetch, scan and condense.

Two kinds of work share the machine differently. Listing records is mostly C (decompression, audit.native),
which threads run side by side without sending anything from one process to another. Counting them is Python's
work, as is fetching from S3: that takes processes, and few large shares, so that little is sent and merged.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Generic, TypeVar

from audit.findings import UNREADABLE, Finding
from audit.native import NATIVE
from audit.records import Record
from audit.scan import Tally, scan
from audit.selection import Selection
from audit.sources.source import Source

T = TypeVar("T")
_FEW = 8  # files that one process has read before others have started
_GROUP = 4096  # files that are shared out among processes at a time


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """What one batch of log files gave: its records condensed, and how the reading went."""

    value: T
    tally: Tally


@dataclass(frozen=True, slots=True)
class Job(Generic[T]):
    """What a worker does with each batch. `condense` must be a module's function: it may be sent by name.

    `counts` says that condensing is Python's work with a small outcome, in whatever order the files come.
    """

    source: Source
    selection: Selection
    limit: int
    condense: Callable[[Iterable[Record]], T]
    counts: bool = False

    def run(self, keys: Sequence[str]) -> Part[T]:
        """Read a batch of log files."""
        tally = Tally()
        return Part(self.condense(self._records(keys, tally)), tally)

    def _records(self, keys: Sequence[str], tally: Tally) -> Iterator[Record]:
        batches = _batches(iter(keys), self.source.batch)
        for key, data in chain.from_iterable(map(self.source.fetch, batches)):
            if isinstance(data, OSError):
                tally.files += 1
                tally.findings.append(Finding(UNREADABLE, key, str(data)))
            else:
                yield from scan(key, data, self.selection, tally, self.limit)


def run(job: Job[T], keys: Iterator[str], processes: int | None = None) -> Iterator[Part[T]]:
    """Run a job over all keys, batch by batch, in the order of the keys unless it counts.

    `processes` is 1 for none but this one; None for one a core, unless there is little to read.
    """
    processes = processes or os.cpu_count() or 1
    if job.source.local:
        first = list(islice(keys, _FEW))
        keys = chain(first, keys)
        processes = processes if len(first) == _FEW else 1
    batches = _shares(keys, processes) if job.counts else _batches(keys, job.source.batch)
    if processes == 1:
        yield from map(job.run, batches)
        return
    threads = job.source.local and NATIVE is not None and not job.counts
    with ThreadPoolExecutor(processes) if threads else _processes(job, processes) as pool:
        waiting: deque[Future[Part[T]]] = deque()
        for batch in batches:
            waiting.append(pool.submit(job.run if threads else _run_mine, batch))
            if len(waiting) > 2 * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _processes(job: Job[T], number: int) -> Executor:
    import multiprocessing  # noqa: PLC0415 - threads need none of this
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415

    method = "fork" if sys.platform == "linux" else "spawn"  # a fork costs nothing of the imports
    context = multiprocessing.get_context(method)
    pool = ProcessPoolExecutor(number, mp_context=context, initializer=_take, initargs=(job,))
    pool.submit(int).result()  # forks now, before listing a bucket starts threads of its own
    return pool


_mine: list[Job[Any]] = []  # what this worker process does, with the clients that it has made for that


def _take(job: Job[Any]) -> None:
    _mine.append(job)


def _run_mine(keys: Sequence[str]) -> Part[Any]:
    return _mine[0].run(keys)


def _shares(keys: Iterator[str], processes: int) -> Iterator[list[str]]:
    """Equal shares for all processes, of so many files at a time that their names fit into memory."""
    for group in _batches(keys, _GROUP):
        yield from (group[number::processes] for number in range(processes))


def _batches(keys: Iterator[str], size: int) -> Iterator[list[str]]:
    while batch := list(islice(keys, size)):
        yield batch
