"""The real AWS provider makes, reads, changes and removes all of Image Builder, and a trail's channels."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from localaws.testing import LocalAws
from tests import ROOT
from tests.clients.terraform import life
from tests.clients.terraform.client import REGION, Terraform
from tests.clients.terraform.made import Place

pytestmark = [pytest.mark.optional_part, pytest.mark.in_order]


@pytest.fixture(scope="module")
def place(local_aws: LocalAws) -> Place:
    """Where it all happens."""
    return Place(local_aws)


@pytest.fixture(scope="module")
def terraform(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    """The configuration in root's hands."""
    return life.prepared(tmp_path_factory.mktemp("terraform"), local_aws.endpoint)


@pytest.fixture(scope="module")
def before(place: Place, terraform: Terraform) -> life.Made:
    """What there was before Terraform made anything."""
    return place.made()


class TestLife(life.Life):
    """As root, against `localaws serve`."""

    def test_each_call_is_recorded_as_terraforms(self, local_aws: LocalAws) -> None:
        """Image Builder's in REST, CloudTrail's by a target in the short form, with the right user agent."""
        records = recorded(local_aws, "imagebuilder.amazonaws.com", "cloudtrail.amazonaws.com")
        terraforms = {one["eventName"] for one in records if "terraform-provider-aws/" in one["userAgent"]}
        replaced = {"Component", "ImageRecipe", "ContainerRecipe", "Image", "Workflow"}
        changed = {f"{kind}Configuration" for kind in ("Distribution", "Infrastructure")}
        changed |= {"ImagePipeline", "LifecyclePolicy"}
        wanted = {verb + kind for verb in ("Create", "Get", "Delete") for kind in replaced | changed}
        wanted |= {f"Update{kind}" for kind in changed | {"Trail"}} | {"CreateTrail", "DeleteTrail"}
        assert wanted - terraforms == set()


def recorded(local_aws: LocalAws, *sources: str) -> Iterator[dict[str, Any]]:
    """What Event history has of these services."""
    chosen = [part for source in sources for part in ("--event-source", source)]
    finished = subprocess.run(
        [sys.executable, "-m", "audit", "history", "--format", "jsonl", *chosen],
        cwd=ROOT,
        env=dict(local_aws.environment(REGION)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    yield from map(json.loads, finished.stdout.splitlines())
