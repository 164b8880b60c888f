"""Delivered log files of a folder or a bucket, read as records and findings.

for item in logs.read("s3://bucket/prefix"):
    if isinstance(item, Record):
        print(item.event.event_name)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from audit.findings import Finding
from audit.keys import ObjectKind, kind_of
from audit.records import Record
from audit.selection import Selection
from audit.sources.folder import Folder
from audit.sources.source import Source, SourceError
from audit.unpack import DEFAULT_LIMIT
from audit.workers import Job, Part, run

T = TypeVar("T")
LATE_DAYS = 1  # a log file comes minutes after its events, so seldom later than the day after


def read(
    source: str | Source, selection: Selection | None = None, *, limit: int = DEFAULT_LIMIT
) -> Iterator[Record | Finding]:
    """Yield the wanted records and whatever was found wrong, file by file, in this process.

    `source` is `s3://bucket[/prefix]`, a folder or a file; `limit` bounds a file's decompressed bytes.

    Raises:
        SourceError: the source cannot be listed.

    """
    for part in condensed(source, selection or Selection(), list, limit=limit, processes=1):
        yield from part.tally.findings
        yield from part.value


def condensed(
    source: str | Source,
    selection: Selection,
    condense: Callable[[Iterable[Record]], T],
    *,
    limit: int = DEFAULT_LIMIT,
    processes: int | None = None,
    counts: bool = False,
    keys: Iterator[str] | None = None,
) -> Iterator[Part[T]]:
    """Read on all cores, each batch of records condensed where it was read.

    With `counts`, the parts are few and large and come in any order: for what is small and adds up.
    `keys` are the log files to read, where it is not all of the selection's days.

    Raises:
        SourceError: the source cannot be listed.

    """
    place = open_source(source) if isinstance(source, str) else source
    first = selection.start.date() if selection.start else None
    last = selection.end.date() + timedelta(LATE_DAYS) if selection.end else None
    job = Job(place, selection, limit, condense, counts)
    return run(job, log_keys(place, first, last) if keys is None else keys, processes)


def log_keys(place: Source, first: date | None, last: date | None) -> Iterator[str]:
    """The keys of log files; digests, insights and other objects are passed over by their names."""
    return (key for key in place.keys(first, last) if not key or kind_of(key) is ObjectKind.LOG)


def open_source(
    source: str, *, region: str | None = None, profile: str | None = None, endpoint_url: str | None = None
) -> Source:
    """The folder or bucket that a source names.

    Raises:
        SourceError: it names neither.

    """
    if not source.startswith("s3://"):
        return Folder(Path(source))
    from audit.aws import Aws  # noqa: PLC0415 - a folder needs no AWS
    from audit.sources.s3 import Bucket  # noqa: PLC0415

    bucket, _, prefix = source.removeprefix("s3://").partition("/")
    if not bucket:
        raise SourceError(f"{source}: no bucket named; write s3://bucket or s3://bucket/prefix")
    return Bucket(bucket, prefix, Aws(region, profile, endpoint_url))
