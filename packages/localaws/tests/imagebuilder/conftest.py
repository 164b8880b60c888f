"""An Image Builder of each test's own."""

from __future__ import annotations

import pytest

from localaws.imagebuilder import ImageBuilder
from packages.localaws.tests.imagebuilder.direct import DirectClient, RememberingCloud


@pytest.fixture
def cloud() -> RememberingCloud:
    """A cloud that only remembers."""
    return RememberingCloud()


@pytest.fixture
def service(cloud: RememberingCloud) -> ImageBuilder:
    """An empty Image Builder."""
    return ImageBuilder(cloud)


@pytest.fixture
def client(service: ImageBuilder) -> DirectClient:
    """A client of it."""
    return DirectClient(service)
