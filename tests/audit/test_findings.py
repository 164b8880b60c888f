"""Finding codes are stable, complete and documented."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import audit
from audit.findings_page import all_kinds, documented
from tests import ROOT

PAGE = ROOT / "docs" / "findings.md"
PACKAGE = Path(audit.__file__).parent


def test_the_page_is_made_from_the_findings() -> None:
    """docs/findings.md says what the code says; `python -m audit.findings_page` prints it anew."""
    assert PAGE.read_text() == documented()


def test_each_kind_is_declared_where_it_is_found() -> None:
    """At the top level of a module and once: one made inside a function would be missing from the page."""
    made = [
        ast.unparse(node.args[0])
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "FindingKind"
    ]
    assert sorted(made) == sorted(repr(kind.code) for kind in all_kinds())


def test_each_kind_has_the_form_of_one() -> None:
    """A code of its own (`all_kinds` refuses two alike), whole sentences, and a link to AWS."""
    for kind in all_kinds():
        assert re.fullmatch(r"IBT[12]\d\d", kind.code)
        assert kind.title
        assert not kind.title.endswith(".")
        assert kind.why.endswith(".")
        assert kind.fix.endswith(".")
        assert kind.link.startswith("https://docs.aws.amazon.com/")
