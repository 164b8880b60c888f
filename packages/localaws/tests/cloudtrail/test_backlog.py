"""The queue of events that wait for delivery."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from localaws.cloudtrail.backlog import Backlog, Waiting

STEPS = st.lists(st.one_of(st.just(0), st.integers(1, 6)), max_size=60)


def waiting(time: str) -> Waiting:
    """Return an event of a time."""
    return Waiting(time, b'{"eventTime":"%s"}' % time.encode())


@given(STEPS)
def test_events_leave_in_the_order_in_which_they_came(steps: list[int]) -> None:
    """However appending (0) and taking out (so many) alternate, no event is lost, doubled or overtaken."""
    backlog, came, left = Backlog(held=3), 0, 0
    for step in steps:
        if step == 0:
            backlog.append(waiting(f"{came}"))
            came += 1
            continue
        first = backlog.first(step)
        assert bool(first) == (came > left)
        assert first == [waiting(f"{left + n}") for n in range(len(first))]
        backlog.drop(len(first))
        left += len(first)
        assert len(backlog) == came - left


def test_memory_holds_no_more_than_the_next_few_events() -> None:
    """Whatever comes behind them is in a file, even when the first ones have left."""
    backlog = Backlog(held=10)
    for number in range(1_000):
        backlog.append(waiting(f"{number}"))
    backlog.drop(500)
    assert len(backlog) == 500
    assert len(backlog.first(1_000)) <= 10


def test_a_cleared_backlog_begins_anew() -> None:
    """Nothing comes back out of the file of an earlier time."""
    backlog = Backlog(held=1)
    for name in ("old", "older"):
        backlog.append(waiting(name))
    backlog.clear()
    assert len(backlog) == 0
    backlog.append(waiting("new"))
    assert [event.time for event in backlog.first(5)] == ["new"]
