"""From the bytes of one log file to the records that a selection wants.

Two ways lead there. The fast one (audit.native) checks the whole file in one pass and says where the wanted
records stand. Whatever it is not sure of (odd escapes, and all damage) goes the careful way of audit.recover,
which decides record by record and says what is wrong; so do all files where there is no compiled library.
The tests hold both against a plain reading with `json`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from audit.findings import DAMAGED_RECORD, Finding
from audit.native import NATIVE
from audit.records import DECODER, Record
from audit.recover import split
from audit.selection import Selection
from audit.unpack import DEFAULT_LIMIT, unpack


class _Service(msgspec.Struct, rename="camel", gc=False):
    """The one member without which nothing can be said of a record."""

    event_source: str


_SERVICE = msgspec.json.Decoder(_Service)


@dataclass(slots=True)
class Tally:
    """What was found wrong, and how much was read (`size` in decompressed bytes)."""

    findings: list[Finding] = field(default_factory=list)
    files: int = 0
    events: int = 0
    size: int = 0


def scan(
    key: str, data: bytes, selection: Selection, tally: Tally, limit: int = DEFAULT_LIMIT
) -> Iterator[Record]:
    """Read one log file: yield every sound record that the selection wants, and note damage in the tally.

    The file's gzip, JSON and UTF-8 are checked throughout, and each record must name its service; the records
    of services that are not wanted are not looked into any further. `limit` bounds the decompressed bytes.
    """
    tally.files += 1
    unpacked = unpack(key, data, limit)
    text = unpacked.text
    tally.size += len(text)
    if unpacked.finding:
        tally.findings.append(unpacked.finding)
        cuts = _carefully(key, text, selection, tally, reported=True) if text else iter(())
    else:
        sure = NATIVE.records(text, selection.event_sources) if NATIVE else None
        cuts = _carefully(key, text, selection, tally) if sure is None else _surely(text, sure, tally)
    all_wanted = selection.only_services
    for number, cut in cuts:
        try:
            event = DECODER.decode(cut)
        except (ValueError, RecursionError) as error:
            tally.findings.append(Finding(DAMAGED_RECORD, f"{key} record {number}", str(error)))
            continue
        if all_wanted or selection.wants(event):
            yield Record(key, cut, event)


def _surely(text: bytearray, sure: tuple[int, list[int]], tally: Tally) -> Iterator[tuple[int, bytes]]:
    """The number and text of each wanted record of a file that is sound beyond doubt."""
    events, places = sure
    tally.events += events
    with memoryview(text) as view:
        for number, begin, end in zip(places[::3], places[1::3], places[2::3], strict=True):
            yield number, bytes(view[begin:end])


def _carefully(
    key: str, text: bytearray, selection: Selection, tally: Tally, *, reported: bool = False
) -> Iterator[tuple[int, bytes]]:
    """The same of any file, decided record by record. `reported`: it is known that the file is damaged."""
    texts, finding = split(key, text)
    if finding and not reported:
        tally.findings.append(finding)
    tally.events += len(texts)
    for number, raw in enumerate(texts):
        cut = bytes(raw)
        try:
            service = _SERVICE.decode(cut).event_source
            if not cut.isascii():
                cut.decode()
        except (ValueError, RecursionError) as error:
            tally.findings.append(Finding(DAMAGED_RECORD, f"{key} record {number}", str(error)))
            continue
        if not selection.event_sources or service in selection.event_sources:
            yield number, cut
