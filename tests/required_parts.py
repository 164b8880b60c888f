"""Holds CI to the whole suite: with `REQUIRE_PARTS=1` a test that would be skipped for a missing part fails.

Two kinds of tests may be skipped even then. Those marked `live` ask for a real AWS account. Those marked
`optional_part` ask for a part that nobody has to install, such as a client too large to fetch for each run.
They run where it is at hand, and skip in a fixture or a test (a skipped module has no markers), saying what
is missing.

Says also in which order the tests ran, since `-q` keeps pytest-randomly from saying so.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any, Protocol

import pytest

VARIABLE = "REQUIRE_PARTS"
_MAY_BE_SKIPPED = ("live", "optional_part")


class Report(Protocol):
    """What the reports of collecting and of running a test have in common."""

    outcome: Any
    longrepr: Any


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a test into a failure; a real account and optional parts are never asked for."""
    report = yield
    if not any(map(item.get_closest_marker, _MAY_BE_SKIPPED)) and not hasattr(report, "wasxfail"):
        _require(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn the skip of a whole module into a failure."""
    report = yield
    _require(report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how to run the tests in the same order again."""
    seed = terminalreporter.config.getoption("randomly_seed", None)
    if seed is not None:
        terminalreporter.line(f"in random order; the same again: pytest --randomly-seed={seed}")


def _require(report: Report) -> None:
    if report.outcome == "skipped" and os.environ.get(VARIABLE) == "1":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{VARIABLE}=1, and a part is missing: {str(reason).removeprefix('Skipped: ')}"
