"""The page docs/findings.md: `python -m audit.findings_page > docs/findings.md` renews it."""

from __future__ import annotations

import sys

from audit.delivery.kinds import DELIVERY_KINDS
from audit.findings import KINDS

ALL_KINDS = KINDS + DELIVERY_KINDS


def documented() -> str:
    """The page, a section for each kind of finding."""
    head = (
        "# Findings of `audit`\n\nMade from `audit/findings.py` and `audit/delivery/kinds.py`. A command that"
        " finds an error exits with 1; what is sound is shown all the same.\n"
    )
    cards = (
        f"## {kind.code}: {kind.title}\n\nSeverity: {kind.severity}. {kind.why}\n\n"
        f"Mend it: {kind.fix}\n\nMore: <{kind.link}>\n"
        for kind in ALL_KINDS
    )
    return "\n".join((head, *cards))


if __name__ == "__main__":
    sys.stdout.write(documented())
