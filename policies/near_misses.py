"""Requests that differ from an allowed one by a hair: a condition that let them pass would be too weak.

A key that is left out, in other letters, one character longer at either end, of another Region or account.
And actors who are called almost as those that may: roles and services.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.stack import Stack
from iam_evaluation import Principal, PrincipalKind
from policies.documents.card import (
    EVERYTHING,
    OTHER_ACCOUNT,
    Actor,
    Context,
    Target,
    session,
    stranger_account,
)

_SWITCHES = {"true", "false"}
_ACCOUNT_DIGITS = 12
_OTHER_REGION = "of another Region"


def near_contexts(
    context: Context, keys: frozenset[str], any_region: frozenset[str] = frozenset()
) -> Iterator[tuple[str, Context]]:
    """Yield contexts that miss the given one in one of `keys`, each with what was changed.

    Those of `any_region` may name any Region.
    """
    for key in sorted(keys & context.keys()):
        rest = {name: value for name, value in context.items() if name != key}
        yield f"without {key}", rest
        for change, value in _near_values(context[key]):
            if change != _OTHER_REGION or key not in any_region:
                yield f"{key} {change}", {**rest, key: value}


def _near_values(value: str) -> Iterator[tuple[str, str]]:
    if value in _SWITCHES or (value.isdecimal() and len(value) != _ACCOUNT_DIGITS):
        return
    yield "one character longer", f"{value}x"
    yield "one character longer in front", f"x{value}"
    if value.swapcase() != value:
        yield "in other letters", value.swapcase()
    parts = value.split(":")
    if parts[0] == "arn" and parts[3]:
        yield _OTHER_REGION, ":".join([*parts[:3], f"{parts[3]}1", *parts[4:]])
    if parts[0] == "arn" and parts[4]:
        yield "of another account", ":".join([*parts[:4], OTHER_ACCOUNT, *parts[5:]])


def namesakes(stack: Stack, actor: Actor) -> Iterator[Actor]:
    """Yield those who are called almost as an actor with a role: each may do what anybody else may.

    Administrators of this account with a longer name, and one of another account with the very name.
    """
    role = (actor.principal.parent_arn or "").partition(":role/")[2]
    if actor.principal.kind is not PrincipalKind.ROLE_SESSION or not actor.documents or not role:
        return
    names = {"longer": f"{role}x", "longer-in-front": f"x{role}"}
    for what, name in names.items():
        principal = session(stack, name)
        title = f"administrator, called {name}"
        yield Actor(f"{what}-{actor.name}", title, principal, permissions=(EVERYTHING,), like="administrator")
    foreign = session(stack, role, stranger_account(stack))
    title = f"{actor.title} of another account"
    yield Actor(f"foreign-{actor.name}", title, foreign, permissions=(EVERYTHING,), like="stranger")


def services_called_almost(name: str, context: Context) -> Iterator[Actor]:
    """Yield services that are called almost as the service `name`: each gets what any other service gets."""
    for number, other in enumerate((f"{name}.x", f"x{name}", name.upper())):
        yield Actor(
            f"{name}-namesake-{number}",
            f"a service called {other}",
            Principal.service(other),
            context,
            like="other-service",
        )


def decided_by_documents(actor: Actor, target: Target) -> bool:
    """Whether the stack's documents alone decide about an actor: a near miss must then be refused.

    Keys and roles are got at by nobody, not even the account's root user, unless their own policy says so.
    """
    if rules_itself(target):
        return True
    return not actor.permissions and actor.principal.kind is not PrincipalKind.ROOT


def rules_itself(target: Target) -> bool:
    """Whether nothing is allowed on the target but by its own policy: an encryption key, a role's trust."""
    return target.document is not None and (":key/" in target.arn or ":role/" in target.arn)


def source_keys(actor: Actor) -> frozenset[str]:
    """Return what a service says of the resource for which it acts: it must always count."""
    is_service = actor.principal.kind is PrincipalKind.SERVICE
    return frozenset({"aws:SourceArn"} & actor.context.keys()) if is_service else frozenset()
