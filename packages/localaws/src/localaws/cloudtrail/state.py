"""The trails of every account, and the lock that guards them."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from localaws.cloudtrail.backlog import Backlog
from localaws.cloudtrail.exceptions import InvalidTrailNameException, TrailNotFoundException
from localaws.cloudtrail.models import Event, Trail
from localaws.cloudtrail.names import check_trail_name, parse_trail_arn, trail_arn
from localaws.cloudtrail.organizations import organization_of

MAXIMUM_TRAILS = 5


class Trails:
    """Every trail. Take `lock` around anything that reads or changes more than one field."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._by_arn: dict[str, Trail] = {}

    def __iter__(self) -> Iterator[Trail]:
        with self.lock:
            return iter(list(self._by_arn.values()))

    def add(self, trail: Trail) -> None:
        """Keep a trail."""
        with self.lock:
            self._by_arn[trail.arn] = trail

    def remove(self, trail: Trail) -> None:
        """Forget a trail."""
        with self.lock:
            self._by_arn.pop(trail.arn, None)

    def clear(self) -> None:
        """Forget all trails."""
        with self.lock:
            self._by_arn.clear()

    def at_home(self, account_id: str, region: str) -> list[Trail]:
        """Return the account's own trails whose home Region this is."""
        return [trail for trail in self if (trail.account_id, trail.home_region) == (account_id, region)]

    def visible(self, account_id: str, region: str, partition: str) -> list[Trail]:
        """Return all that DescribeTrails shows: trails at home here, shadows, and the organization's."""
        organization = organization_of(account_id, partition)
        return [
            trail
            for trail in self
            if trail.covers(region)
            and trail.partition == partition
            and (
                trail.account_id == account_id
                or (organization is not None and trail.organization_id == organization.id)
            )
        ]

    def find(self, name: str | None, account_id: str, region: str, partition: str) -> Trail:
        """Return the trail of a name (at home in this Region) or of an ARN (any Region's).

        Raises:
            TrailNotFoundException: none such, or another account's.
            CloudTrailARNInvalidException, InvalidTrailNameException: neither a name nor an ARN.

        """
        if not name:
            raise InvalidTrailNameException("Trail name cannot be blank!")
        if name.startswith("arn:"):
            parse_trail_arn(name)
            trail = self._by_arn.get(name)
            if trail is not None and self.may_see(trail, account_id, partition):
                return trail
        else:
            check_trail_name(name)
            for trail in self.at_home(account_id, region):
                if trail.name == name:
                    return trail
            name = trail_arn(partition, region, account_id, name)
        raise TrailNotFoundException(f"Unknown trail: {name} for the user: {account_id}")

    def distribute(self, event: Event) -> None:
        """Queue an event with each trail that takes it."""
        with self.lock:
            for trail in self._by_arn.values():
                if self._watches(trail, event.account_id) and trail.takes(event):
                    origin = (event.account_id, event.region)
                    trail.pending.setdefault(origin, Backlog()).append(event.waiting())
                    if trail.log_group_arn:
                        trail.pending_log_group.setdefault(origin, Backlog()).append(event.waiting())

    def records_for_eventbridge(self, account_id: str, region: str) -> bool:
        """Whether a trail logs here: EventBridge gets API calls only then."""
        with self.lock:
            return any(
                trail.logging and trail.covers(region) and self._watches(trail, account_id)
                for trail in self._by_arn.values()
            )

    @staticmethod
    def _watches(trail: Trail, account_id: str) -> bool:
        if trail.account_id == account_id:
            return True
        if trail.organization_id is None:
            return False
        organization = organization_of(account_id, trail.partition)
        return organization is not None and organization.id == trail.organization_id

    @staticmethod
    def may_see(trail: Trail, account_id: str, partition: str) -> bool:
        """Whether an account sees the trail: its own, or its organization's."""
        return trail.partition == partition and Trails._watches(trail, account_id)
