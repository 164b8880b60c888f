"""The permissions boundary of the stack's roles: whatever is written into them, they may do no more.

The policy is for an administrator to make before the first deployment, as the deployer's own: the deployer
writes the roles, and so could make itself anything without it. It holds what all roles may do together, on
all that is the stack's; what each one may do stands in its own policy.
"""

from __future__ import annotations

from collections.abc import Iterable

from config.stack import Stack
from iam_evaluation import DocumentKind
from policies.documents import cards_of
from policies.documents.card import ROLE_BOUNDARY, DocumentCard, Quota, Target
from policies.documents.statement import USER_GUIDES, Statement

_BOUNDARIES = f"{USER_GUIDES}/IAM/latest/UserGuide/access_policies_boundaries.html"
_KMS_ALIASES = f"{USER_GUIDES}/kms/latest/developerguide/alias-authorization.html"


def build(stack: Stack) -> tuple[Statement, ...]:
    """Return the most that any role of the stack may do.

    The key is known by its alias: nobody can call another account's key so, nor another key as long as the
    stack's own has the alias, which the key's policy keeps there.
    """
    written = _written(stack)
    group = stack.place.arn("logs", f"log-group:{stack.log_group}")
    key = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": stack.alias}}
    kept = [
        _kept("Buckets", written, "s3", (*stack.bucket_arns, *(f"{arn}/*" for arn in stack.bucket_arns))),
        _kept("Key", written, "kms", (stack.place.arn("kms", "key/*"),), key),
        _kept("LogGroup", written, "logs", (group, f"{group}:*")),
        _kept("Looking", written, "other", ("*",)),
    ]
    return tuple(one for one in kept if one.actions)


def _kept(
    what: str,
    written: Iterable[Statement],
    service: str,
    resources: tuple[str, ...],
    conditions: dict[str, dict[str, str]] | None = None,
) -> Statement:
    return Statement(
        sid=f"RolesKeepTo{what}",
        purpose=_PURPOSES[what],
        reference=_KMS_ALIASES if conditions else _BOUNDARIES,
        effect="Allow",
        actions=tuple(
            sorted({one for statement in written for one in statement.actions if _of(one) == service})
        ),
        resources=resources,
        conditions=conditions or {},
    )


_PURPOSES = {
    "Buckets": "Whatever a role of the stack is given, it acts on no bucket but the stack's.",
    "Key": "Whatever a role of the stack is given, it acts on no key but the one of the stack's alias.",
    "LogGroup": "Whatever a role of the stack is given, it acts on no log group but the stack's.",
    "Looking": "Whatever a role of the stack is given, it only looks at everything else.",
}


def _of(action: str) -> str:
    """Return the service whose resources are the stack's own; "other" for what only looks."""
    service = action.partition(":")[0]
    return service if service in {"s3", "kms", "logs"} and action != "logs:DescribeLogGroups" else "other"


def _written(stack: Stack) -> list[Statement]:
    """Return what is written into the roles that the stack makes, by their own documents and by others."""
    cards = tuple(cards_of(stack))
    roles = {card.name for card in cards if card.of_role}
    own = [one for card in cards if card.of_role for one in card.build(stack)]
    added = [add(stack) for card in cards for name, add in card.adds.items() if name in roles]
    return [*own, *(one for more in added for one in more)]


def _targets(stack: Stack) -> dict[str, Target]:
    boundary, account = str(stack.boundary_arn), stack.place.account_id
    return {
        "boundary": Target(boundary, account),
        "another managed policy": Target(f"{boundary}-2", account),
    }


CARD = DocumentCard(
    name=ROLE_BOUNDARY,
    title="What bounds every role of the stack",
    kind=DocumentKind.IDENTITY,
    quota=Quota.MANAGED_POLICY,
    build=build,
    applies=lambda stack: stack.boundary_arn is not None,
    targets=_targets,
    order=35,
)
