"""`policies mutate`: whether every word of the documents bears weight."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from config.stack import Stack
from policies.commands.output import put, say
from policies.listing import ListFormat, Row, listing
from policies.mutation import Fate, fates

COLUMNS = ("stack", "statement", "change", "noticed by")


def mutate(stacks: Sequence[Stack], how: ListFormat, output: Path | None, *, every: bool = False) -> int:
    """Print the changes that no proof notices (with `every`, all changes); return 1 if one has no reason.

    Raises:
        OutputError: the output file cannot be written.

    """
    rows: list[Row] = []
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
        survivors += survived
    put(listing(rows, COLUMNS, how), output)
    return 1 if survivors else 0


def _row(stack: Stack, fate: Fate) -> Row:
    noticed = fate.killed_by or (f"harmless: {fate.reason}" if fate.reason else "NOBODY")
    statement = f"{fate.mutant.document}/{fate.mutant.sid}"
    return {"stack": stack.name, "statement": statement, "change": fate.mutant.change, "noticed by": noticed}
