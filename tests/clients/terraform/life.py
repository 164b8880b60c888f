"""The story of a configuration in the hands of the real AWS provider, to be told in several surroundings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.clients.terraform.client import Terraform
from tests.clients.terraform.made import Place

_CONFIGURATION = Path(__file__).parent / "configuration"
Made = set[tuple[str, str]]


def prepared(folder: Path, endpoint: str, key: Mapping[str, Any] | None = None) -> Terraform:
    """The configuration, of which nothing is made yet, in the hands of root or of the key's owner."""
    return Terraform.prepared(folder, _CONFIGURATION.glob("*.tf"), endpoint, key)


@pytest.mark.usefixtures("before")
class Life:
    """Made, changed and removed; a plan after each step is empty.

    Of the module it needs the fixtures `place`, `terraform`, and `before`, what was there at first.
    """

    def test_it_makes_all_that_the_provider_has(self, terraform: Terraform) -> None:
        """Each resource and each data source of Image Builder, and a trail."""
        terraform.apply()
        resources, sources = terraform.types()
        schemas = terraform.schemas()
        assert _image_builders(resources) == _image_builders(schemas["resource_schemas"]) != set()
        assert _image_builders(sources) == _image_builders(schemas["data_source_schemas"]) != set()
        assert "aws_cloudtrail" in resources

    def test_what_it_made_is_what_was_asked_for(self, terraform: Terraform) -> None:
        """A plan after that is empty: each value is given back as it was written."""
        terraform.plan_nothing()

    def test_it_changes_all_that_can_change(self, terraform: Terraform) -> None:
        """In place, or by a new version that replaces the one before."""
        changed = terraform.change(release=2)
        assert _image_builders(changed) == _image_builders(terraform.types()[0])
        assert "aws_cloudtrail" in changed

    def test_what_it_changed_is_what_was_asked_for(self, terraform: Terraform) -> None:
        """A plan after the change is empty."""
        terraform.plan_nothing(release=2)

    def test_it_removes_all_that_it_made(self, terraform: Terraform, place: Place, before: Made) -> None:
        """AWS has then what it had before."""
        assert len(place.made() - before) > 20
        terraform.destroy()
        assert place.made() == before


def _image_builders(types: Iterable[str]) -> set[str]:
    return {name for name in types if name.startswith("aws_imagebuilder_")}
