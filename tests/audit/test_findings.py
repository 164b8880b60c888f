"""Finding codes are stable, complete and documented."""

from __future__ import annotations

import re
from pathlib import Path

from audit import findings
from audit.delivery import kinds
from audit.findings import FindingKind
from audit.findings_page import ALL_KINDS, documented

PAGE = Path(__file__).parents[2] / "docs" / "findings.md"


def test_the_page_is_made_from_the_findings() -> None:
    """docs/findings.md says what the code says; `python -m audit.findings_page` prints it anew."""
    assert PAGE.read_text() == documented()


def test_each_kind_is_listed_once_under_a_code_of_its_own() -> None:
    """No kind is forgotten and no code is used twice."""
    values = [*vars(findings).values(), *vars(kinds).values()]
    made = [value for value in values if isinstance(value, FindingKind)]
    assert sorted(ALL_KINDS, key=id) == sorted(made, key=id)
    codes = [kind.code for kind in ALL_KINDS]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"IBT[12]\d\d", code) for code in codes)


def test_each_kind_says_why_how_to_mend_it_and_where_aws_explains() -> None:
    """Whole sentences and a link into AWS's guide."""
    for kind in ALL_KINDS:
        assert kind.why.endswith(".")
        assert kind.fix.endswith(".")
        assert kind.link.startswith("https://docs.aws.amazon.com/")
