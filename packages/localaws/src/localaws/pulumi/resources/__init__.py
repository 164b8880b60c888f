"""One small handler for each AWS resource type that the project uses, found by its file."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from typing import Final

from localaws.pulumi.resources.base import ResourceType


def _resource_types() -> Iterator[type[ResourceType]]:
    for found in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{found.name}")
        for value in vars(module).values():
            is_type = isinstance(value, type) and issubclass(value, ResourceType)
            if is_type and value.__module__ == module.__name__ and "type_name" in vars(value):
                yield value


RESOURCE_TYPES: Final[Mapping[str, ResourceType]] = {kind.type_name: kind() for kind in _resource_types()}

__all__ = ["RESOURCE_TYPES", "ResourceType"]
