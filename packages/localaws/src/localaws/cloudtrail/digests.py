"""Digests: each hour, for each Region and account of a trail, a signed list of the log files delivered.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from localaws.cloudtrail.authorization import open_bucket
from localaws.cloudtrail.models import DeliveredLog, Digest, DigestChain, Origin, Trail
from localaws.cloudtrail.organizations import organization_of
from localaws.cloudtrail.regions import enabled_regions
from localaws.cloudtrail.signing import ALGORITHM, SigningKeys
from localaws.cloudtrail.state import Trails
from localaws.cloudtrail.storage import DeliveryError

WINDOW = timedelta(hours=1)


class Digests:
    """Writes digests. Its caller sees to it that no log file of the trail is delivered meanwhile."""

    def __init__(self, trails: Trails, keys: SigningKeys, now: Callable[[], datetime]) -> None:
        self._trails = trails
        self._keys = keys
        self._now = now

    def open_chains(self, trail: Trail) -> None:
        """Begin a chain for each origin that has none, if the trail logs and validates."""
        if not (trail.logging and trail.validation):
            return
        start = self._now().replace(microsecond=0)
        for origin in _origins(trail):
            trail.chains.setdefault(origin, DigestChain(start))

    def deliver(self, longest_delay: timedelta | None = None) -> int:
        """Write every digest that is due; return how many were delivered.

        With `longest_delay`, chains that are further behind than that are left alone.
        """
        return sum(self._deliver_trail(trail, longest_delay) for trail in self._trails)

    def close(self, trail: Trail) -> None:
        """Write a last digest for each origin that still has log files without one: the trail is to go."""
        self._deliver_trail(trail, WINDOW * 24)
        end = self._now().replace(microsecond=0) + timedelta(seconds=1)
        for origin, chain in trail.chains.items():
            if chain.logs:
                self._deliver_window(trail, origin, chain, end)
        trail.chains.clear()

    def _deliver_trail(self, trail: Trail, longest_delay: timedelta | None = None) -> int:
        self.open_chains(trail)
        going_on = set(_origins(trail)) if trail.logging and trail.validation else set()
        delivered = 0
        for origin, chain in list(trail.chains.items()):
            if longest_delay is not None and self._now() - chain.start > longest_delay:
                continue
            ended = origin not in going_on
            delivered += self._deliver_due(trail, origin, chain, once=ended)
            if ended and chain.ended:
                del trail.chains[origin]
        return delivered

    def _deliver_due(self, trail: Trail, origin: Origin, chain: DigestChain, *, once: bool) -> int:
        """Deliver the windows that are over; with `once`, the chain ends with the first of them."""
        now, delivered = self._now(), 0
        while chain.start + WINDOW <= now and not (once and chain.ended):
            end = chain.start + WINDOW
            if not self._deliver_window(trail, origin, chain, end):
                # All that is due by now was refused: what is still late by an hour then comes as a backfill.
                chain.refused_until = now
                break
            delivered += 1
            chain.ended = once
        return delivered

    def _deliver_window(self, trail: Trail, origin: Origin, chain: DigestChain, end: datetime) -> bool:
        """Deliver the digest of the window from the chain's start to `end`; return whether that succeeded."""
        now = self._now()
        refused = chain.refused_until is not None and end <= chain.refused_until
        backfill = refused and end + WINDOW <= now
        previous = chain.previous_backfill if backfill else chain.previous
        logs = [log for log in chain.logs if log.delivered < end]
        attempts = trail.status(origin[1]).digest
        try:
            digest = self._write(trail, origin, (chain.start, end), logs, previous, backfill=backfill)
        except DeliveryError as error:
            attempts.note(now, error.code)
            return False
        attempts.note(now)
        if backfill:
            chain.previous_backfill = digest
        else:
            chain.previous = digest
        chain.logs = chain.logs[len(logs) :]
        chain.start = end
        return True

    def _write(
        self,
        trail: Trail,
        origin: Origin,
        window: tuple[datetime, datetime],
        logs: list[DeliveredLog],
        previous: Digest | None,
        *,
        backfill: bool,
    ) -> Digest:
        now = self._now()
        key = digest_key(trail, origin, window[1], backfill=backfill)
        destination = open_bucket(trail, key)
        pair = self._keys.current(origin[1])
        body = _document(
            trail, origin[0], key, window, logs=logs, previous=previous, fingerprint=pair.fingerprint
        )
        sha256 = hashlib.sha256(body).hexdigest()
        signed = [
            _iso(window[1]),
            f"{trail.bucket}/{key}",
            sha256,
            previous.signature if previous else "null",
        ]
        signature = pair.sign("\n".join(signed))
        metadata = {"signature": signature, "signature-algorithm": ALGORITHM}
        if backfill:
            metadata["backfill-generation-timestamp"] = _iso(now)
        destination.bucket.write(
            key,
            gzip.compress(body, mtime=0),
            time=now,
            key_arn=destination.key_arn,
            metadata=metadata,
        )
        return Digest(trail.bucket, key, sha256, signature)


def digest_key(trail: Trail, origin: Origin, end: datetime, *, backfill: bool = False) -> str:
    """Return the key of the digest whose window ends at `end`."""
    account_id, region = origin
    name = f"{account_id}_CloudTrail-Digest_{region}_{trail.name}_{trail.home_region}_{end:%Y%m%dT%H%M%SZ}"
    suffix = "_backfill" if backfill else ""
    return f"{trail.folder(account_id)}CloudTrail-Digest/{region}/{end:%Y/%m/%d}/{name}{suffix}.json.gz"


def _document(
    trail: Trail,
    account_id: str,
    key: str,
    window: tuple[datetime, datetime],
    *,
    logs: list[DeliveredLog],
    previous: Digest | None,
    fingerprint: str,
) -> bytes:
    return msgspec.json.encode(
        {
            "awsAccountId": account_id,
            "digestStartTime": _iso(window[0]),
            "digestEndTime": _iso(window[1]),
            "digestS3Bucket": trail.bucket,
            "digestS3Object": key,
            "digestPublicKeyFingerprint": fingerprint,
            "digestSignatureAlgorithm": ALGORITHM,
            "newestEventTime": max((log.newest for log in logs), default=None),
            "oldestEventTime": min((log.oldest for log in logs), default=None),
            "previousDigestS3Bucket": previous.bucket if previous else None,
            "previousDigestS3Object": previous.key if previous else None,
            "previousDigestHashValue": previous.sha256 if previous else None,
            "previousDigestHashAlgorithm": "SHA-256" if previous else None,
            "previousDigestSignature": previous.signature if previous else None,
            "logFiles": [log.as_digest_entry() for log in logs],
        }
    )


def _origins(trail: Trail) -> list[Origin]:
    """Return every account and Region that the trail writes digests for, those without events too."""
    accounts: tuple[str, ...] = (trail.account_id,)
    if trail.organization_id:
        organization = organization_of(trail.account_id, trail.partition)
        accounts = organization.account_ids if organization else accounts
    regions = enabled_regions(trail.partition) if trail.multi_region else (trail.home_region,)
    everywhere = [(account_id, region) for account_id in accounts for region in regions]
    return list(
        dict.fromkeys([*everywhere, *(each for each in list(trail.pending) if trail.covers(each[1]))])
    )


def _iso(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"
