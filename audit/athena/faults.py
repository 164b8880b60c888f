"""What sqlglot and DuckDB say of a query, in the words of whoever wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping

_TOKEN = re.compile(r" but got <Token token_type: TokenType\.(\w+), text: (.*?), line: .*?>")
_MISSING = re.compile(r"Required keyword: '\w+' missing for <class '[\w.]+\.(\w+)'>")
_KIND = re.compile(r"^(?:Binder|Parser) Error: ")
_NAME = re.compile(r"\br\d+_\d+\b")


def of_parser(message: str) -> str:
    """A fault that sqlglot found: no names of its classes, and the end of the query is called that."""
    message = _MISSING.sub(lambda found: f"a part of {found[1].upper()} is missing", _first(message))
    return _TOKEN.sub(
        lambda found: " at the end of the query" if found[1] == "SENTINEL" else f", not {found[2]}", message
    )


def of_engine(message: str, named: Mapping[str, str]) -> str:
    """A fault that DuckDB found; `named` has the name in the query of each column of the translation."""
    return _NAME.sub(lambda found: named.get(found[0], found[0]), _KIND.sub("", _first(message)))


def _first(message: str) -> str:
    """The first line: the others point into the translated text, which nobody wrote."""
    return message.strip().splitlines()[0]
