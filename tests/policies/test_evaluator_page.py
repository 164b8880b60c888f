"""The page on policy evaluation says what the evaluator does."""

from __future__ import annotations

import re
import subprocess
import sys

from iam_evaluation.operators import OPERATORS
from tests import ROOT
from tests.policies.test_reference import PROBLEMS

PAGE = (ROOT / "docs" / "policy-evaluation.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)


def test_example_prints_what_the_page_shows() -> None:
    """The page's program, run as it stands, prints the page's next block."""
    (_, program), (_, shown) = BLOCKS[0], BLOCKS[1]
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout == shown


def test_every_operator_is_named() -> None:
    """No operator is missing on the page."""
    assert [name for name in (*OPERATORS, "Null") if f"`{name}`" not in PAGE] == []


def test_problems_shown_are_problems_found() -> None:
    """Each line that the page shows of the reference check is one that a test sees come out."""
    assert set(BLOCKS[2][1].splitlines()) <= {line for _, line in PROBLEMS}
