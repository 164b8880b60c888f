"""Event history: LookupEvents in the Region of the call, trail or none.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from audit.delivery.channel import Channel, ChannelError, Sighting

_SAME_TIME = timedelta(minutes=1)  # around a probe; only its event's neighbours are looked through
_MOST_LOOKED_THROUGH = 250


class EventHistory(Channel):
    """What every account has for 90 days."""

    name = "Event history"
    pause_seconds = 1.0  # two calls a second are allowed
    needs = ("cloudtrail:LookupEvents",)

    @cached_property
    def _cloudtrail(self) -> Any:
        return self.context.aws.client("cloudtrail", region=self.context.region)

    def look(self) -> Iterator[Sighting]:
        """Look the probes up by their event name and time, so that no later calls can hide them."""
        wanted = {probe.request_id for probe in self.context.probes}
        for event_name in {probe.event_name for probe in self.context.probes}:
            try:
                events = self._events(event_name)
            except (BotoCoreError, ClientError) as error:
                raise ChannelError(str(error)) from error
            for event in events:
                found = next((one for one in wanted if one in event["CloudTrailEvent"]), None)
                if found is not None:
                    yield Sighting(found, f"event {event['EventId']}", datetime.now(UTC))

    def _events(self, event_name: str) -> list[Mapping[str, Any]]:
        times = [probe.aws_time for probe in self.context.probes]
        answer = self._cloudtrail.get_paginator("lookup_events").paginate(
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": event_name}],
            StartTime=min(times) - _SAME_TIME,
            EndTime=max(times) + _SAME_TIME,
            PaginationConfig={"MaxItems": _MOST_LOOKED_THROUGH},
        )
        return [event for page in answer for event in page["Events"]]
