"""The RSA keys that digests are signed with: one pair a Region at a time, and ListPublicKeys.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from localaws.call import Call
from localaws.cloudtrail.exceptions import InvalidTimeRangeException
from localaws.cloudtrail.lookups import utc

ALGORITHM = "SHA256withRSA"
VALID_BEFORE = timedelta(days=30)  # of the moment that a pair is first needed
VALID_AFTER = timedelta(days=335)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key pair. `public` is PKCS#1 DER; `fingerprint` its MD5, in hexadecimal."""

    private: rsa.RSAPrivateKey
    public: bytes
    fingerprint: str
    valid_from: datetime
    valid_until: datetime

    @classmethod
    def generate(cls, now: datetime) -> SigningKey:
        """Make a pair to sign with from now on."""
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.PKCS1
        )
        fingerprint = hashlib.md5(public, usedforsecurity=False).hexdigest()
        return cls(private, public, fingerprint, now - VALID_BEFORE, now + VALID_AFTER)

    def sign(self, text: str) -> str:
        """Return the signature, PKCS#1 v1.5 with SHA-256, in hexadecimal."""
        return self.private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()).hex()


class SigningKeys:
    """The pairs of each partition's Regions. A new one is made when none is valid."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._keys: dict[str, list[SigningKey]] = {}

    def current(self, region: str) -> SigningKey:
        """Return the pair to sign with in a Region now."""
        now = self._now()
        with self._lock:
            keys = self._keys.setdefault(region, [])
            for key in keys:
                if key.valid_from <= now < key.valid_until:
                    return key
            keys.append(SigningKey.generate(now))
            return keys[-1]

    def list_public_keys(self, call: Call) -> Mapping[str, Any]:
        """Return the public keys valid at some time of the range; by default the current one."""
        now = self._now()
        start, end = call.parameters.get("StartTime"), call.parameters.get("EndTime")
        first, last = utc(start) if start else now, utc(end) if end else now
        if first > last:
            raise InvalidTimeRangeException("StartTime must be before EndTime.")
        self.current(call.region)
        with self._lock:
            keys = [
                key for key in self._keys[call.region] if key.valid_from <= last and first < key.valid_until
            ]
        return {
            "PublicKeyList": [
                {
                    "Value": key.public,
                    "ValidityStartTime": key.valid_from,
                    "ValidityEndTime": key.valid_until,
                    "Fingerprint": key.fingerprint,
                }
                for key in keys
            ]
        }
