"""`python -m tools.generate`: write all that is made from the code; with `--check`, say what is stale."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from audit import findings_page
from config.stack_file import read_stack, stack_names
from console.messages import say
from policies.copies import COPIES, expected_copies
from tools import arguments, configuration_page

ROOT = Path(__file__).resolve().parents[1]
MADE: Mapping[str, Callable[[], str]] = {
    "Pulumi.yaml": lambda: arguments.pulumi_yaml((ROOT / "Pulumi.yaml").read_text("utf-8")),
    "components/arguments.py": arguments.arguments,
    "docs/configuration.md": configuration_page.page,
    "docs/findings.md": findings_page.documented,
}


def made() -> dict[Path, str]:
    """Return the text of every file that is made from the code."""
    stacks = [read_stack(name, root=ROOT) for name in stack_names(ROOT)]
    rendered = {COPIES / path: text for path, text in expected_copies(stacks).items()}
    return {**{ROOT / path: make() for path, make in MADE.items()}, **rendered}


def left_over(expected: Mapping[Path, str]) -> list[Path]:
    """Return the rendered policies that nothing makes any more."""
    return [path for path in sorted(COPIES.rglob("*")) if path.is_file() and path not in expected]


def stale() -> list[str]:
    """Return one line for each file that is missing, different, or made by nothing any more."""
    expected = made()
    lines = [
        f"{path.relative_to(ROOT)}: {'differs' if path.is_file() else 'missing'}"
        for path, text in expected.items()
        if not path.is_file() or path.read_text("utf-8") != text
    ]
    return lines + [f"{path.relative_to(ROOT)}: nothing makes it any more" for path in left_over(expected)]


def write() -> None:
    """Write every file that differs, and remove what nothing makes any more."""
    expected = made()
    for path, text in expected.items():
        if not path.is_file() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    for path in left_over(expected):
        path.unlink()


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
