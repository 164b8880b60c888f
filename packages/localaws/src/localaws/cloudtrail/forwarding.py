"""What leaves CloudTrail by another way than log files: EventBridge events, CloudWatch Logs, SNS notices."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

import msgspec

from localaws.cloudtrail.backlog import Backlog
from localaws.cloudtrail.channels import cloudwatch_logs, eventbridge, sns
from localaws.cloudtrail.models import DeliveredLog, Event, Origin, Trail
from localaws.cloudtrail.state import Trails

EVENTS_PER_WRITE = 1_000


class Forwarding:
    """Sends events on. `queue` is quick; `forward` does the work, one thread at a time."""

    def __init__(self, trails: Trails, now: Callable[[], datetime]) -> None:
        self._trails = trails
        self._now = now
        self._bus = Backlog()
        self._one_at_a_time = threading.RLock()

    def queue(self, event: Event) -> None:
        """Keep an event for EventBridge where a rule could take it and a trail logs."""
        origin = (event.account_id, event.region)
        if eventbridge.has_rules(*origin) and self._trails.records_for_eventbridge(*origin):
            self._bus.append(event.waiting())

    def forward(self) -> None:
        """Send all that is queued."""
        with self._one_at_a_time:
            while batch := self._bus.first(EVENTS_PER_WRITE):
                self._bus.drop(len(batch))
                for event in batch:
                    eventbridge.send(Event.of(msgspec.json.decode(event.body)))
            for trail in self._trails:
                self.forward_trail(trail)

    def forward_trail(self, trail: Trail) -> None:
        """Write what is queued for the trail's log group; what is refused stays queued."""
        with self._one_at_a_time:
            for origin in list(trail.pending_log_group):
                self._write_to_log_group(trail, origin)

    def announce(self, trail: Trail, region: str, log: DeliveredLog) -> None:
        """Tell the trail's topic of a delivered file; a notice that is refused is not sent again."""
        if trail.topic:
            trail.status(region).notification.note(self._now(), sns.notify(trail, log))

    def _write_to_log_group(self, trail: Trail, origin: Origin) -> None:
        queue = trail.pending_log_group[origin]
        if not trail.log_group_arn:
            queue.clear()
        while batch := queue.first(EVENTS_PER_WRITE):
            error = cloudwatch_logs.put_events(trail, origin, batch)
            trail.status(origin[1]).log_group.note(self._now(), error)
            if error:
                return
            queue.drop(len(batch))
