"""What every resource type does: the four calls, and the account of its properties."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from localaws.pulumi.aws import Aws, error_code
from localaws.pulumi.fields import Field, Path, differences
from localaws.pulumi.wire import Properties


@dataclass(frozen=True, slots=True)
class AutomaticName:
    """How a resource without a name gets one: the resource's own name, a hyphen and seven random digits."""

    property: str = "name"
    prefix_property: str | None = "namePrefix"
    start: str = ""
    longest: int = 64
    lower_case: bool = False


@dataclass(frozen=True, slots=True)
class Creation:
    """The call that brings a resource into being, and where its CloudTrail record holds the resource's id.

    Only for calls that would make a second resource, or fail, if they were made again.
    """

    service: str
    operation: str
    id_path: tuple[str, ...]


class ResourceType(ABC):
    """One resource type of the real provider, over boto3.

    A creation is two steps, so that one that fails half-way is remembered: `create` makes the one call that
    brings the resource into being and returns its id; `complete` makes the calls that follow.
    """

    type_name: ClassVar[str]
    fields: ClassVar[Mapping[str, Field]]
    outputs: ClassVar[tuple[str, ...]] = ()  # what only AWS knows
    kept: ClassVar[tuple[str, ...]] = ()  # settings of the provider's own that AWS does not know
    automatic_name: ClassVar[AutomaticName | None] = None
    creation: ClassVar[Creation | None] = None

    @abstractmethod
    def create(self, aws: Aws, inputs: Properties) -> str:
        """Bring the resource into being and return its id."""

    def complete(self, aws: Aws, resource_id: str, inputs: Properties) -> None:  # noqa: B027 - most need none
        """Make the calls that follow a creation."""

    @abstractmethod
    def read(self, aws: Aws, resource_id: str, known: Properties) -> Properties | None:
        """Return the resource's properties as AWS has them, or None if there is no such resource.

        `known` is what the state holds; on an import it is empty.
        """

    def update(
        self, aws: Aws, resource_id: str, known: Properties, inputs: Properties, changed: set[str]
    ) -> None:
        """Bring the resource to its new inputs; `changed` names the properties that differ."""
        raise NotImplementedError(f"{self.type_name} has no property that changes in place")

    def differences(
        self, name: str, field: Field, state: Properties, wanted: Any
    ) -> Iterator[tuple[Path, str, bool]]:
        """Yield the differences of one property; types with equivalences of their own say so here."""
        yield from differences(field, state.get(name), wanted, (name,))

    @abstractmethod
    def delete(self, aws: Aws, resource_id: str, known: Properties) -> None:
        """Delete the resource. That it is gone already is no error."""


def region_of(aws: Aws, properties: Mapping[str, Any]) -> str:
    """The Region that a resource is in: its own `region`, else the provider's."""
    return str(properties.get("region") or aws.settings.region)


def tag_list(tags: Mapping[str, str] | None, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Tags as AWS's lists of pairs."""
    return [{key: name, value: content} for name, content in sorted((tags or {}).items())]


def tag_map(pairs: Iterable[Mapping[str, str]], key: str = "Key", value: str = "Value") -> dict[str, str]:
    """Tags from AWS's lists of pairs, without AWS's own."""
    return {pair[key]: pair[value] for pair in pairs if not pair[key].startswith("aws:")}


def tag_changes(known: Properties, inputs: Properties) -> tuple[list[str], dict[str, str]]:
    """Return (names to remove, tags to set) that lead from the known tags to the wanted ones."""
    old, new = known.get("tags") or {}, inputs.get("tags") or {}
    return sorted(old.keys() - new.keys()), {name: tag for name, tag in new.items() if old.get(name) != tag}


class ignoring(suppress):  # noqa: N801 - reads as contextlib's own
    """Let an AWS error with one of these codes pass: what is to be deleted is gone already."""

    def __init__(self, *codes: str) -> None:
        super().__init__(ClientError)
        self._codes = codes

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        return isinstance(error, ClientError) and error_code(error) in self._codes


def found(operation: Any, absent: Iterable[str], **parameters: Any) -> Any:
    """The answer of a read, or None where AWS says with one of the codes `absent` that there is nothing."""
    try:
        return operation(**parameters)
    except ClientError as error:
        if error_code(error) in absent:
            return None
        raise
