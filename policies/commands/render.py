"""`policies render`: the documents as deployed, and the committed copies of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from config.stack import Stack
from config.stack_file import project_folder
from console.errors import UserError
from console.messages import say
from console.output import Format, write_text
from policies.copies import stale_copies, write_copies
from policies.documents import documents
from policies.render import policy_json, render


def show(stacks: Sequence[Stack], format: Format, output: Path | None) -> int:
    """Print the documents of the stacks, one stack after the other; JSON of several stacks is by stack.

    Raises:
        OutputError: the output file cannot be written.

    """
    if format is Format.JSON and len(stacks) > 1:
        found = {
            stack.name: {name: document.document() for name, document in documents(stack).items()}
            for stack in stacks
        }
        write_text(policy_json(found), output)
    else:
        write_text("\n".join(render(stack, format) for stack in stacks), output)
    return 0


def show_one(stack: Stack, name: str, output: Path | None) -> int:
    """Print one document of a stack as JSON, such as AWS takes it.

    Raises:
        UserError: the stack has no such document.
        OutputError: the output file cannot be written.

    """
    found = documents(stack)
    if name not in found:
        raise UserError(f'stack "{stack.name}" has no document "{name}": it has {", ".join(found)}')
    write_text(policy_json(found[name].document()), output)
    return 0


def check(stacks: Sequence[Stack]) -> int:
    """Say which copies committed in the project in hand are stale; return 1 if any is."""
    stale = list(stale_copies(stacks, _copies()))
    for line in stale:
        say(line)
    if stale:
        say("write them anew with: python -m policies render --write")
    return 1 if stale else 0


def write(stacks: Sequence[Stack]) -> int:
    """Write the copies committed in the project in hand anew."""
    say(f"{write_copies(stacks, _copies())} copies written to {_copies()}")
    return 0


def _copies() -> Path:
    return project_folder() / "policies" / "rendered"
