"""The kinds of change that weaken a statement, each one word at a time. `policies mutate` tries them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum

from policies.coverage import covers
from policies.documents.statement import EVERYONE, Conditions, Principals, Statement
from policies.service_actions import actions_of, one_of_each_verb

Change = tuple["Kind", str, Statement]
Values = str | tuple[str, ...]

_LIKE = {"StringEquals": "StringLike", "StringNotEquals": "StringNotLike", "ArnEquals": "ArnLike"}
_LIKE |= {"ArnNotEquals": "ArnNotLike", "StringLike": "StringLike", "ArnLike": "ArnLike"}
_LIKE |= {"StringNotLike": "StringNotLike", "ArnNotLike": "ArnNotLike"}
_ANY_LETTERS = {"StringEquals": "StringEqualsIgnoreCase", "StringNotEquals": "StringNotEqualsIgnoreCase"}
_NEGATED = "Not"
_FEDERATED = {"sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"}
_CALLER = "aws:PrincipalArn"


class Kind(StrEnum):
    """What a change does."""

    DROP = "dropped"
    WIDER_RESOURCE = "resource widened"
    NARROWER_DENY = "deny narrowed"
    WIDER_PRINCIPAL = "principal widened or narrowed"
    MORE_ACTIONS = "action added"
    WEAKER_OPERATOR = "operator weakened"
    OTHER_VALUE = "value changed"


def weakenings(statement: Statement) -> Iterator[Change]:
    """Yield the statement with one word less, wider or weaker."""
    for kind, change, conditions in _condition_changes(statement):
        yield kind, change, replace(statement, conditions=conditions)
    for change, principal in _principal_changes(statement.principal):
        yield Kind.WIDER_PRINCIPAL, change, replace(statement, principal=principal)
    yield from _action_changes(statement)
    yield from _resource_changes(statement)


def _action_changes(statement: Statement) -> Iterator[Change]:
    for change, actions in _less("action", statement.actions):
        yield Kind.DROP, change, replace(statement, actions=actions)
    services = sorted({action.partition(":")[0] for action in statement.actions})
    if statement.effect == "Deny":
        yield from _narrower_actions(statement)
        return
    for service in services:
        if f"{service}:*" not in statement.actions:
            change = f"widen the actions to {service}:*"
            yield Kind.MORE_ACTIONS, change, replace(statement, actions=(*statement.actions, f"{service}:*"))
        for action in _one_of_each_level(service, statement):
            change = f"add the action {action}"
            yield Kind.MORE_ACTIONS, change, replace(statement, actions=(*statement.actions, action))


def _narrower_actions(statement: Statement) -> Iterator[Change]:
    """A Deny of everything that a service does, but for one verb."""
    for action in statement.actions:
        service, _, name = action.partition(":")
        if name != EVERYONE:
            continue
        verbs = [one.partition(":")[2] for one in one_of_each_verb(service)]
        for left_out in one_of_each_verb(service):
            kept = tuple(f"{service}:{verb}" for verb in verbs if f"{service}:{verb}" != left_out)
            yield (
                Kind.NARROWER_DENY,
                f"deny all verbs but that of {left_out}",
                replace(statement, actions=kept),
            )


def _one_of_each_level(service: str, statement: Statement) -> Iterator[str]:
    """One action that the statement lacks for each access level, about resources as the statement's own."""
    types = frozenset(kind for arn in statement.resources for kind in types_of(arn))
    types = types if statement.resources else frozenset({"role"})  # a trust policy names no resource
    keys = {key.partition("/")[0] for tests in statement.conditions.values() for key in tests}
    asks_for_tags = "aws:RequestTag" in keys
    levels: dict[str, str] = {}
    identity = statement.principal is None  # a resource's own policy says nothing of what has no resource
    for action in actions_of(service):
        if action.name in _FEDERATED and "Federated" not in (statement.principal or ()):
            continue  # who signs in so is no account, user, role or service
        fits = bool(action.resource_types & types) if types else (bool(action.resource_types) or identity)
        takes_tags = any(key.startswith("aws:RequestTag") for key in action.condition_keys)
        if fits and (takes_tags or not asks_for_tags) and not covers(statement.actions, action.name):
            levels.setdefault(action.level, action.name)
    yield from levels.values()


def types_of(arn: str) -> tuple[str, ...]:
    """What kinds of resource an ARN can be one of, in the words of the service reference; () for any."""
    service, resource = (arn.split(":", 5)[2], arn.split(":", 5)[5]) if arn.startswith("arn:") else ("", "")
    if service == "s3":
        return ("object",) if "/" in resource else ("bucket",)
    return (resource.partition("/")[0],) if resource else ()


def _resource_changes(statement: Statement) -> Iterator[Change]:
    for change, found in _less("resource", statement.resources):
        yield Kind.DROP, change, replace(statement, resources=found)
    for index, resource in enumerate(statement.resources):
        changes = _narrower_resources if statement.effect == "Deny" else _wider_resources
        kind = Kind.NARROWER_DENY if statement.effect == "Deny" else Kind.WIDER_RESOURCE
        for other in changes(resource):
            verb = "narrow" if statement.effect == "Deny" else "widen"
            found = (*statement.resources[:index], other, *statement.resources[index + 1 :])
            yield kind, f"{verb} resource {index + 1} to {other}", replace(statement, resources=found)


def _wider_resources(resource: str) -> Iterator[str]:
    if resource == EVERYONE:
        return
    yield EVERYONE
    head, slash, tail = resource.partition("/")
    if slash and tail != EVERYONE:
        yield f"{head}/*"
    if not resource.endswith(EVERYONE):
        yield f"{resource}*"
    shared = ":key/" in resource  # no other account's trail, alias or role is got at by an identity policy
    for wider in _any_account_or_region(resource):
        if shared or wider.split(":")[4] != EVERYONE:
            yield wider


def _any_account_or_region(arn: str) -> Iterator[str]:
    """The ARN in any Region and, where other accounts can share such a resource, of any account."""
    parts = arn.split(":")
    shared = parts[0] == "arn" and parts[2] in {"kms", "cloudtrail", "iam"}
    for place in (3, 4) if shared else ():
        if len(parts) > place and parts[place] not in {"", EVERYONE}:
            yield ":".join([*parts[:place], EVERYONE, *parts[place + 1 :]])


def _narrower_resources(resource: str) -> Iterator[str]:
    if resource.endswith("/*"):
        yield f"{resource}.gz"
        yield f"{resource.removesuffix('*')}AWSLogs/*"
    head, star, tail = resource.rpartition("*")
    for less in ("20*", "us-east-1/*") if star and tail else ():  # of this century, of one Region
        yield f"{head}{less}{tail}"


def _principal_changes(principal: Principals | None) -> Iterator[tuple[str, Principals]]:
    if principal is None:
        return
    if isinstance(principal, str):
        yield "narrow the principal to AWS accounts", {"AWS": "arn:aws:iam::123456789012:root"}
        return
    yield "widen the principal to everyone", EVERYONE
    for kind, names in principal.items():
        if isinstance(names, tuple) and len(names) > 1:
            for index, name in enumerate(names):
                yield f"drop principal {name}", {**principal, kind: names[:index] + names[index + 1 :]}


def _condition_changes(statement: Statement) -> Iterator[tuple[Kind, str, Conditions]]:
    conditions = statement.conditions
    for operator, keys in conditions.items():
        others = {name: tests for name, tests in conditions.items() if name != operator}
        for key, value in keys.items():
            rest = {name: test for name, test in keys.items() if name != key}
            kept: Conditions = {**others, **({operator: rest} if rest else {})}
            yield Kind.DROP, f"drop the condition on {key}", kept
            for kind, change, other, values in _weaker(operator, value, statement.effect):
                if key == _CALLER and _means_nobody_else(change, statement):
                    continue
                tests: Mapping[str, Values] = {**kept.get(other, {}), key: values}
                yield kind, f"{change} {key}", {**kept, other: tests}


def _means_nobody_else(change: str, statement: Statement) -> bool:
    """Whether a change of who is meant means the same people.

    AWS always says who calls, but for services; and a statement for one account is for no other's people.
    """
    return change.startswith("let pass without") or (statement.principal != EVERYONE and "::*:" in change)


def _weaker(operator: str, value: Values, effect: str) -> Iterator[tuple[Kind, str, str, Values]]:
    values = (value,) if isinstance(value, str) else value
    if effect == "Allow" and _NEGATED not in operator:  # an absent key lets pass, or already did
        yield Kind.WEAKER_OPERATOR, "let pass without", f"{operator}IfExists", value
    if operator == "Bool":
        yield Kind.OTHER_VALUE, "turn round", operator, "true" if value == "false" else "false"
    elif operator.startswith("Numeric"):
        number = float(values[0])
        yield Kind.OTHER_VALUE, "raise", operator, f"{number * 1.09:g}"
        yield Kind.OTHER_VALUE, "lower", operator, f"{number * 0.91:g}"
    else:
        yield from _weaker_text(operator, values)


def _weaker_text(operator: str, values: tuple[str, ...]) -> Iterator[tuple[Kind, str, str, Values]]:
    like = _LIKE.get(operator, operator)
    yield Kind.OTHER_VALUE, "take anything for", like, EVERYONE
    if operator in _ANY_LETTERS and any(value.swapcase() != value for value in values):
        yield Kind.WEAKER_OPERATOR, "take any letters for", _ANY_LETTERS[operator], values
    for index, one in enumerate(values):
        for wider in (f"{one}*", f"*{one}", *_any_account_or_region(one)):
            others = (*values[:index], wider, *values[index + 1 :])
            no_arn = wider.startswith("*") and operator.startswith("Arn")  # no ARN begins so
            if not no_arn and not wider.endswith(":root*"):  # nor is anything longer than :root
                yield Kind.WEAKER_OPERATOR, f"take {wider} for", like, others
        if len(values) > 1:
            yield Kind.OTHER_VALUE, f"forget {one} in", operator, values[:index] + values[index + 1 :]


def _less(what: str, values: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    if len(values) > 1:  # dropping the only one is dropping the statement
        for index, value in enumerate(values):
            named = value if what == "action" else str(index + 1)
            yield f"drop {what} {named}", values[:index] + values[index + 1 :]
