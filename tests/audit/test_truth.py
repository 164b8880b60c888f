"""Report and SQL both say what is true of a million events with every kind of identity."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from audit import logs, query
from audit.commands.events import lines
from audit.facts import Facts, count
from audit.selection import Selection
from tests.corpus import Truth, cached

EVENTS = 1_000_000


@pytest.fixture(scope="module")
def corpus() -> tuple[Path, Truth]:
    """The log files and the truth about them."""
    return cached(EVENTS)


def test_the_report_of_a_million_events_is_the_truth(corpus: tuple[Path, Truth]) -> None:
    """Counts by action, identity, result and hour are those that were written."""
    folder, truth = corpus
    facts, read = Facts(), 0
    for part in logs.condensed(str(folder), Selection(), count, counts=True):
        assert not part.tally.findings
        facts.merge(part.value)
        read += part.tally.events
    assert read == truth.events == EVENTS
    assert facts.total.count == truth.image_builder
    assert {name: seen.count for name, seen in facts.actions.items()} == truth.actions
    assert {name: seen.count for name, seen in facts.results.items()} == truth.results
    assert {hour: both[0] for hour, both in facts.hours.items()} == truth.hours
    people: Counter[str] = Counter()
    for identity, seen in facts.identities.values():
        people[identity.who] += seen.count
    assert people == truth.identities


def test_sql_over_a_million_events_is_the_same_truth(corpus: tuple[Path, Truth]) -> None:
    """One grouping query gives the same counts."""
    folder, truth = corpus
    sql = """
      SELECT eventname, coalesce(errorcode, 'ok'), substr(eventtime, 1, 13),
        coalesce(useridentity.arn, useridentity.username, useridentity.invokedby, useridentity.principalid,
                 useridentity.type, 'none'),
        count(*)
      FROM cloudtrail GROUP BY 1, 2, 3, 4
    """
    records = (part.value for part in logs.condensed(str(folder), Selection(), lines))
    sums: tuple[Counter[str], ...] = (Counter(), Counter(), Counter(), Counter())
    for *names, number in query.run(sql, records).rows:
        for counted, name in zip(sums, names, strict=True):
            counted[name] += number
    assert sums == (truth.actions, truth.results, truth.hours, truth.callers)
