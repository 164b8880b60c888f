"""The committed copies of what is rendered, so that a change of code shows as a change of policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from config.stack import Stack
from console.output import Format
from policies.documents import documents
from policies.render import policy_json, render

COPIES = Path(__file__).resolve().parent / "rendered"


def expected_copies(stacks: Iterable[Stack]) -> dict[Path, str]:
    """Return the text of every copy that should be there, by its path below `COPIES`."""
    found: dict[Path, str] = {}
    for stack in stacks:
        folder = Path(stack.name)
        found[folder / "README.md"] = render(stack, Format.MARKDOWN)
        for name, document in documents(stack).items():
            found[folder / f"{name}.json"] = policy_json(document.document())
    return found


def stale_copies(stacks: Iterable[Stack], folder: Path = COPIES) -> Iterator[str]:
    """Yield one line for each copy that is missing, different, or of something that is no more."""
    expected = expected_copies(stacks)
    for path, text in expected.items():
        copy = folder / path
        if not copy.is_file():
            yield f"{copy}: missing"
        elif copy.read_text("utf-8") != text:
            yield f"{copy}: differs from what the code says"
    for copy in sorted(folder.rglob("*")):
        if copy.is_file() and copy.relative_to(folder) not in expected:
            yield f"{copy}: nothing renders it any more"


def write_copies(stacks: Iterable[Stack], folder: Path = COPIES) -> int:
    """Write all copies anew and remove what nothing renders any more; return how many there are."""
    expected = expected_copies(stacks)
    for copy in [path for path in folder.rglob("*") if path.is_file()]:
        if copy.relative_to(folder) not in expected:
            copy.unlink()
    for path, text in expected.items():
        copy = folder / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, "utf-8")
    return len(expected)
