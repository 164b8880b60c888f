"""From the bytes of a log file to its decompressed text: bounded, and honest about damage."""

from __future__ import annotations

from dataclasses import dataclass

from isal import igzip_lib

from audit.findings import DAMAGED_GZIP, TOO_LARGE, TRAILING_BYTES, TRUNCATED_GZIP, Finding

DEFAULT_LIMIT = 64 * 2**20
_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The text of a log file: whole, or (with a finding) only what may be trusted of it."""

    text: bytes
    finding: Finding | None = None


def unpack(key: str, data: bytes, limit: int = DEFAULT_LIMIT) -> Unpacked:
    """Decompress at most `limit` bytes. What does not begin as gzip is taken as plain JSON.

    The checksum of each gzip member is verified, so whatever is returned is what was once compressed:
    text whose checksum is wrong is dropped, and text that merely ends early is kept up to its end.
    """
    if not data.startswith(_MAGIC):
        return Unpacked(b"", _too_large(key, limit)) if len(data) > limit else Unpacked(data)
    hint = int.from_bytes(data[-4:], "little")  # RFC 1952: the last member's size, so one allocation does
    parts: list[bytes] = []
    room = limit + 1
    rest = data
    while rest.startswith(_MAGIC):
        member = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
        begin = len(parts)
        try:
            parts.append(member.decompress(rest, max_length=min(hint + 1, room)))
            room -= len(parts[-1])
            while not member.eof and not member.needs_input and room > 0:
                parts.append(member.decompress(b"", max_length=min(2**20, room)))
                room -= len(parts[-1])
        except igzip_lib.IsalError as error:  # type: ignore[misc]
            detail = f"{error}; nothing of this part is shown"
            return Unpacked(b"".join(parts[:begin]), Finding(DAMAGED_GZIP, key, detail))
        if room <= 0:
            return Unpacked(b"", _too_large(key, limit))
        if not member.eof:
            text = b"".join(parts)
            return Unpacked(text, Finding(TRUNCATED_GZIP, key, f"after {len(text):,} bytes of text"))
        rest = member.unused_data
    text = parts[0] if len(parts) == 1 else b"".join(parts)
    if rest.strip(b"\0"):
        return Unpacked(text, Finding(TRAILING_BYTES, key, f"{len(rest):,} bytes that are no gzip"))
    return Unpacked(text)


def _too_large(key: str, limit: int) -> Finding:
    return Finding(TOO_LARGE, key, f"more than {limit / 2**20:g} MiB")
