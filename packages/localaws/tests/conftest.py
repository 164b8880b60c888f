"""Fixtures of the local AWS's own tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from packages.localaws.tests.front import Front


@pytest.fixture
def front() -> Iterator[Front]:
    """A fresh local AWS in this process, with its records at hand."""
    with Front.opened(enforce_iam=False) as opened:
        yield opened


@pytest.fixture
def strict_front() -> Iterator[Front]:
    """The same with `--enforce-iam`."""
    with Front.opened(enforce_iam=True) as opened:
        yield opened
