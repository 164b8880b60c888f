"""The checksums of S3's uploads.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Mapping
from functools import cache

_CRC32C = 0x82F63B78  # the polynomials in reversed order of bits
_CRC64NVME = 0x9A6C9329AC4BC9B5


def _crc32(body: bytes) -> bytes:
    return zlib.crc32(body).to_bytes(4, "big")


def _crc32c(body: bytes) -> bytes:
    return _crc(body, _CRC32C, 32).to_bytes(4, "big")


def _crc64nvme(body: bytes) -> bytes:
    return _crc(body, _CRC64NVME, 64).to_bytes(8, "big")


def _crc(body: bytes, polynomial: int, bits: int) -> int:
    """A reflected CRC that begins with ones and ends inverted: about 4 MB a second."""
    table, ones = _table(polynomial), (1 << bits) - 1
    rest = ones
    for byte in body:
        rest = table[(rest ^ byte) & 255] ^ (rest >> 8)
    return rest ^ ones


@cache
def _table(polynomial: int) -> tuple[int, ...]:
    def entry(value: int) -> int:
        for _ in range(8):
            value = (value >> 1) ^ (polynomial if value & 1 else 0)
        return value

    return tuple(entry(byte) for byte in range(256))


# By the name in `x-amz-sdk-checksum-algorithm`; the header is `x-amz-checksum-` and the name in lower case.
ALGORITHMS: Mapping[str, Callable[[bytes], bytes]] = {
    "CRC32": _crc32,
    "CRC32C": _crc32c,
    "CRC64NVME": _crc64nvme,
    "SHA1": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    "SHA256": lambda body: hashlib.sha256(body).digest(),
    "SHA512": lambda body: hashlib.sha512(body).digest(),
    "MD5": lambda body: hashlib.md5(body, usedforsecurity=False).digest(),
}
# Known to S3, but to no library here.
UNSUPPORTED = frozenset({"XXHASH3", "XXHASH64", "XXHASH128"})
