"""Reads a policy document once, checks its grammar, and makes it quick to ask.

Follows https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

import msgspec

from iam_evaluation.conditions import Condition, Context, NullCondition, parse_conditions
from iam_evaluation.model import Document, PolicyError, Principal
from iam_evaluation.patterns import (
    Template,
    any_template_matches,
    arn_resource_pattern,
    compile_any,
    parse_template,
    wildcard_pattern,
)
from iam_evaluation.principals import Grant, PrincipalElement, parse_principal

_VERSIONS = ("2012-10-17", "2008-10-17")
_DOCUMENT_ELEMENTS = ("Version", "Id", "Statement")
_EXCLUSIVE_ELEMENTS = ("Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource")
_STATEMENT_ELEMENTS = ("Sid", "Effect", *_EXCLUSIVE_ELEMENTS, "Condition")
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?_-]+")
_FIRST_FIVE = 5


class DocumentKind(Enum):
    """What a policy is attached to, which decides the elements that it may have."""

    IDENTITY = "identity"
    RESOURCE = "resource"
    TRUST = "trust"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, compiled."""

    sid: str | None
    index: int
    denies: bool
    actions: re.Pattern[str]
    not_action: bool
    resources: re.Pattern[str] | None
    resource_templates: tuple[Template, ...]
    not_resource: bool
    any_resource: bool
    principal: PrincipalElement | None
    not_principal: bool
    conditions: tuple[Condition | NullCondition, ...]

    def grant(
        self, action: str, resource: str, context: Context, principal: Principal, *, bounded: bool
    ) -> Grant:
        """How closely the statement applies to a request; `Grant.NONE` where it does not.

        `bounded`: the principal has a permissions boundary, and is then never exempted by NotPrincipal.
        """
        if (self.actions.fullmatch(action) is not None) is self.not_action:
            return Grant.NONE
        doubts: list[PolicyError] = []  # they do not matter where another element settles the question
        grant = Grant.DIRECT
        try:
            if self.principal is not None:
                grant = self._principal_grant(self.principal, principal, bounded=bounded)
        except PolicyError as error:
            doubts.append(error)
        if not grant or not self._meets(resource, context, doubts):
            return Grant.NONE
        if doubts:
            raise doubts[0]
        return grant

    def _meets(self, resource: str, context: Context, doubts: list[PolicyError]) -> bool:
        """Whether resource and conditions agree, as far as there is no doubt."""
        try:
            if not self.any_resource and self._names_resource(resource, context) is self.not_resource:
                return False
        except PolicyError as error:
            doubts.append(error)
        for condition in self.conditions:
            try:
                if not condition.holds(context):
                    return False
            except PolicyError as error:
                doubts.append(error)
        return True

    def _principal_grant(self, element: PrincipalElement, principal: Principal, *, bounded: bool) -> Grant:
        if not self.not_principal:
            return element.grant(principal)
        return Grant.NONE if not bounded and element.exempts(principal) else Grant.DIRECT

    def _names_resource(self, resource: str, context: Context) -> bool:
        if self.resources is not None and self.resources.fullmatch(resource):
            return True
        if not self.resource_templates:
            return False
        return any_template_matches(
            self.resource_templates,
            context,
            lambda pieces: re.fullmatch(arn_resource_pattern(pieces), resource, re.DOTALL) is not None,
            negated="NotResource" if self.not_resource else None,
        )


def compile_document(kind: DocumentKind, document: Document) -> tuple[Statement, ...]:
    """Read a parsed JSON document; what was read before is remembered by its content.

    Raises:
        PolicyError: the document is malformed, with the statement and element named.

    """
    try:
        content = msgspec.json.encode(document if isinstance(document, dict) else dict(document))
    except (TypeError, ValueError) as error:
        raise PolicyError(f"the policy is not a JSON object: {error}") from None
    return _compile(kind, content)


@lru_cache(maxsize=8192)
def _compile(kind: DocumentKind, content: bytes) -> tuple[Statement, ...]:
    document = msgspec.json.decode(content)
    unknown = [key for key in document if key not in _DOCUMENT_ELEMENTS]
    if unknown:
        raise PolicyError(f'unknown element "{unknown[0]}"; allowed are {", ".join(_DOCUMENT_ELEMENTS)}')
    version = document.get("Version", "2008-10-17")
    if version not in _VERSIONS:
        raise PolicyError(f'"Version" is {version!r}; allowed are {" and ".join(_VERSIONS)}')
    statements = document.get("Statement")
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        raise PolicyError('"Statement" must be a statement or a list of at least one')
    compiled = []
    for index, statement in enumerate(statements):
        try:
            compiled.append(_statement(kind, statement, index, variables=version == _VERSIONS[0]))
        except PolicyError as error:
            raise PolicyError(f"statement {index}{_sid_of(statement)}: {error}") from None
    sids = [statement.sid for statement in compiled if statement.sid]
    repeated = next((sid for sid in sids if sids.count(sid) > 1), None)
    if repeated is not None:
        raise PolicyError(f'the Sid "{repeated}" is used twice; each must be unique in its policy')
    return tuple(compiled)


def _sid_of(statement: Any) -> str:
    sid = statement.get("Sid") if isinstance(statement, dict) else None
    return f' ("{sid}")' if isinstance(sid, str) else ""


def _statement(kind: DocumentKind, statement: Any, index: int, *, variables: bool) -> Statement:
    if not isinstance(statement, dict):
        raise PolicyError("must be an object")
    unknown = [key for key in statement if key not in _STATEMENT_ELEMENTS]
    if unknown:
        raise PolicyError(f'unknown element "{unknown[0]}"; allowed are {", ".join(_STATEMENT_ELEMENTS)}')
    sid, effect = statement.get("Sid"), statement.get("Effect")
    if sid is not None and not isinstance(sid, str):
        raise PolicyError('"Sid" must be a string')
    if effect not in ("Allow", "Deny"):
        given = "is missing" if effect is None else f"is {effect!r}"
        raise PolicyError(f'"Effect" {given}; write "Allow" or "Deny"')
    action_element = _one_of(statement, "Action", "NotAction", required=True)
    actions = _strings(statement, action_element)
    resource_element = _resource_element(kind, statement)
    resources = _strings(statement, resource_element) if resource_element else ["*"]
    static, templates = _resources(resources, variables=variables)
    principal_element = _principal_element(kind, statement, effect)
    block = statement.get("Condition", {})
    return Statement(
        sid=sid,
        index=index,
        denies=effect == "Deny",
        actions=_action_pattern(actions),
        not_action=action_element == "NotAction",
        resources=static,
        resource_templates=templates,
        not_resource=resource_element == "NotResource",
        any_resource="*" in resources and resource_element != "NotResource",
        principal=parse_principal(statement[principal_element], principal_element)
        if principal_element
        else None,
        not_principal=principal_element == "NotPrincipal",
        conditions=parse_conditions(block, variables=variables),
    )


def _one_of(statement: dict[str, Any], one: str, other: str, *, required: bool) -> str:
    if one in statement and other in statement:
        raise PolicyError(f'"{one}" and "{other}" exclude each other; keep one')
    if required and one not in statement and other not in statement:
        raise PolicyError(f'"{one}" is missing; write "{one}" or "{other}"')
    return one if one in statement else other if other in statement else ""


def _strings(statement: dict[str, Any], element: str) -> list[str]:
    value = statement[element]
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(one, str) for one in values):
        raise PolicyError(f'"{element}" must be a string or a list of at least one string')
    return values


def _action_pattern(actions: list[str]) -> re.Pattern[str]:
    for action in actions:
        if not _ACTION.fullmatch(action):
            raise PolicyError(
                f'"{action}" is not an action; write "service:Name", with * and ? in the name, or "*"'
            )
    parsed = (
        wildcard_pattern(parse_template(action, variables=False).resolve({}) or ()) for action in actions
    )
    return re.compile("|".join(parsed), re.IGNORECASE)


def _resource_element(kind: DocumentKind, statement: dict[str, Any]) -> str:
    element = _one_of(statement, "Resource", "NotResource", required=kind is not DocumentKind.TRUST)
    if element and kind is DocumentKind.TRUST:
        raise PolicyError(f'"{element}" has no place in a role\'s trust policy; the role itself is meant')
    return element


def _resources(values: list[str], *, variables: bool) -> tuple[re.Pattern[str] | None, tuple[Template, ...]]:
    static: list[str] = []
    moving: list[Template] = []
    for value in values:
        if value == "*":
            static.append(".*")
            continue
        if not value.startswith("arn:"):
            raise PolicyError(f'"{value}" is not a resource; write an ARN (arn:partition:…) or "*"')
        template = parse_template(value, variables=variables)
        if not template.has_variables:
            static.append(arn_resource_pattern(template.resolve({}) or ()))
        elif "${" in ":".join(value.split(":", _FIRST_FIVE)[:_FIRST_FIVE]):
            raise PolicyError(f'"{value}" has a policy variable before the fifth colon, where AWS takes none')
        else:
            moving.append(template)
    return compile_any(static), tuple(moving)


def _principal_element(kind: DocumentKind, statement: dict[str, Any], effect: str) -> str:
    element = _one_of(statement, "Principal", "NotPrincipal", required=kind is not DocumentKind.IDENTITY)
    if element and kind is DocumentKind.IDENTITY:
        raise PolicyError(
            f'"{element}" belongs into resource policies; whoever has this policy is its principal'
        )
    if element == "NotPrincipal" and (effect == "Allow" or kind is DocumentKind.TRUST):
        where = "in a role's trust policy" if kind is DocumentKind.TRUST else 'with "Effect": "Allow"'
        raise PolicyError(f'"NotPrincipal" is not supported {where}; use "Principal" and a condition')
    return element
