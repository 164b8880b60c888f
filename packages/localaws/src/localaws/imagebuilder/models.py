"""What the local Image Builder holds: resources, per account and Region, and who may see them."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from localaws.arns import account_of
from localaws.imagebuilder.exceptions import (
    IdempotentParameterMismatchException,
    ResourceNotFoundException,
)
from localaws.imagebuilder.versions import Arn, check_pattern, fits, is_wildcard, parse_version

MAXIMUM_TOKENS = 10_000  # of one account and Region; beyond it the oldest is forgotten
_sequence = itertools.count(1)


@dataclass(slots=True)
class Resource:
    """One resource: its ARN, the members that its Get operation shows, and its resource policy (JSON)."""

    arn: Arn
    document: dict[str, Any]
    policy: str | None = None
    sequence: int = field(default_factory=lambda: next(_sequence))

    @property
    def tags(self) -> dict[str, str]:
        """The resource's tags, to be changed in place."""
        tags: dict[str, str] = self.document.setdefault("tags", {})
        return tags

    def shared_accounts(self) -> frozenset[str]:
        """The account ids that the resource policy lets in."""
        if self.policy is None:
            return frozenset()
        statements = json.loads(self.policy)["Statement"]
        principals = [
            principal
            for statement in _as_list(statements)
            if statement.get("Effect") == "Allow"
            for principal in _as_list(_aws_principals(statement.get("Principal")))
        ]
        return frozenset(_account_of(principal) for principal in principals) - {self.arn.account_id}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _aws_principals(principal: Any) -> Any:
    return principal.get("AWS", []) if isinstance(principal, Mapping) else principal


def _account_of(principal: Any) -> str:
    text = str(principal)
    return account_of(text) if text.startswith("arn:") else text


@dataclass(slots=True)
class TokenRecord:
    """A client token's first request, and the answer that repeats of it get."""

    fingerprint: bytes
    output: dict[str, Any]


@dataclass(slots=True)
class Store:
    """What one account has in one Region."""

    partition: str
    region: str
    account_id: str
    resources: dict[str, Resource] = field(default_factory=dict)
    activities: dict[str, Any] = field(default_factory=dict)
    tokens: dict[tuple[str, str], TokenRecord] = field(default_factory=dict)

    def arn(self, kind: str, name: str, version: str | None = None, build: int | None = None) -> Arn:
        """An ARN in this account and Region; `name` is already a slug."""
        return Arn(self.partition, self.region, self.account_id, kind, name, version, build)

    def add(self, resource: Resource) -> None:
        """Keep a resource under its ARN."""
        self.resources[str(resource.arn)] = resource

    def of_kind(self, kind: str) -> list[Resource]:
        """The resources whose ARNs have this kind; `workflow` finds those of all three types."""
        return [
            resource
            for resource in self.resources.values()
            if resource.arn.kind == kind or resource.arn.kind.startswith(f"{kind}/")
        ]

    def builds_of(self, arn: Arn) -> list[Resource]:
        """All builds of one version, oldest first."""
        return [
            resource
            for resource in self.resources.values()
            if resource.arn.at(resource.arn.version) == arn.at(arn.version)
        ]

    def once(
        self, operation: str, parameters: Mapping[str, Any], work: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """Do the work, or repeat the answer that the same request with the same client token had.

        Raises:
            IdempotentParameterMismatchException: the token came before with other parameters.

        """
        token = parameters.get("clientToken")
        if token is None:
            return work()
        asked = json.dumps(parameters, sort_keys=True, default=str)
        fingerprint = hashlib.sha256(asked.encode()).digest()
        known = self.tokens.get((operation, token))
        if known is None:
            output = work()
            self.tokens[operation, token] = TokenRecord(fingerprint, output)
            if len(self.tokens) > MAXIMUM_TOKENS:
                del self.tokens[next(iter(self.tokens))]
            return output
        if known.fingerprint != fingerprint:
            raise IdempotentParameterMismatchException(
                f"The client token '{token}' was used before with different parameters."
            )
        return dict(known.output)


class World:
    """All accounts and Regions. Amazon's own resources live in accounts named `aws` and `aws-marketplace`."""

    def __init__(self, amazon: Callable[[str, str], Iterable[Resource]]) -> None:
        """Take the function (partition, Region) → Amazon's resources there."""
        self._amazon = amazon
        self._stores: dict[tuple[str, str], Store] = {}
        self._managed: dict[tuple[str, str], Store] = {}

    def store(self, partition: str, region: str, account_id: str) -> Store:
        """What the account has in the Region."""
        return self._stores.setdefault((account_id, region), Store(partition, region, account_id))

    def managed(self, partition: str, region: str) -> Store:
        """What Amazon offers in the Region."""
        if (partition, region) not in self._managed:
            store = Store(partition, region, "aws")
            for resource in self._amazon(partition, region):
                store.add(resource)
            self._managed[partition, region] = store
        return self._managed[partition, region]

    def shared_with(self, store: Store, kind: str) -> list[Resource]:
        """The resources of other accounts in the Region whose policies let this account in."""
        return [
            resource
            for (account_id, region), other in self._stores.items()
            if region == store.region and account_id != store.account_id
            for resource in other.of_kind(kind)
            if store.account_id in resource.shared_accounts()
        ]

    def find(self, store: Store, text: str) -> Resource:
        """The resource that an ARN means to this account: the latest of those that its wildcards fit.

        Raises:
            ResourceNotFoundException: there is none, or none that the account may see.

        """
        arn = Arn.parse(text)
        if arn is None or arn.region != store.region or arn.partition != store.partition:
            raise ResourceNotFoundException.of(text)
        found = _latest(self._visible(store, arn), arn)
        if found is None:
            raise ResourceNotFoundException.of(text)
        return found

    def _visible(self, store: Store, arn: Arn) -> list[Resource]:
        if arn.account_id == store.account_id:
            return list(store.resources.values())
        if arn.account_id.isdigit():
            return self.shared_with(store, arn.kind)
        return list(self.managed(arn.partition, arn.region).resources.values())


def _latest(resources: Iterable[Resource], wanted: Arn) -> Resource | None:
    if wanted.version is not None:
        check_pattern(wanted.version)
    fitting = [
        resource
        for resource in resources
        if resource.arn.at(None) == wanted.at(None)
        and (wanted.version is None or fits(resource.arn.version or "", wanted.version))
        and wanted.build in {None, resource.arn.build}
        and (not is_wildcard(wanted.version or "") or _ready(resource))
    ]
    return max(fitting, key=lambda resource: _order(resource.arn), default=None)


def _ready(resource: Resource) -> bool:
    """Wildcards pass over images that are not, or no longer, available."""
    return resource.arn.kind != "image" or resource.document["state"]["status"] == "AVAILABLE"


def _order(arn: Arn) -> tuple[int, ...]:
    return (*parse_version(arn.version or "0.0.0"), arn.build or 0)
