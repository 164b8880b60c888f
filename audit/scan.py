"""From the bytes of one log file to the records that a selection wants.

Two ways lead there. The fast one lets simdjson check the whole file and name each record's service, then cuts
the wanted records out of the text by the marks that CloudTrail's own writer leaves, and believes a cut only
if it decodes to the very event that simdjson saw. Whatever does not fit (other spacing, key order or escapes,
and all damage) goes the careful way of audit.recover, which decides from structure alone. The tests hold
both against a plain reading with `json`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import msgspec
import simdjson

from audit.find import mentions
from audit.findings import DAMAGED_RECORD, Finding
from audit.records import DECODER, Event, Record
from audit.recover import split
from audit.selection import Selection
from audit.unpack import DEFAULT_LIMIT, unpack

_PARSER = simdjson.Parser()
_FIRST_KEY = b'{"eventVersion":'
_NEXT = b',{"eventVersion":'
_NEWLINES = bytes.maketrans(b"\r\n", b"  ")  # JSON has bare line ends between tokens only: the values stay


@dataclass(slots=True)
class Scanned:
    """What one log file gave: the wanted records, what was found wrong, and how much was looked at."""

    records: list[Record] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    events: int = 0
    size: int = 0


def scan(key: str, data: bytes, selection: Selection, limit: int = DEFAULT_LIMIT) -> Scanned:
    """Read one log file. Damage becomes findings; every sound record that the selection wants is kept.

    `limit` bounds the decompressed bytes.
    """
    unpacked = unpack(key, data, limit)
    text = unpacked.text
    result = Scanned(size=len(text))
    if unpacked.finding:
        result.findings.append(unpacked.finding)
        if not text:
            return result
    elif selection.event_sources:
        quick = _quick(text, selection.event_sources)
        if quick is not None:
            result.events, found = quick
            result.records = [Record(key, cut, event) for cut, event in found if selection.wants(event)]
            return result
    _carefully(key, text, selection, result)
    return result


def _carefully(key: str, text: bytes, selection: Selection, result: Scanned) -> None:
    """Decide record by record."""
    texts, finding = split(key, text)
    if finding and not result.findings:
        result.findings.append(finding)
    result.events = len(texts)
    for number, raw in enumerate(texts):
        try:
            event = DECODER.decode(raw)
            if selection.wants(event):
                line = bytes(raw).translate(_NEWLINES)
                line.decode()
                result.records.append(Record(key, line, event))
        except (ValueError, RecursionError) as error:
            result.findings.append(Finding(DAMAGED_RECORD, f"{key} record {number}", str(error)))


def _quick(text: bytes, sources: frozenset[str]) -> tuple[int, list[tuple[bytes, Event]]] | None:
    """How many events there are, and the text and event of those of `sources`; None if in doubt."""
    records: Any = None
    try:
        records = _PARSER.parse(text)["Records"]  # type: ignore[index]
        wanted = [record["eventID"] for record in records if record["eventSource"] in sources]
        count = len(records)
    except (ValueError, KeyError, TypeError, AttributeError, RuntimeError):
        return None
    finally:
        del records  # the parser refuses the next file while this one is in use
    if not wanted:
        return count, []
    found = list(_cuts(text, sources))
    if [event.event_id for _, event in found] != wanted:
        return None
    return count, found


def _cuts(text: bytes, sources: Iterable[str]) -> Iterable[tuple[bytes, Event]]:
    """Cut at CloudTrail's own marks around each mention of the services; stop if one cut is odd."""
    ends = 0
    needles = (b'"eventSource":"%b"' % source.encode() for source in sources)
    for at in sorted(chain.from_iterable(mentions(text, needle) for needle in needles)):
        begin = text.rfind(_FIRST_KEY, ends, at)
        end = text.find(_NEXT, at)
        if end < 0:
            end = text.rfind(b"]", at)
        cut = text[begin:end]
        try:
            event = DECODER.decode(cut)
        except (msgspec.DecodeError, RecursionError):
            return
        ends = end
        yield cut, event
