"""Values that no SDK would send."""

from __future__ import annotations

from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape


def wrong_values(shape: Shape) -> list[Any]:
    """Values of other types than a shape's, on the outside and one level in."""
    if isinstance(shape, StructureShape):
        return [5, "text", [], dict.fromkeys(shape.members, 5.5), {name: [[]] for name in shape.members}]
    if isinstance(shape, ListShape):
        return [5, "text", {}, [5], [None], [{}]]
    if isinstance(shape, MapShape):
        return [5, "text", [], {"key": 5}, {"key": {}}]
    return [{}, [], [5]] if shape.type_name == "string" else [{}, [], "text"]
