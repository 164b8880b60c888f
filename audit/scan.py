"""From the text of one log file to the records that a selection wants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from audit.findings import DAMAGED_JSON, DAMAGED_RECORD, Finding
from audit.records import DECODER, Record
from audit.selection import Selection
from audit.unpack import DEFAULT_LIMIT, unpack


class _LogFile(msgspec.Struct):
    Records: list[msgspec.Raw]


_LOG_FILE = msgspec.json.Decoder(_LogFile)
_NEWLINES = bytes.maketrans(
    b"\r\n", b"  "
)  # JSON has raw line ends between tokens only, so this keeps the values


@dataclass(slots=True)
class Scanned:
    """What one log file gave: the wanted records, what was found wrong, and how much was looked at."""

    records: list[Record] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    events: int = 0
    size: int = 0


def scan(key: str, data: bytes, selection: Selection, limit: int = DEFAULT_LIMIT) -> Scanned:
    """Read one log file. Damage becomes findings; every sound record that the selection wants is kept."""
    unpacked = unpack(key, data, limit)
    result = Scanned(size=len(unpacked.text))
    if unpacked.finding:
        result.findings.append(unpacked.finding)
    if unpacked.finding and not unpacked.text:
        return result
    for number, text in enumerate(_split(key, unpacked.text, result.findings)):
        result.events += 1
        try:
            event = DECODER.decode(text)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            result.findings.append(Finding(DAMAGED_RECORD, f"{key} record {number}", str(error)))
            continue
        if selection.wants(event):
            result.records.append(Record(key, bytes(text).translate(_NEWLINES), event))
    return result


def _split(key: str, text: bytes, findings: list[Finding]) -> Iterator[bytes]:
    try:
        yield from map(bytes, _LOG_FILE.decode(text).Records)
    except (msgspec.DecodeError, RecursionError) as error:
        findings.append(Finding(DAMAGED_JSON, key, str(error)))
