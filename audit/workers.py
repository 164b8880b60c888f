"""Log files read on all cores: workers fetch, scan and condense; the results come back in order."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Generic, TypeVar

from audit.findings import UNREADABLE, Finding
from audit.records import Record
from audit.scan import scan
from audit.selection import Selection
from audit.sources.source import Source

T = TypeVar("T")
_FEW = 8  # files that one process has read before others have started


@dataclass(slots=True)
class Tally:
    """What was found wrong, and how much was read (`size` in decompressed bytes)."""

    findings: list[Finding] = field(default_factory=list)
    files: int = 0
    events: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """What one batch of log files gave: its records condensed, and how the reading went."""

    value: T
    tally: Tally


@dataclass(frozen=True, slots=True)
class Job(Generic[T]):
    """What a worker does with each batch. `condense` must be a module's function: it is sent by name."""

    source: Source
    selection: Selection
    limit: int
    condense: Callable[[Iterable[Record]], T]
    batches: int = 1

    def run(self, keys: Sequence[str]) -> Part[T]:
        """Read a batch of log files."""
        tally = Tally()
        return Part(self.condense(self._records(keys, tally)), tally)

    def _records(self, keys: Sequence[str], part: Tally) -> Iterator[Record]:
        for key, data in self.source.fetch(keys):
            part.files += 1
            if isinstance(data, OSError):
                part.findings.append(Finding(UNREADABLE, key, str(data)))
                continue
            scanned = scan(key, data, self.selection, self.limit)
            part.findings += scanned.findings
            part.events += scanned.events
            part.size += scanned.size
            yield from scanned.records


def run(job: Job[T], keys: Iterator[str], processes: int | None = None) -> Iterator[Part[T]]:
    """Run a job over all keys, batch by batch, in the order of the keys.

    `processes` is 1 for none but this one; None for one a core, unless there is little to read.
    """
    first = list(islice(keys, _FEW))
    if processes is None:
        processes = 1 if len(first) < _FEW else (os.cpu_count() or 1)
    if processes == 1:
        yield from map(job.run, _batches(chain(first, keys), 1))
        return
    # A fork costs nothing of the imports. It must come before this process starts threads of its own.
    method = "fork" if sys.platform == "linux" else "spawn"
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context(method)) as pool:
        waiting: deque[Future[Part[T]]] = deque()
        for batch in _batches(chain(first, keys), job.source.batch * job.batches):
            waiting.append(pool.submit(job.run, batch))
            if len(waiting) > 2 * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _batches(keys: Iterator[str], size: int) -> Iterator[list[str]]:
    while batch := list(islice(keys, size)):
        yield batch
