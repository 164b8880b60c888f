"""What a command that reads logs says besides its result: how much it looked at, and what was wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TypeVar

from audit import logs
from audit.findings import Finding
from audit.selection import Selection
from audit.sources.source import Source, SourceError
from audit.workers import Part
from console.messages import say

T = TypeVar("T")
MOST_FINDINGS = 10_000  # that wait until the result is written, and are on the page


class Looking:
    """One reading of a source: counts what is looked at, and keeps findings until the result is written."""

    def __init__(self, source: Source, selection: Selection) -> None:
        self.findings: list[Finding] = []
        self.files = 0
        self.more = 0  # findings beyond those, told right away
        self._source, self._selection = source, selection
        self._records = self._unsaid = 0
        self._found = False

    def parts(self, parts: Iterable[Part[T]]) -> Iterator[Part[T]]:
        """The parts; the first is read before this returns: nothing is written of a place without logs.

        Of very many findings, the first wait and the others are told right away.

        Raises:
            SourceError: the source cannot be listed, or has no log file.
            UnknownNameError: at the end, if nothing was found by a name that AWS does not have.

        """
        coming = iter(parts)
        first = next(coming, None)
        if first is None:
            check_place(self._source)
            return iter(())
        return self._counted(chain((first,), coming))

    def values(self, parts: Iterable[Part[T]]) -> Iterator[T]:
        """What was read, as it comes; see `parts`."""
        return (part.value for part in self.parts(parts))

    def tell(self) -> int:
        """Say, on stderr, the findings and how much was looked at; the exit code that they call for."""
        files, records = self.files, self._records
        said = f"looked at {files:,} log file{'s' * (files != 1)}, {records:,} record{'s' * (records != 1)}"
        if not self._found:
            said += f": none that is wanted ({'; '.join(self._selection.told()) or 'all events'})"
        code = tell(self.findings)
        say(said)
        if self._unsaid:
            say(
                f"{self._unsaid:,} more said neither whether they read nor whether they changed anything"
                " (no readOnly) and were left out; see them without --read-only and --changes"
            )
        return code

    def _counted(self, parts: Iterable[Part[T]]) -> Iterator[Part[T]]:
        for part in parts:
            self.files += part.tally.files
            self._records += part.tally.events
            self._unsaid += part.tally.unsaid
            self._found = self._found or bool(part.value)
            self.findings += part.tally.findings
            if len(self.findings) > MOST_FINDINGS:
                self.more += len(self.findings) - MOST_FINDINGS
                tell(self.findings[MOST_FINDINGS:])
                del self.findings[MOST_FINDINGS:]
            yield part
        if not self._found and not self.findings:
            from audit.known import check_found_by  # noqa: PLC0415 - reading needs no botocore

            check_found_by(self._selection)


def check_place(source: Source) -> None:
    """Tell a place without logs from one that has none of the days asked for.

    Raises:
        SourceError: it has none at all.

    """
    if next(logs.log_keys(source, None, None), None) is None:
        raise SourceError(
            f"{source}: no log file (*.json.gz) is there; CloudTrail's lie below"
            " [PREFIX/]AWSLogs/[ORGANIZATION/]ACCOUNT/CloudTrail/REGION/: check the name and the prefix"
        )


def tell(findings: Iterable[Finding]) -> int:
    """Print the findings, one line each, to stderr; the exit code that they call for."""
    code = 0
    for finding in findings:
        say(str(finding))
        code = 1
    return code
