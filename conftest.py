"""Fixtures and options that every room's tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from localaws.testing import LocalAws

pytest_plugins = ("tests.required_parts",)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take `--live`: without it, nothing ever talks to a real AWS account."""
    parser.addoption("--live", action="store_true", help="also run tests/live, against a real AWS account")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what needs a real account unless it was asked for."""
    if config.getoption("--live"):
        return
    for item in items:
        if item.get_closest_marker("live"):
            item.add_marker(pytest.mark.skip(reason="needs a real AWS account: run with --live"))


@pytest.fixture(scope="module")
def local_aws() -> Iterator[LocalAws]:
    """A local AWS of this test module's own, delivering ten times a second."""
    with LocalAws.started("--delivery-seconds", "0.1") as aws:
        yield aws
