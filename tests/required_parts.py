"""Holds CI to the whole suite: with `REQUIRE_PARTS=1` a test that would be skipped for a missing part fails.

Says also in which order the tests ran, since `-q` keeps pytest-randomly from saying so.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any, Protocol

import pytest

VARIABLE = "REQUIRE_PARTS"


class Report(Protocol):
    """What the reports of collecting and of running a test have in common."""

    outcome: Any
    longrepr: Any


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a test into a failure; only a real account is never asked for."""
    report = yield
    if item.get_closest_marker("live") is None and not hasattr(report, "wasxfail"):
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
