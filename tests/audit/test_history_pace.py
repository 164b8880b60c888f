"""The pace of LookupEvents: as fast as its limit allows, and patient; by a clock that nobody waits for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from audit.event_history.lookup import LookupFailedError, Window, pages


class Clock(threading.Event):
    """A clock that only waiting and calls move on, in place of the event that stops a download."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0

    def wait(self, timeout: float | None = None) -> bool:
        """Let that time pass."""
        self.now += timeout or 0.0
        return False


@dataclass
class Service:
    """LookupEvents, which counts a call when it arrives: 2 within a second and no more.

    `ways` are the seconds that calls take to arrive, in turn; `throttled`: which calls are refused anyway.
    """

    clock: Clock
    ways: Sequence[float] = (0.01,)
    throttled: Callable[[int], bool] = frozenset().__contains__
    arrived: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)

    def lookup_events(self, **_: Any) -> dict[str, Any]:
        """Answer, or throttle."""
        made = len(self.arrived) + len(self.refused)
        self.clock.now += self.ways[made % len(self.ways)]
        recent = [one for one in self.arrived if self.clock.now - one < 1]
        if self.throttled(made) or len(recent) >= 2:
            self.refused.append(self.clock.now)
            raise ClientError(
                {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, "Lookup"
            )
        self.arrived.append(self.clock.now)
        self.clock.now += 0.01
        return {"Events": [], "NextToken": "more" if len(self.arrived) < 40 else None}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time that the pacing goes by."""
    clock = Clock()
    monkeypatch.setattr("audit.event_history.lookup.time.monotonic", lambda: clock.now)
    return clock


def test_no_call_is_throttled_for_being_early_though_calls_take_their_time(clock: Clock) -> None:
    """The limit is kept where it is counted, at the service, and 97 % of it is used."""
    service, began = Service(clock, ways=(0.01, 0.012, 0.05, 0.011, 0.03)), clock.now
    assert len(list(pages(service, [], Window(None, None), clock))) == 40
    assert service.refused == []
    assert clock.now - began <= 19 / 0.97


def test_a_throttled_call_costs_less_than_a_call(clock: Clock) -> None:
    """Up to eight in a row cost an eighth of a second each; half a second is what any call costs."""
    for row in range(1, 9):
        began, service = clock.now, Service(clock, throttled=range(4, 4 + row).__contains__)
        list(pages(service, [], Window(None, None), clock))
        assert len(service.refused) == row
        assert clock.now - began <= 19 / 0.97 + 0.12 * row


def test_long_throttling_is_borne_for_a_minute_without_hammering(clock: Clock) -> None:
    """Then it is told; meanwhile the calls come ever more seldom, a good one every two seconds at last."""
    service, began = Service(clock, throttled=lambda _: True), clock.now
    with pytest.raises(LookupFailedError, match="ThrottlingException: Rate exceeded"):
        list(pages(service, [], Window(None, None), clock))
    assert 60 <= clock.now - began <= 63
    assert len(service.refused) <= 45
