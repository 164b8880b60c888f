"""What sqlglot takes for Athena's SQL though Athena does not: other dialects' functions and signs."""

from __future__ import annotations

from collections.abc import Sequence

import sqlglot
from sqlglot.tokenizer_core import Token, TokenType

from audit.athena.translator import FUNCTIONS
from audit.athena.types import QueryError

_FOREIGN = {TokenType.DCOLON: "::", TokenType.RLIKE: "rlike"}
# Words before a bracket that are no functions.
_SYNTAX = frozenset(
    [
        "in",
        "and",
        "or",
        "not",
        "exists",
        "as",
        "values",
        "over",
        "unnest",
        "filter",
        "where",
        "on",
        "from",
        "select",
        "by",
        "when",
        "then",
        "else",
        "union",
        "all",
        "except",
        "intersect",
        "distinct",
        "join",
        "between",
        "like",
        "having",
        "limit",
        "case",
        "varchar",
        "decimal",
        "timestamp",
        "array",
        "is",
        "using",
        "group",
        "cast",
        "try_cast",
        "with",
        "offset",
        "any",
        "some",
        "interval",
        "lateral",
        "rows",
        "escape",
        "end",
    ]
)


def check(sql: str) -> None:
    """Refuse words and signs that are none of Athena's, or functions that are not answered here.

    Raises:
        QueryError: there is one.

    """
    tokens = sqlglot.tokenize(sql, read="athena")
    views = {
        tokens[at].text.lower()
        for at in range(len(tokens) - 1)
        if at
        and tokens[at - 1].token_type in {TokenType.WITH, TokenType.COMMA, TokenType.RECURSIVE}
        and _opens_view(tokens, at)
    }
    for at, token in enumerate(tokens):
        if token.token_type in _FOREIGN:
            raise QueryError(f"{_FOREIGN[token.token_type]} is not Athena's SQL")
        if token.token_type == TokenType.OFFSET and at > 1 and tokens[at - 2].token_type == TokenType.LIMIT:
            raise QueryError("OFFSET stands before LIMIT in Athena's SQL")
        if at + 1 < len(tokens) and tokens[at + 1].token_type == TokenType.L_PAREN and _is_word(token):
            _check_function(token, tokens[at - 1] if at else None, views)


def _opens_view(tokens: Sequence[Token], at: int) -> bool:
    """Whether `name (columns) AS (` begins here."""
    if tokens[at + 1].token_type != TokenType.L_PAREN:
        return False
    for token in tokens[at + 2 :]:
        if token.token_type == TokenType.R_PAREN:
            after = tokens[tokens.index(token) + 1 :][:2]
            return [each.token_type for each in after] == [TokenType.ALIAS, TokenType.L_PAREN]
    return False


def _is_word(token: Token) -> bool:
    return token.text[:1].isalpha() and token.token_type != TokenType.STRING


def _check_function(token: Token, before: Token | None, views: set[str]) -> None:
    name = token.text.lower()
    if name in FUNCTIONS or name in _SYNTAX or name in views:
        return
    if before is not None and before.token_type in {TokenType.ALIAS, TokenType.R_PAREN, TokenType.VAR}:
        return  # an alias with its columns
    raise QueryError(f"Athena's SQL, but not answered here: the function {token.text}")
