"""Decompression keeps what may be trusted, names what may not, and stays within its limit."""

from __future__ import annotations

import random
import zlib

import pytest

from audit.selection import Selection
from audit.unpack import unpack
from tests.audit.test_scan import read, record
from tests.corpus import gzipped, log_file

TEXT = b'{"Records": []}' * 1000


def test_sound_gzip_gives_its_text_and_no_finding() -> None:
    """One member, several members, zero padding behind them, and plain text all unpack."""
    half = len(TEXT) // 2
    for data in (
        gzipped(TEXT),
        gzipped(TEXT[:half]) + gzipped(TEXT[half:]),
        gzipped(TEXT) + b"\0" * 512,
        TEXT,
    ):
        unpacked = unpack("k", data)
        assert unpacked.finding is None
        assert bytes(unpacked.text) == TEXT


def test_a_cut_file_gives_what_precedes_the_cut() -> None:
    """Text before the cut is the original's; the finding says that the end is missing."""
    noise = random.Random(1).randbytes(50_000).hex().encode()  # noqa: S311
    unpacked = unpack("k", gzipped(noise)[:-9000])
    assert unpacked.finding is not None
    assert unpacked.finding.kind.code == "IBT103"
    assert 0 < len(unpacked.text) < len(noise)
    assert noise.startswith(unpacked.text)


@pytest.mark.parametrize("at", [-8, -5, 40, 300])
def test_a_changed_byte_drops_the_text(at: int) -> None:
    """What fails its checksum is not shown at all."""
    data = bytearray(gzipped(random.Random(2).randbytes(4000).hex().encode()))  # noqa: S311
    data[at] ^= 0x10
    unpacked = unpack("k", bytes(data))
    assert unpacked.text == b""
    assert unpacked.finding is not None
    assert unpacked.finding.kind.code in ("IBT102", "IBT103")


def test_bytes_behind_the_gzip_are_named() -> None:
    """Appended data is a finding; the records stay."""
    unpacked = unpack("k", gzipped(TEXT) + b"more")
    assert unpacked.text == TEXT
    assert unpacked.finding is not None
    assert unpacked.finding.kind.code == "IBT108"


@pytest.mark.parametrize("lie", [False, True])
def test_a_bomb_stops_at_the_limit(lie: bool) -> None:
    """A file that grows a thousandfold is given up at the limit, whatever size its trailer claims."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(b"\0" * 2**20) for _ in range(64)) + packer.flush()
    if lie:
        bomb = bomb[:-4] + b"\x10\0\0\0"
    unpacked = unpack("k", bomb, limit=2**20)
    assert unpacked.text == b""
    assert unpacked.finding is not None
    assert unpacked.finding.kind.code == "IBT104"


def test_1_000_damaged_files_are_each_reported_and_no_record_is_invented() -> None:
    """A finding each (but where only gzip's padding bits changed), and none but original records."""
    chance = random.Random(3)  # noqa: S311
    records = [record(eventID=f"{n}", requestParameters={"v": chance.random()}) for n in range(20)]
    whole = log_file(records)
    originals = {found.text for found in read("k", whole, Selection()).records}
    for number in range(1000):
        data = bytearray(whole)
        kind, at = number % 4, chance.randrange(10, len(whole) - 8)
        if kind == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del data[at:]
        elif kind == 2:
            data[at : at + 8] = chance.randbytes(8)
        else:
            data[at:at] = chance.randbytes(3)
        result = read(f"file-{number}", bytes(data), Selection())
        assert result.findings or len(result.records) == 20, f"damage {kind} at {at} went unseen"
        assert {found.text for found in result.records} <= originals
