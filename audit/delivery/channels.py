"""The ways by which an event is seen: one small class each. More join with their components."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import product
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from audit.aws import Aws
from audit.delivery.probe import Probe
from audit.delivery.trail import Trail
from audit.scan import Tally, scan
from audit.selection import IMAGE_BUILDER, Selection
from audit.sources.s3 import Bucket

_MARGIN = timedelta(minutes=5)
_SAME_TIME = timedelta(minutes=1)  # around a probe; only its event's neighbours are looked through
_MOST_LOOKED_THROUGH = 250


class ChannelError(Exception):
    """A channel cannot be looked at with these credentials, or not now; the message is AWS's."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A probe seen: where, and when it was seen."""

    request_id: str
    where: str
    at: datetime


class Channel(Protocol):
    """Looks whether probes have arrived."""

    @property
    def name(self) -> str:
        """What the channel is called in the result."""
        ...

    @property
    def pause_seconds(self) -> float:
        """How long to wait between two looks, so that no limit of the API is used up."""
        ...

    def look(self, probes: Sequence[Probe]) -> Iterator[Sighting]:
        """Yield the probes that can be seen now.

        Raises:
            ChannelError: the channel cannot be looked at.

        """
        ...


@dataclass
class EventHistory:
    """LookupEvents in the Region of the call."""

    aws: Aws
    name: str = "Event history"
    pause_seconds: float = 1.0
    _clients: dict[str, Any] = field(default_factory=dict)

    def look(self, probes: Sequence[Probe]) -> Iterator[Sighting]:
        """Look the probes up by their event name and time, so that no later calls can hide them."""
        wanted = {probe.request_id for probe in probes}
        for event_name, region in {(probe.event_name, probe.region) for probe in probes}:
            try:
                events = self._events(event_name, region, probes)
            except (BotoCoreError, ClientError) as error:
                raise ChannelError(str(error)) from error
            for event in events:
                found = next((one for one in wanted if one in event["CloudTrailEvent"]), None)
                if found is not None:
                    yield Sighting(found, f"event {event['EventId']}", datetime.now(UTC))

    def _events(self, event_name: str, region: str, probes: Sequence[Probe]) -> list[Mapping[str, Any]]:
        times = [probe.aws_time for probe in probes]
        pages = self._client(region).get_paginator("lookup_events")
        answer = pages.paginate(
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": event_name}],
            StartTime=min(times) - _SAME_TIME,
            EndTime=max(times) + _SAME_TIME,
            PaginationConfig={"MaxItems": _MOST_LOOKED_THROUGH},
        )
        return [event for page in answer for event in page["Events"]]

    def _client(self, region: str) -> Any:
        if region not in self._clients:
            self._clients[region] = self.aws.client("cloudtrail", region=region)
        return self._clients[region]


@dataclass
class LogFiles:
    """Log files in the trail's bucket: only those delivered since the probe, each read once."""

    aws: Aws
    trail: Trail
    account_id: str
    name: str = "S3 log file"
    pause_seconds: float = 2.0
    _read: set[str] = field(default_factory=set)

    @cached_property
    def _s3(self) -> Any:
        return self.aws.client("s3")

    @cached_property
    def _bucket(self) -> Bucket:
        return Bucket(self.trail.bucket, "", self.aws)

    def look(self, probes: Sequence[Probe]) -> Iterator[Sighting]:
        """List the Region's folders of today (and of the day of the probe) and read what is new."""
        wanted = Selection(
            event_sources=frozenset({IMAGE_BUILDER}),
            request_ids=frozenset(probe.request_id for probe in probes),
        )
        try:
            new = [key for key in self._keys(probes) if key not in self._read]
        except (BotoCoreError, ClientError) as error:
            raise ChannelError(str(error)) from error
        unreadable = []
        for key, data in self._bucket.fetch(new):
            if isinstance(data, OSError):
                unreadable.append(f"s3://{self.trail.bucket}/{key}: {data}")
                continue
            self._read.add(key)
            for record in scan(key, data, wanted, Tally()):
                where = f"s3://{self.trail.bucket}/{key}"
                yield Sighting(record.event.request_id or "", where, datetime.now(UTC))
        if unreadable:
            raise ChannelError(unreadable[0])

    def _keys(self, probes: Sequence[Probe]) -> Iterator[str]:
        since = min(probe.aws_time for probe in probes) - _MARGIN
        waited = datetime.now(UTC) - min(probe.made_at for probe in probes)
        days = {(since + later).date() for later in (timedelta(), _MARGIN, _MARGIN + waited)}
        regions = {probe.region for probe in probes}
        for folder, region, day in product(self._folders(), regions, sorted(days)):
            prefix = f"{folder}{self.account_id}/CloudTrail/{region}/{day:%Y/%m/%d}/"
            first = f"{prefix}{self.account_id}_CloudTrail_{region}_{since:%Y%m%dT%H%M}"
            pages = self._s3.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.trail.bucket, Prefix=prefix, StartAfter=first):
                yield from (item["Key"] for item in page.get("Contents", ()))

    def _folders(self) -> list[str]:
        """Where accounts' folders lie: an organization's trail has the organization's ID before them."""
        top = self.trail.logs_folder
        if not self.trail.of_organization:
            return [top]
        answer = self._s3.list_objects_v2(Bucket=self.trail.bucket, Prefix=f"{top}o-", Delimiter="/")
        return [top, *(item["Prefix"] for item in answer.get("CommonPrefixes", ()))]
