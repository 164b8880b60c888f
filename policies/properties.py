"""What the components deploy besides policies, read from `properties.yaml`: resource properties as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import yaml

from policies.stack import Stack

_NOTHING = object()


@dataclass(frozen=True, slots=True)
class Property:
    """One line of `properties.yaml`, whose head says what the fields mean."""

    name: str
    resource: str
    path: str
    fixed: Any = None
    setting: str | None = None
    turned_round: bool = False
    none: Any = _NOTHING
    only_if: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    def value(self, stack: Stack) -> Any:
        """Return the property's value on a stack; None where the resource or the property is not there."""
        if any(stack.settings[setting] not in values for setting, values in self.only_if.items()):
            return None
        if self.setting is None:
            return _named(stack).get(self.fixed, self.fixed) if isinstance(self.fixed, str) else self.fixed
        value = stack.settings[self.setting]
        if self.turned_round:
            return not value
        return None if value == self.none else value


@cache
def properties() -> Mapping[str, Property]:
    """Return every property, by name."""
    text = resources.files("policies").joinpath("properties.yaml").read_text("utf-8")
    return {name: _property(name, parts) for name, parts in yaml.safe_load(text).items()}


def _property(name: str, parts: Mapping[str, Any]) -> Property:
    return Property(
        name=name,
        resource=parts["resource"],
        path=parts["path"],
        fixed=parts.get("value"),
        setting=parts.get("setting"),
        turned_round=parts.get("turned round", False),
        none=parts.get("none", _NOTHING),
        only_if={setting: tuple(values) for setting, values in parts.get("only if", {}).items()},
    )


def _named(stack: Stack) -> Mapping[str, str | None]:
    return {
        "the stack's key": stack.key_arn,
        "the access log bucket": stack.access_log_bucket_name,
        "the log bucket": stack.bucket_name,
    }
