"""The form of a channel: a way by which an event is seen, which knows what can keep it empty.

Each channel is one class in one file of `audit/delivery/channels/`, where it is found.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from audit.aws import Aws
from audit.delivery.probe import Probe
from audit.delivery.trail import DescribedTrail
from audit.findings import Finding

Check = Callable[[], Iterator[Finding]]
"""Looks at one thing that delivery depends on; may raise botocore's errors where it may not be looked at."""


class ChannelError(Exception):
    """A channel cannot be looked at with these credentials, or not now; the message is AWS's."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A probe seen: where, and when it was seen."""

    request_id: str
    where: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Context:
    """What the channels share: access to AWS, the caller's account, the probe calls, and the trail (or none).

    `sightings` is what has been seen so far, by channel name and request ID.
    """

    aws: Aws
    account_id: str
    probes: Sequence[Probe]
    trail: DescribedTrail | None
    sightings: dict[tuple[str, str], Sighting] = field(default_factory=dict)

    @property
    def region(self) -> str:
        """The Region that the probe calls were made in."""
        return self.probes[0].region


class Channel(ABC):
    """Looks whether the probes of its context have arrived."""

    name: ClassVar[str]
    """What the channel is called in the result."""
    pause_seconds: ClassVar[float]
    """How long to wait between two looks, so that no limit of the API is used up."""
    needs: ClassVar[tuple[str, ...]]
    """The IAM actions that a look takes."""
    follows: ClassVar[type[Channel] | None] = None
    """The channel without which this one sees nothing."""

    def __init__(self, context: Context) -> None:
        self.context = context

    @classmethod
    def applies(cls, context: Context) -> bool:
        """Whether the probes ought to arrive here."""
        del context
        return True

    @abstractmethod
    def look(self) -> Iterator[Sighting]:
        """Yield the probes that can be seen now.

        Raises:
            ChannelError: the channel cannot be looked at.

        """

    def checks(self) -> Sequence[Check]:
        """Everything of this channel's own that may keep it empty."""
        return ()


class TrailChannel(Channel):
    """A channel that the trail fills: what keeps the trail from recording keeps this one empty as well."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        if context.trail is None:
            raise ValueError(f"the channel {self.name} needs a trail")
        self.trail = context.trail

    @classmethod
    def applies(cls, context: Context) -> bool:
        """Whether there is a trail and it fills this channel."""
        return context.trail is not None and cls.is_filled_by(context.trail)

    @classmethod
    def is_filled_by(cls, trail: DescribedTrail) -> bool:
        """Whether the trail is set up to fill this channel."""
        del trail
        return True
