"""The real AWS provider makes, reads, changes and removes all of Image Builder, and a trail's channels."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localaws.testing import LocalAws
from tests import ROOT
from tests.clients.terraform.client import REGION, Terraform
from tests.clients.terraform.made import Place

pytestmark = [pytest.mark.optional_part, pytest.mark.in_order]
CONFIGURATION = Path(__file__).parent / "configuration"


@pytest.fixture(scope="module")
def place(local_aws: LocalAws) -> Place:
    """Where it all happens."""
    return Place(local_aws)


@pytest.fixture(scope="module")
def terraform(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    """The configuration, of which nothing is made yet."""
    folder = tmp_path_factory.mktemp("terraform")
    return Terraform.prepared(folder, CONFIGURATION.glob("*.tf"), local_aws.endpoint)


@pytest.fixture(scope="module")
def before(place: Place, terraform: Terraform) -> set[tuple[str, str]]:
    """What there was before Terraform made anything."""
    return place.made()


def image_builders(types: Iterable[str]) -> set[str]:
    """Those types that are Image Builder's."""
    return {name for name in types if name.startswith("aws_imagebuilder_")}


def test_it_makes_all_that_the_provider_has(terraform: Terraform, before: set[tuple[str, str]]) -> None:
    """Each resource and each data source of Image Builder, and a trail."""
    terraform.apply()
    resources, sources = terraform.types()
    schemas = terraform.schemas()
    assert image_builders(resources) == image_builders(schemas["resource_schemas"]) != set()
    assert image_builders(sources) == image_builders(schemas["data_source_schemas"]) != set()
    assert "aws_cloudtrail" in resources


def test_what_it_made_is_what_was_asked_for(terraform: Terraform) -> None:
    """A plan after that is empty: each value is given back as it was written."""
    terraform.plan_nothing()


def test_it_changes_all_that_can_change(terraform: Terraform) -> None:
    """In place, or by a new version that replaces the one before."""
    changed = terraform.change(release=2)
    assert image_builders(changed) == image_builders(terraform.types()[0])
    assert "aws_cloudtrail" in changed


def test_what_it_changed_is_what_was_asked_for(terraform: Terraform) -> None:
    """A plan after the change is empty."""
    terraform.plan_nothing(release=2)


def test_it_removes_all_that_it_made(
    terraform: Terraform, place: Place, before: set[tuple[str, str]]
) -> None:
    """AWS has then what it had before."""
    assert len(place.made() - before) > 20
    terraform.destroy()
    assert place.made() == before


def test_each_call_is_recorded_as_terraforms(local_aws: LocalAws) -> None:
    """Image Builder's in REST, CloudTrail's by a target in the short form, with the provider's user agent."""
    records = list(recorded(local_aws, "imagebuilder.amazonaws.com", "cloudtrail.amazonaws.com"))
    terraforms = {one["eventName"] for one in records if "terraform-provider-aws/" in one["userAgent"]}
    made = {"Component", "ImageRecipe", "ContainerRecipe", "Image", "Workflow"}
    changed = {"DistributionConfiguration", "InfrastructureConfiguration", "ImagePipeline", "LifecyclePolicy"}
    wanted = {verb + kind for verb in ("Create", "Get", "Delete") for kind in made | changed}
    wanted |= {f"Update{kind}" for kind in changed}
    wanted |= {f"{verb}Trail" for verb in ("Create", "Update", "Delete")}
    assert wanted <= terraforms


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
