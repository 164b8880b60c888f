"""`policies render`: the documents as deployed, and the committed copies of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from config.stack import Stack
from policies.commands.output import put, say
from policies.copies import COPIES, stale_copies, write_copies
from policies.documents import documents
from policies.render import RenderFormat, policy_json, render


def show(stacks: Sequence[Stack], how: RenderFormat, output: Path | None) -> int:
    """Print the documents of the stacks, one stack after the other; JSON of several stacks is by stack.

    Raises:
        OutputError: the output file cannot be written.

    """
    if how is RenderFormat.JSON and len(stacks) > 1:
        found = {
            stack.name: {name: document.document() for name, document in documents(stack).items()}
            for stack in stacks
        }
        put(policy_json(found), output)
    else:
        put("\n".join(render(stack, how) for stack in stacks), output)
    return 0


def check(stacks: Sequence[Stack]) -> int:
    """Say which committed copies are stale; return 1 if any is."""
    stale = list(stale_copies(stacks))
    for line in stale:
        say(line)
    if stale:
        say("mend with: python -m policies render --write")
    return 1 if stale else 0


def write(stacks: Sequence[Stack]) -> int:
    """Write the committed copies anew."""
    say(f"{write_copies(stacks)} copies written to {COPIES}")
    return 0
