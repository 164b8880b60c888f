"""From the bytes of a log file to its decompressed text: bounded, and honest about damage."""

from __future__ import annotations

import codecs
import zlib
from dataclasses import dataclass

import deflate

from audit.findings import DAMAGED_GZIP, TOO_LARGE, TRAILING_BYTES, TRUNCATED_GZIP, Finding
from audit.native import NATIVE

DEFAULT_LIMIT = 64 * 2**20
_MAGIC = b"\x1f\x8b"
_GZIP = 31  # zlib's name for a gzip member: https://docs.python.org/3/library/zlib.html#zlib.decompress
_HEADER_SUM = 2  # the flag FHCRC of RFC 1952, in a member's fourth byte
_HEAD = 64  # bytes in which plain JSON is known by its first brace
_STEP = 2**20  # bytes of text at a time
_FEED = 2**8, 2**16  # packed bytes given at a time, at first and at most


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The text of a log file: whole, or (with a finding) only what may be trusted of it."""

    text: bytearray
    finding: Finding | None = None


def unpack(key: str, data: bytes, limit: int = DEFAULT_LIMIT) -> Unpacked:
    """Decompress at most `limit` bytes. What does not begin as gzip is taken as plain JSON.

    The checksum of each gzip member is verified, so whatever is returned is what was once compressed:
    text whose checksum is wrong is dropped, and text that merely ends early is kept up to its end.
    A file that is called .gz may be plain JSON (some clients unpack what they fetch), and nothing else.
    """
    if not data.startswith(_MAGIC):
        data = data.removeprefix(codecs.BOM_UTF8)  # as some editors save JSON
        head = data[:_HEAD].lstrip()
        if key.endswith(".gz") and (head or not data) and not head.startswith(b"{"):
            begin = ascii(data[:24].decode(errors="replace"))
            detail = f"it is no gzip at all, but begins with {begin}" if data else "it is empty"
            return Unpacked(bytearray(), Finding(DAMAGED_GZIP, key, detail))
        return (
            Unpacked(bytearray(), too_large(key, limit)) if len(data) > limit else Unpacked(bytearray(data))
        )
    text = _at_once(data, limit)
    return _step_by_step(key, data, limit) if text is None else Unpacked(text)


def _at_once(data: bytes, limit: int) -> bytearray | None:
    """The text of a file that is one sound gzip member and nothing else; None if it may be anything else.

    libdeflate does not say where a member ended. But a member ends with the length of its text (RFC 1952),
    and the length of the text got here stands in the file's last four bytes: where it stands nowhere before,
    that is the end of the member. Nor does it verify the checksum that a header may have of its own.
    """
    size = int.from_bytes(data[-4:], "little")
    if not 0 < size <= limit or data[3:4] == b"" or data[3] & _HEADER_SUM or _tail(data) != len(data) - 4:
        return None
    try:
        text = deflate.gzip_decompress(data, size)
    except deflate.DeflateError:
        return None
    return text if len(text) == size else None


def _tail(data: bytes) -> int:
    """Where the last four bytes occur first."""
    return NATIVE.tail(data) if NATIVE else data.find(data[-4:])


def _step_by_step(key: str, data: bytes, limit: int) -> Unpacked:
    """Member by member, as far as it goes."""
    text, at = bytearray(), 0
    while data.startswith(_MAGIC, at):
        begin = len(text)
        try:
            end = _member(data, at, text, limit)
        except zlib.error as error:
            detail = f"{error}; nothing of this part is shown"
            return Unpacked(text[:begin], Finding(DAMAGED_GZIP, key, detail))
        if len(text) > limit:
            return Unpacked(bytearray(), too_large(key, limit))
        if end is None:
            return Unpacked(text, Finding(TRUNCATED_GZIP, key, f"after {len(text):,} bytes of text"))
        at = end
    if data.count(0, at) < len(data) - at:
        return Unpacked(text, Finding(TRAILING_BYTES, key, f"{len(data) - at:,} bytes that are no gzip"))
    return Unpacked(text)


def _member(data: bytes, at: int, text: bytearray, limit: int) -> int | None:
    """Append a member's text, a little beyond the limit at most; where the member ends, if it does.

    It is given little at first: what follows a member that ends early is copied by zlib each time.

    Raises:
        zlib.error: it is not sound.

    """
    member = zlib.decompressobj(_GZIP)
    feed, most = _FEED
    while at < len(data) and len(text) <= limit:
        given = data[at : at + feed]
        at += len(given)
        while given and not member.eof and len(text) <= limit:
            text += member.decompress(given, _STEP)
            given = member.unconsumed_tail
        if member.eof:
            return at - len(member.unused_data)
        feed = min(2 * feed, most)
    return None


def too_large(key: str, limit: int) -> Finding:
    """That a log file is larger than it may be, packed or unpacked."""
    return Finding(TOO_LARGE, key, f"more than {limit / 2**20:g} MiB")
