"""What a group of settings is: one frozen model for each component, with its checks beside it.

A group knows neither Pulumi nor AWS. Its fields have the names of Pulumi.yaml. A method marked with `check`
finds what cannot go together though each value alone is allowed; what it needs of another group it takes
from `given`, as `given[OtherSettings]`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic.fields import FieldInfo

G = TypeVar("G", bound="Group")
Check = TypeVar("Check", bound=Callable[..., Any])

PLACEHOLDER = "VALUE"
"""Stands in a correction where only its reader knows what is meant."""


class Change(StrEnum):
    """What changing a setting does on a live stack."""

    UPDATE = "update in place"
    REPLACEMENT = "replacement"
    DATA = "update in place; affects data"


class Anew(StrEnum):
    """What an administrator gives anew where a setting changes: what the stack may not write itself."""

    NOTHING = ""
    DEPLOYER = "deployer"
    BOTH = "deployer, role-boundary"


class Group(BaseModel):
    """The settings of one component; days are whole days."""

    model_config = ConfigDict(frozen=True, extra="forbid", regex_engine="python-re")
    heading: ClassVar[str]
    """The group's name on the configuration page."""


def setting(
    default: Any,
    allowed: str,
    meaning: str,
    change: Change,
    anew: Anew = Anew.NOTHING,
    **constraints: Any,
) -> Any:
    """Return a field that carries all that is said of it elsewhere.

    `allowed` is told to whoever gives another value. `meaning` goes into Pulumi.yaml, the component's
    arguments and the configuration page; so do, into the page, `change` (what changing it does on a live
    stack) and `anew` (which documents an administrator then gives anew). `constraints` are pydantic's.
    """
    extra: dict[str, JsonValue] = {"allowed": allowed, "change": change.value, "anew": anew.value}
    return Field(default=default, description=meaning, json_schema_extra=extra, **constraints)


def said(field: FieldInfo, what: str) -> str:
    """Return what a field says: `allowed`, `change` or `anew`."""
    extra = field.json_schema_extra
    return str(extra[what]) if isinstance(extra, dict) else ""


def check(method: Check) -> Check:
    """Mark a method of a group that yields what cannot go together."""
    cast("Any", method).is_check = True
    return method


def checks(kind: type[Group]) -> Iterator[Callable[..., Iterator[Impossible]]]:
    """Yield the checks of a group, in the order in which they are written."""
    yield from (method for method in vars(kind).values() if getattr(method, "is_check", False))


@dataclass(frozen=True, slots=True)
class Impossible:
    """Settings that cannot go together: the one to change, what is wrong with it, and a value that is right.

    `beside` names the setting that it clashes with; without one, `wrong` stands alone. `given` is the value
    to show where it is not the setting's own, such as a name made from it; `instead` names another setting to
    change. A `better` of None means that the setting is best left out.
    """

    key: str
    wrong: str
    better: Any
    beside: str = ""
    given: Any = None
    instead: str = ""


@dataclass
class Given:
    """The settings of one stack as a check sees them: it remembers which ones were looked at."""

    groups: Mapping[type[Group], Group]
    project: str
    stack: str
    read: set[str] = field(default_factory=set)

    def __getitem__(self, kind: type[G]) -> G:
        """Return a group whose settings are remembered when they are read."""
        return cast("G", _Watched(self.groups[kind], self.read))


class _Watched:
    """A group that notes the names of its settings as they are read."""

    def __init__(self, group: Group, read: set[str]) -> None:
        self._group, self._read = group, read

    def __getattr__(self, name: str) -> Any:
        if name in type(self._group).model_fields:
            self._read.add(name)
        return getattr(self._group, name)
