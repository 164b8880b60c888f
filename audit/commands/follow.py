"""`audit events --follow`: the events of each log file as it is delivered, until interrupted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from audit import logs
from audit.commands.events import lines, rows
from audit.commands.looking import tell
from audit.keys import day_of
from audit.rows import TABLE_COLUMNS, EventRow
from audit.selection import Selection
from audit.sources.source import Source, SourceError
from audit.unpack import DEFAULT_LIMIT
from console.messages import say
from console.output import Format, growing, write_json_lines

_LATE = timedelta(days=logs.LATE_DAYS)


@dataclass(slots=True)
class _Listing:
    """The log files of a place that were not there before.

    Only the days in which files may still come are listed, and only their names kept: memory stays flat.
    """

    source: Source
    known: set[str] = field(default_factory=set)

    def new(self, first: date) -> Iterator[str]:
        """The keys that are there now and were not when this was asked last, of the day `first` and later."""
        recent, listed = _recent(), set[str]()
        for key in logs.log_keys(self.source, min(first, recent), None):
            if (day_of(key) or recent) >= recent:
                listed.add(key)
            if key not in self.known:
                self.known.add(key)  # also if the listing breaks off: it was given away
                yield key
        self.known = listed


def _recent() -> date:
    """The first day in which a log file may still be delivered."""
    return (datetime.now(UTC) - _LATE).date()


def follow(
    source: Source,
    selection: Selection,
    *,
    format: Format = Format.TABLE,
    limit: int = DEFAULT_LIMIT,
    columns: Sequence[str] = (),
    pause: float = 10.0,
) -> int:
    """Print the wanted events of each new log file, asking every `pause` seconds whether there are any.

    With a start, the events from then on come first; without one, those of files that come from now on.
    Never returns: it ends by KeyboardInterrupt.

    Raises:
        SourceError: the source cannot be listed at first. Later that is said, and it is asked again.
        OutputError: the events cannot be written.

    """
    listing, first = _Listing(source), _recent()
    if selection.start is None:
        there = sum(1 for _ in listing.new(first))
        say(f"following {source}; log files there already: {there:,}, whose events --since 1d shows, too")
    elif selection.start.date() < first:
        first = selection.start.date()
    said, begun = "", selection.start is None
    with _writing(format, columns) as (condense, write):
        while True:
            try:
                for part in logs.condensed(source, selection, condense, limit=limit, keys=listing.new(first)):
                    tell(part.tally.findings)
                    write(part.value)
                first, said, begun = _recent(), "", True
            except SourceError as error:
                if not begun:
                    raise
                if str(error) != said:
                    said = str(error)
                    say(f"{said}; asking again every {pause:g} seconds")
            time.sleep(pause)


@contextmanager
def _writing(
    format: Format, columns: Sequence[str]
) -> Iterator[tuple[Callable[[Any], Any], Callable[[Any], None]]]:
    """What is made of the records of a log file, and what writes that."""
    if format is Format.JSONL:
        yield lines, lambda text: write_json_lines([text], None)
        return
    names = columns or (TABLE_COLUMNS if format is Format.TABLE else EventRow.__struct_fields__)
    with growing(names, format) as write:
        yield rows, write
