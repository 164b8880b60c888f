"""`python -m tools.generate`: write all that is made from the code; with `--check`, say what is stale."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from audit import findings_page
from config.stack import Stack
from config.stack_file import read_stack, stack_names
from console.messages import say
from policies.copies import stale_copies, write_copies
from tools import arguments, configuration_page, guard_page, reviewer_page

ROOT = Path(__file__).resolve().parents[1]
MADE: Mapping[str, Callable[[], str]] = {
    "Pulumi.yaml": lambda: arguments.pulumi_yaml((ROOT / "Pulumi.yaml").read_text("utf-8")),
    "components/arguments.py": arguments.arguments,
    "docs/configuration.md": configuration_page.page,
    "docs/findings.md": findings_page.documented,
    "docs/guard.md": guard_page.page,
    "docs/reviewer.md": lambda: reviewer_page.page((ROOT / "docs" / "reviewer.md").read_text("utf-8")),
}


def _stacks() -> list[Stack]:
    return [read_stack(name, root=ROOT) for name in stack_names(ROOT)]


def _differing() -> Iterator[tuple[Path, str]]:
    """Yield the path and the right text of each file that is missing or differs, rendered policies apart."""
    for name, make in MADE.items():
        path, text = ROOT / name, make()
        if not path.is_file() or path.read_text("utf-8") != text:
            yield path, text


def stale() -> list[str]:
    """Return one line for each file that is missing, different, or made by nothing any more."""
    differing = (f"{path}: {'differs' if path.is_file() else 'missing'}" for path, _ in _differing())
    lines = (*differing, *stale_copies(_stacks()))
    return [line.removeprefix(f"{ROOT}/") for line in lines]


def write() -> None:
    """Write every file that differs, and the policies as rendered."""
    for path, text in _differing():
        path.write_text(text, "utf-8")
    write_copies(_stacks())


def main(arguments: list[str]) -> int:
    """Write, or with `--check` return 1 if anything is stale."""
    if arguments == ["--check"]:
        lines = stale()
        for line in lines:
            say(f"{line}; run: make generate")
        return 1 if lines else 0
    write()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
