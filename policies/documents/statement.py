"""A policy statement that carries its own explanation, and the document that such statements make.

The grammar is IAM's: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

USER_GUIDES = "https://docs.aws.amazon.com"
EVERYONE: Final = "*"

Conditions = Mapping[str, Mapping[str, str | tuple[str, ...]]]
Principals = Literal["*"] | Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: who may (or may not) do what, on which resources, under which conditions.

    `purpose` is one line for a reviewer; `reference` is the AWS page that the statement follows. `principal`
    is absent in identity policies, where the policy's bearer is meant.
    """

    sid: str
    purpose: str
    reference: str
    effect: Literal["Allow", "Deny"]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principal: Principals | None = None
    conditions: Conditions = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """Return the statement as IAM's JSON; a list of one is written as that one."""
        body: dict[str, Any] = {"Sid": self.sid, "Effect": self.effect}
        if self.principal is not None:
            body["Principal"] = (
                self.principal
                if isinstance(self.principal, str)
                else {kind: _one_or_many(names) for kind, names in self.principal.items()}
            )
        body["Action"] = _one_or_many(self.actions)
        if self.resources:
            body["Resource"] = _one_or_many(self.resources)
        if self.conditions:
            body["Condition"] = {
                operator: {key: _one_or_many(values) for key, values in keys.items()}
                for operator, keys in self.conditions.items()
            }
        return body


@dataclass(frozen=True, slots=True)
class Document:
    """A policy as a list of explained statements; `title` says what it is attached to."""

    title: str
    statements: tuple[Statement, ...]

    def document(self) -> dict[str, Any]:
        """Return the policy as IAM's JSON, just as it is deployed."""
        return {
            "Version": "2012-10-17",
            "Statement": [statement.body() for statement in self.statements],
        }


def _one_or_many(values: str | tuple[str, ...]) -> str | list[str]:
    if isinstance(values, str):
        return values
    return values[0] if len(values) == 1 else list(values)
