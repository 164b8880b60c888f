"""From the bytes of one log file to the records that a selection wants.

Two ways lead there. The fast one (audit.native) checks the whole file in one pass and says where the wanted
records stand. Whatever it is not sure of (odd escapes, and all damage) goes the careful way of audit.recover,
which decides record by record and says what is wrong; so do all files where there is no compiled library.
The tests hold both against a plain reading with `json`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from audit.findings import DAMAGED_JSON, DAMAGED_RECORD, NO_RECORDS, Finding, FindingKind
from audit.native import NATIVE
from audit.records import DECODER, Record
from audit.recover import Flaw, TooLong, split
from audit.selection import Selection, parse_time
from audit.unpack import DEFAULT_LIMIT, unpack

_MOST_NOTES = 20  # findings of one kind in one file: a file of a few KB can hold millions


class _Service(msgspec.Struct, rename="camel", gc=False):
    """The one member without which nothing can be said of a record."""

    event_source: str


_SERVICE = msgspec.json.Decoder(_Service)
# The member's name with any of its letters escaped.
_NAMES = re.compile(
    b'"%b"' % b"".join(b"(?:%c|\\\\u00%02x)" % (letter, letter) for letter in b"eventSource"), re.IGNORECASE
)
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_PAIRS = json.JSONDecoder(object_pairs_hook=list, parse_int=str, parse_float=str)


@dataclass(slots=True)
class Tally:
    """What was found wrong, and how much was read (`size` in decompressed bytes).

    `unsaid` counts the events that were left out because they do not say whether they changed anything.
    """

    findings: list[Finding] = field(default_factory=list)
    files: int = 0
    events: int = 0
    size: int = 0
    unsaid: int = 0

    def taken(self) -> Tally:
        """What there is so far; this tally begins anew."""
        so_far = replace(self)
        self.findings, self.files, self.events, self.size, self.unsaid = [], 0, 0, 0, 0
        return so_far


class _Notes:
    """What is wrong with one file: the first few of each kind, and how many more there are."""

    def __init__(self, key: str, tally: Tally) -> None:
        self.key, self.tally = key, tally
        self._seen: dict[str, int] = {}
        self._more: dict[str, FindingKind] = {}

    def add(self, kind: FindingKind, detail: str, record: int | None = None) -> None:
        """Note what is wrong with the file, or with a record of it (counted from 0)."""
        self._seen[kind.code] = seen = self._seen.get(kind.code, 0) + 1
        if seen > _MOST_NOTES:
            self._more[kind.code] = kind
        else:
            where = self.key if record is None else f"{self.key} record {record}"
            self.tally.findings.append(Finding(kind, where, detail))

    def close(self) -> None:
        """Say how many were not noted one by one."""
        for code, kind in self._more.items():
            detail = f"and {self._seen[code] - _MOST_NOTES:,} more of this kind in this file"
            self.tally.findings.append(Finding(kind, self.key, detail))


@dataclass(frozen=True, slots=True)
class Opened:
    """One log file, unpacked: its wanted records, to be read once, and about what they take all together.

    `weight` is in bytes; None where it is not known before they are read.
    """

    records: Iterator[Record]
    weight: int | None


def scan(
    key: str, data: bytes, selection: Selection, tally: Tally, limit: int = DEFAULT_LIMIT
) -> Iterator[Record]:
    """Read one log file: yield every sound record that the selection wants, and note damage in the tally.

    The file's gzip, JSON and UTF-8 are checked throughout, and each record must name its service; the records
    of services that are not wanted are not looked into any further. `limit` bounds the decompressed bytes.
    """
    yield from opened(key, data, selection, tally, limit).records


def opened(key: str, data: bytes, selection: Selection, tally: Tally, limit: int = DEFAULT_LIMIT) -> Opened:
    """The same, to be read bit by bit."""
    tally.files += 1
    unpacked = unpack(key, data, limit)
    text = unpacked.text
    tally.size += len(text)
    notes = _Notes(key, tally)
    if unpacked.finding:
        tally.findings.append(unpacked.finding)
        cuts = _carefully(text, selection, tally, notes, reported=True) if text else iter(())
        return Opened(_wanted(cuts, selection, notes, sure=False), None)
    sure = NATIVE.records(text, selection.event_sources) if NATIVE else None
    if sure is None:
        cuts = _carefully(text, selection, tally, notes)
        return Opened(_wanted(cuts, selection, notes, sure=False), None)
    events, places = sure
    tally.events += events
    return Opened(
        _wanted(_surely(text, places), selection, notes, sure=True),
        len(text) + weight_of_records(len(places) // 3),
    )


def weight_of_records(number: int) -> int:
    """What so many records take besides their text, in bytes."""
    return 512 * number


def _wanted(
    cuts: Iterator[tuple[int, bytes]], selection: Selection, notes: _Notes, *, sure: bool
) -> Iterator[Record]:
    """The sound records among those of wanted services. `sure`: their times are known to be sound."""
    key, all_wanted = notes.key, selection.only_services
    for number, cut in cuts:
        try:
            event = DECODER.decode(cut)
            if not sure:
                parse_time(event.event_time)
            wanted = all_wanted or selection.wants(event)
            unsaid = not wanted and selection.left_out_unsaid(event)
        except (ValueError, RecursionError) as error:
            notes.add(DAMAGED_RECORD, str(error), number)
            continue
        if wanted:
            yield Record(key, cut, event)
        notes.tally.unsaid += unsaid
    notes.close()


def _surely(text: bytearray, places: list[int]) -> Iterator[tuple[int, bytes]]:
    """The number and text of each wanted record of a file that is sound beyond doubt."""
    with memoryview(text) as view:
        for number, begin, end in zip(places[::3], places[1::3], places[2::3], strict=True):
            yield number, bytes(view[begin:end])


def _carefully(
    text: bytearray, selection: Selection, tally: Tally, notes: _Notes, *, reported: bool = False
) -> Iterator[tuple[int, bytes]]:
    """The same of any file, decided record by record. `reported`: it is known that the file is damaged."""
    number = -1
    for item in split(text):
        if isinstance(item, Flaw):
            if not reported or item.kind not in (DAMAGED_JSON, NO_RECORDS):
                notes.add(item.kind, item.detail)
            continue
        number += 1
        tally.events += 1
        if isinstance(item, TooLong):
            notes.add(DAMAGED_RECORD, str(item), number)
            continue
        try:
            service = _service(item)
            wanted = not selection.event_sources or service in selection.event_sources
            if wanted:
                _check_names(item)
        except (ValueError, RecursionError) as error:
            notes.add(DAMAGED_RECORD, str(error), number)
            continue
        if wanted:
            yield number, item


def _service(cut: bytes) -> str:
    """The service that a record names.

    Raises:
        ValueError, RecursionError: it names none or several, or is no record.

    """
    if b"eventSource" not in cut and b"\\" not in cut:
        raise ValueError("it names no eventSource")  # said without decoding: there may be millions of these
    service = _SERVICE.decode(cut).event_source
    if not cut.isascii():
        cut.decode()
    if cut.count(b'"eventSource"') > 1 or (b"\\u" in cut and len(_NAMES.findall(cut)) > 1):
        _check_names(cut, only="eventSource")
    return service


def _check_names(cut: bytes, only: str | None = None) -> None:
    """Refuse a record that names a member twice: of the two, some readers take the first, others the last.

    Raises:
        ValueError, RecursionError: it does, or is no record.

    """
    members = _MEMBERS.decode(cut)
    marks = 1 + 4 * len(members)  # what stands between names and values where there is no space
    if only is None and sum(map(len, members)) + sum(map(len, members.values())) + marks == len(cut):
        return  # all of it is in the members found, so none is lost
    pairs: list[tuple[str, Any]] = _PAIRS.decode(cut.decode())
    for name, times in Counter(name for name, _ in pairs).items():
        if times > 1 and name == (only or name):
            raise ValueError(f"{name} is named more than once")
