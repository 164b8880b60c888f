"""Fixtures that every room's tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.local_aws import LocalAws


@pytest.fixture(scope="module")
def local_aws() -> Iterator[LocalAws]:
    """A local AWS of this test module's own, delivering ten times a second."""
    with LocalAws.started("--delivery-seconds", "0.1") as aws:
        yield aws
