"""`policies mutate`: whether every word of the documents bears weight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from config.stack import Stack
from console.messages import say
from console.output import Format, write_rows
from policies.mutation import Fate, fates


class ChangeRow(msgspec.Struct, frozen=True):
    """One change of a document, and what noticed it."""

    stack: str
    statement: str
    kind: str
    change: str
    noticed_by: str = msgspec.field(name="noticed by")


def mutate(stacks: Sequence[Stack], format: Format, output: Path | None, *, every: bool = False) -> int:
    """Print the changes that no proof notices (with `every`, all changes); return 1 if one has no reason.

    Raises:
        OutputError: the output file cannot be written.

    """
    rows: list[ChangeRow] = []
    survivors = 0
    for stack in stacks:
        found = list(fates(stack))
        survived = sum(fate.survived for fate in found)
        reasoned = sum(fate.reason is not None for fate in found)
        rows.extend(_row(stack, fate) for fate in found if every or fate.killed_by is None)
        killed = len(found) - survived - reasoned
        say(
            f"{stack.name}: {len(found)} changes, {killed} noticed, {reasoned} harmless, {survived} survivors"
        )
        kinds = Counter(fate.mutant.kind.value for fate in found)
        say(f"{stack.name}: {', '.join(f'{count} {kind}' for kind, count in kinds.most_common())}")
        survivors += survived
    heads = ChangeRow.__struct_encode_fields__
    write_rows(rows, ChangeRow.__struct_fields__, format, output, heads=heads, fold=True)
    return 1 if survivors else 0


def _row(stack: Stack, fate: Fate) -> ChangeRow:
    noticed = fate.killed_by or (f"harmless: {fate.reason}" if fate.reason else "NOBODY")
    statement = f"{fate.mutant.document}/{fate.mutant.sid}"
    return ChangeRow(stack.name, statement, fate.mutant.kind, fate.mutant.change, noticed)
