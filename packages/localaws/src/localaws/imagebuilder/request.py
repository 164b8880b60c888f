"""What every operation's handler gets to work with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localaws.call import Call, Cloud
from localaws.imagebuilder.exceptions import (
    DryRunOperationException,
    InvalidParameterValueException,
)
from localaws.imagebuilder.models import Resource, Store, World
from localaws.imagebuilder.progress import Activity

AMAZON = "Amazon"


@dataclass(frozen=True, slots=True)
class Request:
    """One call, with the account's resources and the clock; `start` hands work to the background."""

    call: Call
    store: Store
    world: World
    cloud: Cloud
    now: datetime
    start: Callable[[Activity], None]

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The input members."""
        return self.call.parameters

    @property
    def timestamp(self) -> str:
        """The time as the API writes its dates, such as `2020-02-19T18:53:45.940Z`."""
        return timestamp(self.now)

    def find(self, member: str) -> Resource:
        """The resource whose ARN an input member holds.

        Raises:
            ResourceNotFoundException: there is none.

        """
        return self.world.find(self.store, self.parameters[member])

    def own(self, member: str) -> Resource:
        """The same, but only of the caller's account: what is shared may be read, not changed.

        Raises:
            InvalidParameterValueException: it belongs to another account.
            ResourceNotFoundException: there is none.

        """
        resource = self.find(member)
        if resource.arn.account_id != self.store.account_id:
            raise InvalidParameterValueException.of(
                member, f"'{resource.arn}' belongs to another account and cannot be changed."
            )
        return resource

    def add(self, resource: Resource) -> None:
        """Keep a new resource, with the tags and date that all have.

        Raises:
            DryRunOperationException: the request asked to go this far and no further.

        """
        if self.parameters.get("dryRun"):
            raise DryRunOperationException(
                f"The dry run of {self.call.operation} succeeded. No resource was created."
            )
        resource.document |= {
            "arn": str(resource.arn),
            "dateCreated": self.timestamp,
            "tags": dict(self.parameters.get("tags", {})),
        }
        self.store.add(resource)


def timestamp(moment: datetime) -> str:
    """A time as the API writes it, in UTC with milliseconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


Handler = Callable[[Request], dict[str, Any]]


def given(request: Request, *left_out: str) -> dict[str, Any]:
    """The input members that describe the resource itself."""
    ignored = {"clientToken", "dryRun", "tags", *left_out}
    return {name: value for name, value in request.parameters.items() if name not in ignored}
