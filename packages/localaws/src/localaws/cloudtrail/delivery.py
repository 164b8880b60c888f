"""Delivery of log files: what is queued with a trail becomes gzip'd JSON in its bucket, each event once.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
"""

from __future__ import annotations

import gzip
import hashlib
import secrets
import string
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Protocol

from localaws.cloudtrail.authorization import open_bucket
from localaws.cloudtrail.backlog import Waiting
from localaws.cloudtrail.models import DeliveredLog, Origin, Trail
from localaws.cloudtrail.state import Trails
from localaws.cloudtrail.storage import DeliveryError

EVENTS_PER_FILE = 5_000
REDELIVERY = timedelta(days=30)  # AWS tries no longer than this
_UNIQUE = string.ascii_letters + string.digits


class Announcer(Protocol):
    """Tells whoever wants to know that a log file was delivered."""

    def __call__(self, trail: Trail, region: str, log: DeliveredLog) -> None:
        """Announce one file."""
        ...


class Delivery:
    """Turns queued events into log files. Callable from any thread; one at a time does the work."""

    def __init__(self, trails: Trails, now: Callable[[], datetime], announce: Announcer) -> None:
        self._trails = trails
        self._now = now
        self._announce = announce
        self.one_at_a_time = threading.RLock()  # digests take it too

    def deliver(self) -> int:
        """Try to deliver all that is queued with every trail; return how many events were delivered."""
        return sum(self.deliver_trail(trail) for trail in self._trails)

    def pending(self) -> int:
        """Return how many events wait for delivery, over all trails."""
        return sum(len(queue) for trail in self._trails for queue in list(trail.pending.values()))

    def deliver_trail(self, trail: Trail) -> int:
        """Try to deliver all that is queued with one trail; return how many events were delivered."""
        with self.one_at_a_time:
            delivered = 0
            for origin in list(trail.pending):
                for batch in self._batches(trail, origin):
                    delivered += self._deliver_batch(trail, origin, batch)
            return delivered

    def _batches(self, trail: Trail, origin: Origin) -> Iterator[list[Waiting]]:
        """Yield the queue file by file; a file leaves the queue only once it is delivered.

        The queue is only ever appended to elsewhere, so its head stays as it was while a file is written.
        """
        while batch := trail.pending[origin].first(EVENTS_PER_FILE):
            yield batch
            if trail.status(origin[1]).delivery.error:
                return

    def _deliver_batch(self, trail: Trail, origin: Origin, batch: list[Waiting]) -> int:
        now = self._now()
        attempts = trail.status(origin[1]).delivery
        try:
            log = self._write(trail, origin, batch, now)
        except DeliveryError as error:
            attempts.note(now, error.code)
            trail.pending[origin].drop(_expired(batch, now))
            return 0
        trail.pending[origin].drop(len(batch))
        if origin in trail.chains:
            trail.chains[origin].logs.append(log)
        attempts.note(now)
        self._announce(trail, origin[1], log)
        return len(batch)

    def _write(self, trail: Trail, origin: Origin, batch: list[Waiting], now: datetime) -> DeliveredLog:
        account_id, region = origin
        body = b'{"Records":[' + b",".join(event.body for event in batch) + b"]}"
        key = log_key(trail, account_id, region, now)
        destination = open_bucket(trail, key)
        destination.bucket.write(
            key,
            gzip.compress(body, compresslevel=6, mtime=0),
            time=now,
            key_arn=destination.key_arn,
            metadata={},
        )
        times = [event.time for event in batch]
        return DeliveredLog(trail.bucket, key, hashlib.sha256(body).hexdigest(), min(times), max(times), now)


def _expired(tried: list[Waiting], now: datetime) -> int:
    """How many events, just tried, to give up because they could not be delivered for 30 days, as AWS does.

    Only what was tried: where the clock was moved ahead, events are old before anybody tried them.
    """
    return sum(1 for _ in takewhile(lambda one: datetime.fromisoformat(one.time) < now - REDELIVERY, tried))


def log_key(trail: Trail, account_id: str, region: str, now: datetime) -> str:
    """Return a new log file's key, for a file delivered at `now`."""
    unique = "".join(secrets.choice(_UNIQUE) for _ in range(16))
    return (
        f"{trail.folder(account_id)}CloudTrail/{region}/{now:%Y/%m/%d}/"
        f"{account_id}_CloudTrail_{region}_{now:%Y%m%dT%H%MZ}_{unique}.json.gz"
    )
