"""Delivered log files of a folder or a bucket, read as records and findings.

for item in logs.read("s3://bucket/prefix"):
    if isinstance(item, Record): print(item.event.event_name)
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from audit.aws import Aws
from audit.findings import UNREADABLE, Finding
from audit.keys import ObjectKind, kind_of
from audit.records import Record
from audit.scan import scan
from audit.selection import Selection
from audit.sources.folder import Folder
from audit.sources.s3 import Bucket
from audit.sources.source import Source, SourceError
from audit.unpack import DEFAULT_LIMIT


def read(
    source: str,
    selection: Selection | None = None,
    *,
    aws: Aws | None = None,
    limit: int = DEFAULT_LIMIT,
    late_days: int = 1,
) -> Iterator[Record | Finding]:
    """Yield the wanted records and whatever was found wrong, file by file.

    `source` is `s3://bucket[/prefix]`, a folder or a file; `limit` bounds a file's decompressed bytes;
    `late_days` is how many days after `selection.end` a log file may still have been delivered.

    Raises:
        SourceError: the source cannot be listed.

    """
    selection = selection or Selection()
    place = open_source(source, aws or Aws())
    first, last = _days(selection, late_days)
    batch = [key for key in place.keys(first, last) if kind_of(key) is ObjectKind.LOG or not key]
    for key, data in place.fetch(batch):
        if isinstance(data, OSError):
            yield Finding(UNREADABLE, key, str(data))
            continue
        scanned = scan(key, data, selection, limit)
        yield from scanned.findings
        yield from scanned.records


def open_source(source: str, aws: Aws) -> Source:
    """The folder or bucket that a source names.

    Raises:
        SourceError: it names neither.

    """
    if not source.startswith("s3://"):
        return Folder(Path(source))
    bucket, _, prefix = source.removeprefix("s3://").partition("/")
    if not bucket:
        raise SourceError(f"{source}: no bucket named; write s3://bucket or s3://bucket/prefix")
    return Bucket(bucket, prefix, aws)


def _days(selection: Selection, late_days: int) -> tuple[date | None, date | None]:
    first = selection.start.date() if selection.start else None
    return first, selection.end.date() + timedelta(late_days) if selection.end else None
