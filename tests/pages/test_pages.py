"""What the pages tell their readers to run works, in the order in which they tell it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from localaws.testing import LocalAws
from tests.journeys.inventory import inventory
from tests.journeys.pulumi_project import NO_ENGINE, engine_at_hand
from tests.pages.walk import Reader

pytestmark = [
    pytest.mark.engine,
    pytest.mark.awscli,
    pytest.mark.skipif(not engine_at_hand(), reason=NO_ENGINE),
    pytest.mark.timeout(1200),
]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """Somebody with a checkout and an account that has nothing, on a local AWS that enforces IAM."""
    with LocalAws.started("--enforce-iam", "--kms-tag-delay", "60") as aws:
        yield Reader.seated(tmp_path, aws)


def test_a_stack_lives_as_the_pages_say(reader: Reader) -> None:
    """From an account that has nothing, over changed settings, to an account with nothing left."""
    reader.walk("first-deployment.md", "live-stack.md", "guard.md", "upgrade-and-removal.md")
    assert inventory(reader.aws) == {("bucket", "pulumi-state-123456789012-us-east-1")}
