"""Fixtures and options that all tests share."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from itertools import count

import pytest

from localaws.environment import cleaned, in_force
from localaws.testing import LocalAws

_USERS_ENVIRONMENT = dict(os.environ)
_NOBODYS_FILES = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
_PLACE = pytest.StashKey[int]()
_PLACES = count()
pytest_plugins = ("tests.required_parts",)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take `--live`: without it, nothing ever talks to a real AWS account."""
    parser.addoption("--live", action="store_true", help="also run tests/live, against a real AWS account")


def pytest_configure() -> None:
    """Forget what the shell holds for AWS, for Pulumi and for proxies, before any test is imported.

    What a shell starts in the background is deaf to SIGINT, and so would be all that tests start.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    clean = cleaned(_USERS_ENVIRONMENT) | _NOBODYS_FILES
    os.environ.clear()
    os.environ.update(clean)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Remember the order in which tests are written, before it is shuffled."""
    item.stash[_PLACE] = next(_PLACES)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the stories in their order, and skip what needs a real account unless it was asked for."""
    stories = [place for place, item in enumerate(items) if item.get_closest_marker("in_order")]
    told = sorted((items[place] for place in stories), key=lambda item: item.stash[_PLACE])
    for place, item in zip(stories, told, strict=True):
        items[place] = item
    if config.getoption("--live"):
        return
    for item in items:
        if item.get_closest_marker("live"):
            item.add_marker(pytest.mark.skip(reason="needs a real AWS account: run with --live"))


@pytest.fixture(autouse=True)
def _environment(request: pytest.FixtureRequest) -> Iterator[None]:
    """Give the user's own environment back to what runs against a real account, and to nothing else."""
    if request.node.get_closest_marker("live") is None:
        yield
        return
    with in_force(_USERS_ENVIRONMENT):
        yield


@pytest.fixture(scope="module")
def local_aws() -> Iterator[LocalAws]:
    """A local AWS of this test module's own, delivering ten times a second."""
    with LocalAws.started("--delivery-seconds", "0.1") as aws:
        yield aws
