"""The CloudTrail service: takes calls and records, and runs the deliveries."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from console.messages import say_fault
from localaws.call import Call, Cloud
from localaws.cloudtrail import resource_policies
from localaws.cloudtrail.delivery import Delivery
from localaws.cloudtrail.digests import Digests
from localaws.cloudtrail.exceptions import UnsupportedOperationException
from localaws.cloudtrail.forwarding import Forwarding
from localaws.cloudtrail.history import EventHistory
from localaws.cloudtrail.lookups import LookupOperations
from localaws.cloudtrail.models import Event
from localaws.cloudtrail.requirements import check_required
from localaws.cloudtrail.selecting import SelectorOperations
from localaws.cloudtrail.signing import SigningKeys
from localaws.cloudtrail.state import Trails
from localaws.cloudtrail.tags import TagOperations
from localaws.cloudtrail.trails import TrailOperations

# Whoever moves the clock by months does not want thousands of digests: those wait to be asked for.
LONGEST_DELAY = timedelta(days=1)

Operation = Callable[[Call], Mapping[str, Any]]


class CloudTrail:
    """CloudTrail of the local AWS: a NativeService and the RecordSink.

    Args:
        cloud: the clock, and the way to other services.
        delivery_seconds: how often the delivery thread looks for something to deliver.

    """

    def __init__(self, cloud: Cloud, delivery_seconds: float) -> None:
        self._cloud = cloud
        self._delivery_seconds = delivery_seconds
        self._trails = Trails()
        self._history = EventHistory()
        self._forwarding = Forwarding(self._trails, cloud.now)
        self._delivery = Delivery(self._trails, cloud.now, self._forwarding.announce)
        self._keys = SigningKeys(cloud.now)
        self._digests = Digests(self._trails, self._keys, cloud.now)
        self._intake = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._operations = self._assemble()

    def handle(self, call: Call) -> Mapping[str, Any]:
        """Carry a call out.

        Raises:
            AwsError: the call fails as it would on AWS.

        """
        operation = self._operations.get(call.operation)
        if operation is None:
            raise UnsupportedOperationException(
                f"The local AWS does not imitate {call.operation}; see packages/localaws/LIMITS.md."
            )
        check_required(call)
        return operation(call)

    def accept(self, record: Mapping[str, Any]) -> None:
        """Take one record: into Event history, and into the queue of each trail that selects it."""
        event = Event.of(record)
        with self._intake:
            self._history.add(event)
            self._trails.distribute(event)
            self._forwarding.queue(event)

    def seed(self, records: Iterable[Mapping[str, Any]]) -> int:
        """Take records made elsewhere as if their calls had just been made here; return how many."""
        count = 0
        for record in records:
            self.accept(record)
            count += 1
        return count

    def start(self) -> None:
        """Start the delivery thread."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._deliver_until_stopped, name="cloudtrail", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop the delivery thread, after a last delivery."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def flush(self) -> dict[str, int]:
        """Try to deliver everything pending now.

        Returns how many events went into log files, over all trails, and how many still wait.
        """
        delivered = self._delivery.deliver()
        self._forwarding.forward()
        return {"delivered": delivered, "pending": self._delivery.pending()}

    def deliver_digests(self) -> dict[str, int]:
        """Deliver what is pending, then write every digest that is due; return how many digests."""
        return {"delivered": self._deliver_all(longest_delay=None)}

    def reset(self) -> None:
        """Forget all trails and all events."""
        with self._intake:
            self._trails.clear()
            self._history.clear()

    def _deliver_until_stopped(self) -> None:
        while not self._stopping.wait(self._delivery_seconds):
            self._deliver_once()
        self.flush()

    def _deliver_all(self, longest_delay: timedelta | None) -> int:
        self.flush()
        with self._delivery.one_at_a_time:
            return self._digests.deliver(longest_delay)

    def _deliver_once(self) -> None:
        """Deliver. A fault of ours is shown and must not end the thread: events would be lost in silence."""
        try:
            self._deliver_all(LONGEST_DELAY)
        except Exception as error:  # noqa: BLE001 - the last line of defence of a thread
            say_fault("localaws", error)

    def _assemble(self) -> dict[str, Operation]:
        trails = TrailOperations(self._trails, self._delivery, self._digests, self._cloud.now)
        selectors = SelectorOperations(self._trails)
        tags = TagOperations(self._trails)
        lookups = LookupOperations(self._history, self._cloud.now)
        return {
            "CreateTrail": trails.create_trail,
            "UpdateTrail": trails.update_trail,
            "DeleteTrail": trails.delete_trail,
            "GetTrail": trails.get_trail,
            "DescribeTrails": trails.describe_trails,
            "ListTrails": trails.list_trails,
            "StartLogging": trails.start_logging,
            "StopLogging": trails.stop_logging,
            "GetTrailStatus": trails.get_trail_status,
            "GetEventSelectors": selectors.get_event_selectors,
            "PutEventSelectors": selectors.put_event_selectors,
            "GetInsightSelectors": selectors.get_insight_selectors,
            "PutInsightSelectors": selectors.put_insight_selectors,
            "AddTags": tags.add_tags,
            "RemoveTags": tags.remove_tags,
            "ListTags": tags.list_tags,
            "GetResourcePolicy": resource_policies.refuse,
            "PutResourcePolicy": resource_policies.refuse,
            "DeleteResourcePolicy": resource_policies.refuse,
            "ListPublicKeys": self._keys.list_public_keys,
            "LookupEvents": lookups.lookup_events,
        }
