"""The smaller parts of a query: names of columns, sorting and limits."""

from __future__ import annotations

from sqlglot import exp

from audit.athena.translator import Typed, literal_number, unanswered
from audit.athena.types import QueryError


def name_of(node: exp.Expr) -> str:
    """The last of the names that an expression is made of; none where it is more than names."""
    whole = node
    while isinstance(whole, exp.Dot):
        whole = whole.this
    return node.name if isinstance(whole, exp.Column) else ""


def alias_columns(node: exp.Expr) -> list[str]:
    """The names that a relation's alias gives its columns, if any."""
    alias = node.args.get("alias")
    given = (
        [column.name for column in alias.args.get("columns") or ()]
        if isinstance(alias, exp.TableAlias)
        else []
    )
    offset = node.args.get("offset") if isinstance(node, exp.Unnest) else None
    if isinstance(offset, exp.Identifier) and (given or alias is not None) and offset.name != "offset":
        given.append(offset.name)  # where sqlglot keeps the last of them
    return given


def renamed(node: exp.Expr, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names that a relation's alias gives its columns, if it gives them any: then one for each.

    Raises:
        QueryError: there are more or fewer names than columns.

    """
    alias, given = node.args.get("alias"), alias_columns(node)
    if not given:
        return names
    if len(given) != len(names):
        named = alias.name if alias is not None else ""
        raise QueryError(f"Column alias list has {len(given)} entries but '{named}' has {len(names)} columns")
    return tuple(given)


def sortable(value: Typed, node: exp.Expr) -> None:
    """Refuse to sort by what the engines may sort otherwise, or not at all.

    Raises:
        QueryError: it is such a thing.

    """
    if value.type.name in {"row", "array", "map", "json", "varbinary", "interval"}:
        raise unanswered(node, f"sorting by {value.type.name}s")


def limit(node: exp.Expr) -> str:
    """LIMIT and OFFSET by literal numbers, or nothing.

    Raises:
        QueryError: they are something else.

    """
    said = ""
    for name, key in (("limit", "LIMIT"), ("offset", "OFFSET")):
        part = node.args.get(name)
        if part is None:
            continue
        number = literal_number(part.expression) if isinstance(part, exp.Limit | exp.Offset) else None
        if number is None or part.args.get("expressions"):
            raise unanswered(part)
        said += f" {key} {number}"
    return said
