"""`policies drift`: the live account's policies against the rendered ones of a stack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from config.stack import Stack
from config.stack_file import read_stack
from console.messages import say
from console.output import Format, write_rows
from policies.documents import cards_of, documents
from policies.documents.card import ROLE_BOUNDARY, DocumentCard
from policies.drift import Difference, differences, statements
from policies.live import Account, Held


class DriftRow(msgspec.Struct, frozen=True):
    """One difference between what a stack's policies say and what the account holds."""

    stack: str
    document: str
    where: str
    statement: str
    what: str
    wanted: str
    found: str


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
    deployed = stack.with_key(key) if key else stack
    wanted = documents(deployed)
    for card in cards_of(deployed):
        if card.name == "deployer" and not deployed.deployer_role_arn:
            continue  # whoever deploys is not named, so that nobody holds its policy
        held = account.held(card, deployed)
        for one in _of_document(card, held, wanted[card.name].document()):
            yield DriftRow(stack.name, card.name, held.where, one.statement, one.what, one.wanted, one.found)
    yield from _unbounded(account, deployed)


def _unbounded(account: Account, stack: Stack) -> Iterator[DriftRow]:
    """Yield the roles that have another boundary than the stack gives to them."""
    wanted = stack.boundary_arn or "none"
    for role in stack.role_names:
        found = account.boundary(role) or "none"
        if found != wanted:
            yield DriftRow(
                stack.name, ROLE_BOUNDARY, f"role {role}", "", "PermissionsBoundary", wanted, found
            )


def _of_document(card: DocumentCard, held: Held, wanted: Mapping[str, Any]) -> Iterator[Difference]:
    if not held.policies:
        yield Difference("", "the policy", "as rendered", "missing" if held.there else f"no {held.where}")
        return
    held_statements = [one for policy in held.policies.values() for one in statements(policy)]
    versions = {str(policy.get("Version", "none")) for policy in held.policies.values()}
    found = {"Version": ", ".join(sorted(versions)), "Statement": held_statements}
    # The deployer may be allowed more by others: its role is not the stack's.
    for one in differences(wanted, found):
        if card.name != "deployer" or one.wanted != "no such statement":
            yield one
