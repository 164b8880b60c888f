"""Which events are wanted: the filters of `events`, `report` and `query` as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from audit.identity import identify
from audit.records import Event

IMAGE_BUILDER = "imagebuilder.amazonaws.com"
_NONE: frozenset[str] = frozenset()
_TOLD = {"failed": ("only succeeded", "only failed"), "read_only": ("only changes", "only reads")}


@dataclass(frozen=True, slots=True)
class Selection:
    """Filters, all of which must hold. An empty set filters nothing.

    `start` is included and `end` is not; both are aware datetimes compared with eventTime.
    `identities` match, in upper or lower case, when they occur in the identity's name or ARN, or equal its
    access key or principal id. `source_ips` are addresses, networks (203.0.113.0/24) or services.
    `read_only`: events that say neither are wanted only if it is None.
    `failed`: True for calls that failed only (see Event.error), False for those that did not.
    """

    event_sources: frozenset[str] = frozenset({IMAGE_BUILDER})
    start: datetime | None = None
    end: datetime | None = None
    event_names: frozenset[str] = _NONE
    identities: frozenset[str] = _NONE
    regions: frozenset[str] = _NONE
    accounts: frozenset[str] = _NONE
    source_ips: frozenset[str] = _NONE
    request_ids: frozenset[str] = _NONE
    event_ids: frozenset[str] = _NONE
    error_codes: frozenset[str] = _NONE
    failed: bool | None = None
    read_only: bool | None = None

    @property
    def only_services(self) -> bool:
        """Whether the service alone decides."""
        return self == Selection(event_sources=self.event_sources)

    def wants(self, event: Event) -> bool:
        """Whether the event passes every filter."""
        return (
            (not self.event_sources or event.event_source in self.event_sources)
            and (not self.event_names or event.event_name in self.event_names)
            and (not self.regions or event.aws_region in self.regions)
            and (not self.accounts or _account(event) in self.accounts)
            and (not self.source_ips or _came_from(event.source_ip_address or "", self.source_ips))
            and (not self.request_ids or event.request_id in self.request_ids)
            and (not self.event_ids or event.event_id in self.event_ids)
            and (not self.error_codes or event.error in self.error_codes)
            and (self.failed is None or self.failed == (event.error is not None))
            and (self.read_only is None or self.read_only == event.read_only)
            and self._in_time(event.event_time)
            and (not self.identities or self._by(event))
        )

    def left_out_unsaid(self, event: Event) -> bool:
        """Whether the event is unwanted only because it does not say whether it changed anything."""
        if self.read_only is None or event.read_only is not None:
            return False
        return replace(self, read_only=None).wants(event)

    def told(self) -> list[str]:
        """Each filter in words, those that filter nothing left out."""
        found = []
        for name in (field.name for field in fields(self)):
            value: Any = getattr(self, name)
            if value is None or value == _NONE:
                continue
            if name in _TOLD:
                found.append(_TOLD[name][value])
            elif isinstance(value, datetime):
                found.append(f"{'from' if name == 'start' else 'before'} {value.isoformat()}")
            else:
                one = name.replace("_", " ").replace("ies", "y").removesuffix("s")
                found.append(f"{one} {' or '.join(sorted(value))}")
        return found

    def _in_time(self, event_time: str) -> bool:
        if self.start is None and self.end is None:
            return True
        time = parse_time(event_time)
        return (self.start is None or time >= self.start) and (self.end is None or time < self.end)

    def _by(self, event: Event) -> bool:
        identity = identify(event)
        user = event.user_identity
        given = (identity.who, identity.arn, identity.issuer, identity.service)
        names = [name.casefold() for name in given if name]
        keys = [key.casefold() for key in (user.access_key_id, user.principal_id) if key] if user else []
        return any(
            wanted in keys or any(wanted in name for name in names)
            for wanted in map(str.casefold, self.identities)
        )


def _account(event: Event) -> str | None:
    user = event.user_identity
    return event.recipient_account_id or (user.account_id if user else None)


@lru_cache(maxsize=4096)
def _came_from(address: str, wanted: frozenset[str]) -> bool:
    """Whether a source is among those wanted, or in a network of theirs; what is no address is in none."""
    if address in wanted:
        return True
    try:
        number = ip_address(address)
    except ValueError:
        return False
    networks = map(network_of, wanted)
    return any(network is not None and number in network for network in networks)


def network_of(text: str) -> IPv4Network | IPv6Network | None:
    """The network that a text names, an address being one of its own; None if it names none."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


@lru_cache(maxsize=4096)  # neighbours have the same: most records are checked at the cost of a look-up
def parse_time(text: str) -> datetime:
    """Read an ISO 8601 time; without an offset it is UTC, as CloudTrail's are.

    Raises:
        ValueError: the text is no such time.

    """
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        return time.replace(tzinfo=UTC)
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"no time between the years 1 and 9999: {text!r}") from None
