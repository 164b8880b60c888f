"""What was overwritten or deleted in moto is let go: moto itself holds on to everything that was ever made.

Moto keeps each instance of its models in a list, for its dashboard and for closing the files of S3's objects
when all is reset. Here the list holds weak references. Importing this module changes moto.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from weakref import WeakValueDictionary

from moto.core.common_models import BaseModel


class _Living:
    """The instances of one model that somebody still holds, in the order in which they were made."""

    def __init__(self, instances: list[BaseModel]) -> None:
        self._by_id = WeakValueDictionary({id(instance): instance for instance in instances})

    def append(self, instance: BaseModel) -> None:
        """Take note of an instance."""
        self._by_id[id(instance)] = instance

    def __iter__(self) -> Iterator[BaseModel]:
        return iter(list(self._by_id.values()))


def _new(cls: type[BaseModel], *_arguments: Any, **_options: Any) -> BaseModel:
    instance: BaseModel = object.__new__(cls)
    tracked = cls.instances_tracked  # type: ignore[attr-defined]
    if isinstance(tracked, list):  # as moto makes it, at first and at each reset
        tracked = cls.instances_tracked = _Living(tracked)  # type: ignore[attr-defined]
    tracked.append(instance)
    return instance


BaseModel.__new__ = _new  # type: ignore[method-assign]
