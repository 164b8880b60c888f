"""The page docs/findings.md: `python -m audit.findings_page > docs/findings.md` renews it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import audit
from audit.findings import FindingKind


def all_kinds() -> list[FindingKind]:
    """Return every kind of finding, found where it is declared: at the top level of any module of `audit`.

    Raises:
        ValueError: two kinds have the same code.

    """
    values = (value for module in _modules() for value in vars(module).values())
    kinds = sorted({value for value in values if isinstance(value, FindingKind)}, key=lambda kind: kind.code)
    for one, another in pairwise(kinds):
        if one.code == another.code:
            raise ValueError(f"two kinds of finding are called {one.code}: {one.title}; {another.title}")
    return kinds


def _modules() -> Iterator[ModuleType]:
    root = Path(audit.__file__).parent
    for path in sorted(root.rglob("*.py")):
        yield importlib.import_module(".".join(path.relative_to(root.parent).with_suffix("").parts))


def documented() -> str:
    """The page, a section for each kind of finding."""
    head = (
        "# Findings of `audit`\n\nMade from what the modules of `audit/` declare. A command that finds an"
        " error exits with 1; what is sound is shown all the same.\n"
    )
    cards = (
        f"## {kind.code}: {kind.title}\n\nSeverity: {kind.severity}. {kind.why}\n\n"
        f"Fix: {kind.fix}\n\nMore: <{kind.link}>\n"
        for kind in all_kinds()
    )
    return "\n".join((head, *cards))


if __name__ == "__main__":
    sys.stdout.write(documented())
