"""Reads the policy documents that resources carry, in all the spellings that AWS takes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from policies.guard.card import Resource

CLOUDTRAIL = "cloudtrail.amazonaws.com"


def allowing(resource: Resource) -> Iterator[Mapping[str, Any]]:
    """Yield the Allow statements of a resource's policy; a policy left to AWS's default has none.

    A document that is no JSON is AWS's to refuse, and yields none either.
    """
    policy = resource.properties.get("policy")
    try:
        document = json.loads(policy) if isinstance(policy, str) else policy
    except ValueError:
        return
    statements = document.get("Statement", []) if isinstance(document, Mapping) else []
    for statement in [statements] if isinstance(statements, Mapping) else statements:
        if statement.get("Effect") == "Allow":
            yield statement


def label(statement: Mapping[str, Any]) -> str:
    """Return what to call a statement in a message."""
    return f"the statement {statement.get('Sid') or 'without a Sid'}"


def many(value: Any) -> list[Any]:
    """Return a value that may stand alone or in a list as a list."""
    return list(value) if isinstance(value, list | tuple) else [value]


def services(statement: Mapping[str, Any]) -> list[str]:
    """Return the service principals that a statement names."""
    principal = statement.get("Principal")
    return many(principal["Service"]) if isinstance(principal, Mapping) and "Service" in principal else []


def is_for_everyone(statement: Mapping[str, Any]) -> bool:
    """Return whether a statement's principal is everybody on earth."""
    principal = statement.get("Principal")
    named = principal.get("AWS") if isinstance(principal, Mapping) else principal
    return "*" in many(named)


def condition_keys(statement: Mapping[str, Any]) -> set[str]:
    """Return the condition keys of a statement, in lower case as IAM compares them."""
    return {key.lower() for block in (statement.get("Condition") or {}).values() for key in block}
