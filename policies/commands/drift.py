"""`policies drift`: the live account's policies against the rendered ones of a stack, and the fix for each.

Pulumi puts back what its state knows. It knows neither the deployer's policy nor the boundary, nor what
others have given to the stack's roles beside their own policy.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from shlex import quote
from typing import Any

import msgspec

from config.stack import Stack
from config.stack_file import read_stack
from console.messages import say
from console.output import Format, write_rows
from iam_evaluation import DocumentKind
from policies.documents import anew, cards_of, documents
from policies.documents.card import ROLE_BOUNDARY, DocumentCard
from policies.drift import Difference, differences, statements
from policies.live import Account, Held, role_of

_BY_PULUMI = "pulumi up --refresh"


class DriftRow(msgspec.Struct, frozen=True):
    """One difference between what a stack's policies say and what the account holds, and the fix for it."""

    stack: str
    document: str
    where: str
    statement: str
    what: str
    wanted: str
    found: str
    fix: str


def drift(
    stacks: Sequence[str], profile: str | None, endpoint_url: str | None, format: Format, output: Path | None
) -> int:
    """Print each difference; return 1 if there is any, else 0.

    Raises:
        ConfigurationError: a stack cannot be read.
        LiveError: the account cannot be read.
        OutputError: the output file cannot be written.

    """
    rows: list[DriftRow] = []
    for name in stacks:
        place = read_stack(name).place
        account = Account(place.region, profile, endpoint_url)
        stack = read_stack(name, account.account_id())
        found = list(_of_stack(account, stack))
        say(f"{name}: account {stack.place.account_id}, Region {place.region}: {len(found)} difference(s)")
        rows += found
    columns = DriftRow.__struct_fields__
    write_rows(rows, columns, format, output, table_columns=columns[0 if len(stacks) > 1 else 1 :], fold=True)
    return 1 if rows else 0


def _of_stack(account: Account, stack: Stack) -> Iterator[DriftRow]:
    key = account.key_arn(stack)
    if not key and not account.has_bucket(stack.bucket):
        where = f"account {stack.place.account_id}, Region {stack.place.region}"
        yield DriftRow(stack.name, "", where, "", "the stack", "deployed", "not deployed here", "pulumi up")
        return
    deployed = stack.with_key(key) if key else stack
    wanted = documents(deployed)
    for card in cards_of(deployed):
        held, document = account.held(card, deployed), wanted[card.name].document()
        extra = _extra(card, held, document)
        own = {name: policy for name, policy in held.policies.items() if name not in extra}
        fix = _fix(card, deployed, own)
        for one in _of_document(card, Held(held.where, own, held.there), document):
            found = (one.statement, one.what, one.wanted, one.found)
            yield DriftRow(stack.name, card.name, held.where, *found, fix)
        for name, policy in extra.items():
            found = ("", "the policy", "no such policy", json.dumps(policy, sort_keys=True))
            removal = _removal(role_of(card, deployed), name)
            yield DriftRow(stack.name, card.name, f"{held.where}, policy {name}", *found, removal)
    yield from _unbounded(account, deployed)


def _unbounded(account: Account, stack: Stack) -> Iterator[DriftRow]:
    """Yield the roles that have another boundary than the stack gives to them."""
    wanted = stack.boundary_arn or "none"
    for role in stack.role_names:
        found = account.boundary(role) or "none"
        if found != wanted:
            told = ("", "PermissionsBoundary", wanted, found, _BY_PULUMI)
            yield DriftRow(stack.name, ROLE_BOUNDARY, f"role {role}", *told)


def _extra(card: DocumentCard, held: Held, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a role of the stack holds beside its own policy, which is the one most like the document.

    The deployer may hold more: its role is not the stack's.
    """
    if card.kind is not DocumentKind.IDENTITY or card.name in {"deployer", ROLE_BOUNDARY}:
        return {}
    own = _most_like(wanted, held.policies)
    return {name: policy for name, policy in held.policies.items() if name != own}


def _most_like(wanted: Mapping[str, Any], policies: Mapping[str, Any]) -> str | None:
    """Return the policy that has the most Sids of the wanted one; None where none has any."""
    sids = {one["Sid"] for one in statements(wanted)}
    shared = {name: len(sids & {one.get("Sid") for one in statements(policies[name])}) for name in policies}
    best = max(shared, key=lambda name: shared[name], default=None)
    return best if best and shared[best] else None


def _of_document(card: DocumentCard, held: Held, wanted: Mapping[str, Any]) -> Iterator[Difference]:
    if not held.policies:
        yield Difference("", "the policy", "as rendered", "missing" if held.there else f"no {held.where}")
        return
    held_statements = [one for policy in held.policies.values() for one in statements(policy)]
    versions = {str(policy.get("Version", "none")) for policy in held.policies.values()}
    found = {"Version": ", ".join(sorted(versions)), "Statement": held_statements}
    for one in differences(wanted, found):
        if card.name != "deployer" or one.wanted != "no such statement":
            yield one


def _fix(card: DocumentCard, stack: Stack, held: Mapping[str, Any]) -> str:
    """Return the command that puts a document back, for an administrator where it is not the stack's."""
    if card.name not in {"deployer", ROLE_BOUNDARY}:
        return _BY_PULUMI
    own = (
        next(iter(held), None)
        if card.name == ROLE_BOUNDARY
        else _most_like(documents(stack)[card.name].document(), held)
    )
    if own and own.startswith("arn:"):
        command = anew.new_version(own)
    elif card.name == ROLE_BOUNDARY:
        command = f"create-policy --policy-name {str(stack.boundary_arn).rpartition('/')[2]}"
    else:
        role = role_of(card, stack).rpartition("/")[2]
        command = f"put-role-policy --role-name {role} --policy-name {own or card.name}"
    return anew.put(stack, card.name, command)


def _removal(role: str, policy: str) -> str:
    """Return the command that takes from a role a policy that the stack did not give to it."""
    if policy.startswith("arn:"):
        return f"aws iam detach-role-policy --role-name {role} --policy-arn {quote(policy)}"
    return f"aws iam delete-role-policy --role-name {role} --policy-name {quote(policy)}"
