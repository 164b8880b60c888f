"""What the components deploy besides policies, named in `controls.yaml`: resource properties as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

Resources = Mapping[str, Mapping[str, Any]]
"""The inputs of every resource that a stack registers, by "type name"."""


@dataclass(frozen=True, slots=True)
class Property:
    """One property of `controls.yaml`, which says what the fields mean."""

    name: str
    resource: str
    path: str

    def value(self, registered: Resources) -> Any:
        """Return the property's value; None where the resource or the property is not there."""
        found: Any = registered.get(self.resource)
        for part in self.path.split("."):
            if isinstance(found, list):
                found = found[int(part)] if int(part) < len(found) else None
            else:
                found = None if found is None else found.get(part)
        return int(found) if isinstance(found, float) and found.is_integer() else found


@cache
def properties() -> Mapping[str, Property]:
    """Return every property, by name."""
    text = resources.files("policies").joinpath("controls.yaml").read_text("utf-8")
    return {name: Property(name, **parts) for name, parts in yaml.safe_load(text)["properties"].items()}
