"""What a resource type takes: its properties, how each is checked, and when two values mean the same.

A small part of the schema language of the real provider, with its words: a property is *computed* when AWS
fills it in, a change *replaces* when AWS cannot make it in place.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from localaws.pulumi.wire import UNKNOWN

Kind = Literal["text", "flag", "whole", "json", "map", "list", "set", "block"]
Path = tuple[str | int, ...]

_PYTHON_TYPES: Mapping[str, tuple[Any, str]] = {
    "text": (str, "a string"),
    "flag": (bool, "true or false"),
    "whole": (int, "a whole number"),
    "json": (str, "a string of JSON"),
    "map": (Mapping, "a map of strings"),
    "list": (list, "a list"),
    "set": (list, "a list"),
    "block": (Mapping, "an object"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One property. `item` is what a list or set holds, `fields` what a block holds."""

    kind: Kind
    required: bool = False
    replaces: bool = False
    computed: bool = False
    default: Any = None
    allowed: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    most: int | None = None  # elements of a list
    item: Field | None = None
    fields: Mapping[str, Field] | None = None


def text(*allowed: str, **options: Any) -> Field:
    """A string, one of `allowed` if any are given."""
    return Field("text", allowed=allowed, **options)


def flag(**options: Any) -> Field:
    """True or false."""
    return Field("flag", **options)


def whole(**options: Any) -> Field:
    """A whole number."""
    return Field("whole", **options)


def document(**options: Any) -> Field:
    """A JSON document as a string: two texts of one policy are the same."""
    return Field("json", **options)


def text_map(**options: Any) -> Field:
    """A map of strings."""
    return Field("map", item=text(), **options)


def texts(**options: Any) -> Field:
    """A set of strings: order does not matter."""
    return Field("set", item=text(), **options)


def block(fields: Mapping[str, Field], **options: Any) -> Field:
    """An object with these properties."""
    return Field("block", fields=fields, **options)


def blocks(fields: Mapping[str, Field], *, ordered: bool = True, **options: Any) -> Field:
    """A list (or, unordered, a set) of objects with these properties."""
    return Field("list" if ordered else "set", item=block(fields), **options)


_OFF = (None, False)
REGION = text(computed=True, replaces=True)
TAGS = text_map()


def with_defaults(fields: Mapping[str, Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """Add the defaults of the properties that are not given, in nested objects too."""
    filled = {
        name: _filled(fields[name], value) if name in fields else value for name, value in values.items()
    }
    for name, field in fields.items():
        if field.default is not None and filled.get(name) is None:
            filled[name] = field.default
    return filled


def _filled(field: Field, value: Any) -> Any:
    if field.fields is not None and isinstance(value, Mapping):
        return with_defaults(field.fields, value)
    if field.kind in {"list", "set"} and field.item is not None and isinstance(value, list):
        return [_filled(field.item, element) for element in value]
    return value


def problems(
    fields: Mapping[str, Field], values: Mapping[str, Any], where: str = ""
) -> Iterator[tuple[str, str]]:
    """Yield (property path, what is wrong) for everything that AWS or the real provider would not take."""
    for name in sorted(values.keys() - fields.keys()):
        near = difflib.get_close_matches(name, fields, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"allowed: {', '.join(sorted(fields))}"
        yield where + name, f"not a property that the local provider knows; {hint}"
    for name, field in fields.items():
        value = values.get(name)
        if value is None:
            if field.required:
                yield where + name, "missing, and required"
        else:
            yield from _value_problems(field, value, where + name)


def _value_problems(field: Field, value: Any, path: str) -> Iterator[tuple[str, str]]:
    if value is UNKNOWN:
        return
    wanted, words = _PYTHON_TYPES[field.kind]
    if not isinstance(value, wanted) or (field.kind == "whole" and isinstance(value, bool)):
        yield path, f"expected {words}, got {value!r}"
        return
    yield from _limit_problems(field, value, path)
    yield from _inner_problems(field, value, path)


def _inner_problems(field: Field, value: Any, path: str) -> Iterator[tuple[str, str]]:
    if field.fields is not None:
        yield from problems(field.fields, value, path + ".")
    elif field.kind in {"list", "set"} and field.item is not None:
        for index, element in enumerate(value):
            yield from _value_problems(field.item, element, f"{path}[{index}]")
    elif field.kind == "map" and field.item is not None:
        for key, element in value.items():
            yield from _value_problems(field.item, element, f"{path}.{key}")


def _limit_problems(field: Field, value: Any, path: str) -> Iterator[tuple[str, str]]:
    if field.allowed and value not in field.allowed:
        yield path, f"expected one of {', '.join(field.allowed)}, got {value!r}"
    if field.minimum is not None and value < field.minimum:
        yield path, f"expected at least {field.minimum}, got {value}"
    if field.maximum is not None and value > field.maximum:
        yield path, f"expected at most {field.maximum}, got {value}"
    if field.most is not None and len(value) > field.most:
        yield path, f"expected at most {field.most} element(s), got {len(value)}"
    if field.kind == "json":
        try:
            json.loads(value)
        except ValueError as error:
            yield path, f"not valid JSON: {error}"


def canonical(field: Field, value: Any) -> Any:  # noqa: PLR0911 - one for each kind
    """A form in which values that mean the same are equal. Absent and empty mean the same."""
    if value is UNKNOWN or value is None or value in ("", [], {}):
        return UNKNOWN if value is UNKNOWN else None
    match field.kind:
        case "json":
            return _canonical_document(value)
        case "block":
            known = {name: canonical(inner, value.get(name)) for name, inner in (field.fields or {}).items()}
            kept = {name: inner for name, inner in known.items() if inner is not None and inner is not False}
            return kept or None
        case "list" | "set":
            elements = [canonical(field.item or field, element) for element in value]
            return sorted(elements, key=repr) if field.kind == "set" else elements
        case "map":
            return {key: element for key, element in sorted(value.items()) if element is not None}
        case "flag":
            return bool(value)
        case _:
            return value


def _canonical_document(value: str) -> Any:
    try:
        return _canonical_json(json.loads(value))
    except ValueError:
        return value


def _canonical_json(value: Any, key: str = "") -> Any:
    """IAM's equivalences: one value stands for a list of one, and lists but that of statements are sets."""
    if key == "Statement":
        statements = value if isinstance(value, list) else [value]
        return [_canonical_json(statement) for statement in statements]
    if isinstance(value, dict):
        return {name: _canonical_json(item, name) for name, item in sorted(value.items())}
    if isinstance(value, list):
        flat = [_canonical_json(item) for item in value]
        return flat[0] if len(flat) == 1 else sorted(flat, key=repr)
    return str(value).lower() if isinstance(value, bool) else value


def differences(field: Field, old: Any, new: Any, path: Path) -> Iterator[tuple[Path, str, bool]]:
    """Yield (path, "add" | "delete" | "update", replaces) down to the innermost values that differ."""
    before, after = canonical(field, old), canonical(field, new)
    if after is None and field.computed:
        return
    if before is not UNKNOWN and (before == after or (before in _OFF and after in _OFF)):
        return
    if before is None:
        yield path, "add", field.replaces
    elif after is None:
        yield path, "delete", field.replaces
    elif field.kind == "block" and new is not UNKNOWN:
        for name, inner in (field.fields or {}).items():
            marked = replace(inner, replaces=inner.replaces or field.replaces)
            yield from differences(marked, old.get(name), new.get(name), (*path, name))
    elif field.kind in {"list", "map"} and new is not UNKNOWN:
        yield from _element_differences(field, old, new, path)
    else:
        yield path, "update", field.replaces


def _element_differences(field: Field, old: Any, new: Any, path: Path) -> Iterator[tuple[Path, str, bool]]:
    item = field.item or text()
    marked = replace(item, replaces=item.replaces or field.replaces)
    if field.kind == "map":
        for key in sorted(old.keys() | new.keys()):
            yield from differences(marked, old.get(key), new.get(key), (*path, key))
        return
    for index in range(max(len(old), len(new))):
        before = old[index] if index < len(old) else None
        after = new[index] if index < len(new) else None
        yield from differences(marked, before, after, (*path, index))
