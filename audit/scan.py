"""From the bytes of one log file to the records that a selection wants.

Two ways lead there. The fast one lets msgspec check the whole file's JSON while it picks out each record's
service only, then cuts the wanted records out of the text by the marks that CloudTrail's own writer leaves,
and believes the cuts only if they decode to the very events that were picked. Whatever does not fit (other
spacing, key order or escapes, and all damage) goes the careful way of audit.recover, which decides from
structure alone. The tests hold both against a plain reading with `json`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

import msgspec

from audit.find import mentions
from audit.findings import DAMAGED_RECORD, Finding
from audit.records import DECODER, Event, Record
from audit.recover import split
from audit.selection import Selection
from audit.unpack import DEFAULT_LIMIT, unpack

_FIRST_KEY = b'{"eventVersion":'
_NEXT = b',{"eventVersion":'
_NEWLINES = bytes.maketrans(b"\r\n", b"  ")  # JSON has bare line ends between tokens only: the values stay


class _Service(msgspec.Struct, rename="camel", gc=False):
    """The one member without which nothing can be said of a record."""

    event_source: str


class _Head(_Service):
    """The least that tells records apart."""

    event_id: str | None = msgspec.field(name="eventID", default=None)


class _Heads(msgspec.Struct):
    Records: list[_Head]


_SERVICE = msgspec.json.Decoder(_Service)
_HEADS = msgspec.json.Decoder(_Heads)


@dataclass(slots=True)
class Scanned:
    """What one log file gave: the wanted records, what was found wrong, and how much was looked at."""

    records: list[Record] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    events: int = 0
    size: int = 0


def scan(key: str, data: bytes, selection: Selection, limit: int = DEFAULT_LIMIT) -> Scanned:
    """Read one log file. Damage becomes findings; every sound record that the selection wants is kept.

    The file's gzip and JSON are checked throughout, and each record must name its service; the records of
    services that are not wanted are not looked into any further. `limit` bounds the decompressed bytes.
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
            result.records = [
                Record(key, _one_line(cut), event) for cut, event in found if selection.wants(event)
            ]
            return result
    _carefully(key, text, selection, result)
    return result


def _carefully(key: str, text: bytes, selection: Selection, result: Scanned) -> None:
    """Decide record by record."""
    texts, finding = split(key, text)
    if finding and not result.findings:
        result.findings.append(finding)
    result.events = len(texts)
    sources = selection.event_sources
    for number, raw in enumerate(texts):
        try:
            if sources and _SERVICE.decode(raw).event_source not in sources:
                continue
            event = DECODER.decode(raw)
            line = _one_line(bytes(raw))
            if not line.isascii():
                line.decode()
        except (ValueError, RecursionError) as error:
            result.findings.append(Finding(DAMAGED_RECORD, f"{key} record {number}", str(error)))
            continue
        if selection.wants(event):
            result.records.append(Record(key, line, event))


def _one_line(text: bytes) -> bytes:
    """The same JSON without line ends."""
    return text.translate(_NEWLINES) if b"\n" in text or b"\r" in text else text


def _quick(text: bytes, sources: frozenset[str]) -> tuple[int, list[tuple[bytes, Event]]] | None:
    """How many events there are, and the text and event of those of `sources`; None if in doubt."""
    try:
        heads = _HEADS.decode(text).Records
    except (ValueError, RecursionError):
        return None
    wanted = [head.event_id for head in heads if head.event_source in sources]
    if not wanted:
        return len(heads), []
    found = list(_cuts(text, sources))
    if [event.event_id for _, event in found] != wanted:
        return None
    return len(heads), found


def _cuts(text: bytes, sources: frozenset[str]) -> Iterator[tuple[bytes, Event]]:
    """Cut at CloudTrail's own marks around each mention of the services; stop if one cut is odd."""
    needles = (b'"eventSource":"%b"' % source.encode() for source in sources)
    done = 0
    for at in sorted(chain.from_iterable(mentions(text, needle) for needle in needles)):
        begin = text.rfind(_FIRST_KEY, done, at)
        done = text.find(_NEXT, at)
        if done < 0:
            done = text.rfind(b"]", at)
        cut = text[begin:done]
        try:
            event = DECODER.decode(cut)
            if not cut.isascii():
                cut.decode()
        except (ValueError, RecursionError):
            return
        yield cut, event
