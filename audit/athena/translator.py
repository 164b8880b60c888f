"""What an expression is in DuckDB's words, and of which of Trino's types: each kind by a rule of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlglot import exp
from sqlglot.errors import SqlglotError

from audit.athena.types import BOOLEAN, QueryError, Type, common_of, members_of

LONGEST = 2_000_000  # letters of a translation; conditions within conditions may multiply it


@dataclass(frozen=True, slots=True)
class Typed:
    """An expression in DuckDB's SQL, and the type that it has in Trino."""

    sql: str
    type: Type

    def to(self, kind: Type) -> str:
        """Its SQL as a value of a type that Trino turns it to by itself."""
        same = self.type.duck == kind.duck and self.type.name != "unknown"
        return self.sql if same else f"CAST({self.sql} AS {kind.duck})"


@dataclass(frozen=True, slots=True)
class Field:
    """A column that can be named: its name and that of its relation in lower case, "" where it has none."""

    name: str
    relation: str
    value: Typed


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean at some place of a query; what is unknown here may be known to the query around it."""

    fields: Sequence[Field] = ()
    around: Scope | None = None

    def find(self, names: Sequence[str]) -> Typed:
        """The column, or member of one, that these names lead to: relation.column.member, from the longest.

        Raises:
            QueryError: there is none, or there are several.

        """
        for depth, wanted in ((2, tuple(names[:2])), (1, ("", names[0]))):
            if len(wanted) != 2:
                continue
            found = [
                known
                for known in self.fields
                if known.name == wanted[1] and (depth == 1 or known.relation == wanted[0])
            ]
            if len(found) > 1:
                raise QueryError(f"{'.'.join(names)}: there are several columns of this name")
            if found:
                return member(found[0].value, names[depth:])
        if self.around is not None:
            return self.around.find(names)
        raise QueryError(f"{'.'.join(names)}: there is no such column")


def member(value: Typed, names: Sequence[str]) -> Typed:
    """A row's member's member.

    Raises:
        QueryError: there is none of that name.

    """
    for name in names:
        if value.type.name != "row" or name not in value.type.fields or not name:
            raise QueryError(f"{name}: {value.type} has no such member")
        place = value.type.fields.index(name)
        held = members_of(value.type)[place]
        value = Typed(f"struct_extract({value.sql}, {quoted(held)})", value.type.parts[place])
    return value


class Queries(Protocol):
    """Translates the queries within expressions."""

    def column_of(self, query: exp.Expr, scope: Scope) -> Typed:
        """A query of one column, in brackets."""
        ...


Rule = Callable[["Translator", Any, Scope], Typed]
_RULES: dict[type[exp.Expr], tuple[Rule, frozenset[str]]] = {}
_CALLS: dict[str, Rule] = {}
FUNCTIONS: set[str] = set()


def rule(*kinds: type[exp.Expr], parts: str = "this expression", names: str = "") -> Callable[[Rule], Rule]:
    """Let a function translate these kinds of expressions, which may have only these parts.

    `names` are the names under which Trino knows it, where it is a function.
    """

    def taken(function: Rule) -> Rule:
        for kind in kinds:
            _RULES[kind] = (function, frozenset(parts.split()))
        FUNCTIONS.update(names.split())
        return function

    return taken


def call(name: str) -> Callable[[Rule], Rule]:
    """Let a function translate the calls of a function that sqlglot does not know."""

    def taken(function: Rule) -> Rule:
        _CALLS[name] = function
        FUNCTIONS.add(name)
        return function

    return taken


@dataclass(slots=True)
class Translator:
    """Translates expressions; `now` is the time that the query has for now, without a zone, in UTC."""

    queries: Queries
    now: datetime
    _names: int = field(default=0)

    def name(self, kind: str) -> str:
        """A name that nothing else has."""
        self._names += 1
        return f"{kind}{self._names}"

    def expression(self, node: exp.Expr, scope: Scope) -> Typed:
        """Translate one expression.

        Raises:
            QueryError: Athena refuses it, or it is not known to mean the same in DuckDB.

        """
        if isinstance(node, exp.Anonymous):
            function, parts = _CALLS.get(node.name.lower()), frozenset({"this", "expressions"})
        else:
            function, parts = _RULES.get(type(node), (None, frozenset()))
        if function is None:
            raise unanswered(node)
        only(node, parts)
        value = function(self, node, scope)
        if len(value.sql) > LONGEST:
            raise QueryError("the SQL is nested too deeply")
        return value

    def of_type(self, node: exp.Expr, scope: Scope, *names: str) -> Typed:
        """An expression that must be of one of these types; NULL is of the first.

        Raises:
            QueryError: it is of another.

        """
        value = self.expression(node, scope)
        if value.type.name == "unknown" and names[0] not in {"array", "map", "row", "decimal"}:
            return Typed(
                f"CAST(NULL AS {Type(names[0]).duck})", Type(names[0], digits=_DIGITS.get(names[0], ()))
            )
        if value.type.name not in names:
            wanted = " or ".join(names)
            raise QueryError(f"{written(node)} is {value.type}; here it must be {wanted}")
        return value

    def condition(self, node: exp.Expr, scope: Scope) -> str:
        """A condition, in brackets."""
        return f"({self.of_type(node, scope, BOOLEAN.name).sql})"

    def alike(self, nodes: Sequence[exp.Expr], scope: Scope, what: str) -> tuple[list[str], Type]:
        """Expressions, each turned to the type that they have in common."""
        values = [self.expression(node, scope) for node in nodes]
        kind = common_of([value.type for value in values], what)
        return [value.to(kind) for value in values], kind


_DIGITS = {"timestamp": (3,), "timestamp with time zone": (3,)}
# What sqlglot notes about a node beside its parts, and what changes nothing for Athena's dialect.
_NOTES = frozenset(
    {"big_int", "typed", "safe", "coalesce", "scalar_only", "null_if_pos_overflow", "ignore_nulls"}
)
_NOTES_TOO = frozenset({"value_constructor", "is_json", "nested"})


def only(node: exp.Expr, parts: frozenset[str]) -> None:
    """Refuse a node that has any part but these: it would be lost.

    Raises:
        QueryError: it has.

    """
    for name, value in node.args.items():
        if value and name not in parts and name not in _NOTES and name not in _NOTES_TOO:
            raise unanswered(node)


def unanswered(node: exp.Expr, why: str = "") -> QueryError:
    """The refusal of what Athena may answer, but nobody has compared to DuckDB's answer."""
    return QueryError(f"Athena's SQL, but not answered here: {written(node)}{f' ({why})' if why else ''}")


def written(node: exp.Expr) -> str:
    """An expression in one line of Athena's words, cut where it is long."""
    try:
        text = " ".join(node.sql("athena").split())
    except (ValueError, SqlglotError):  # of another dialect
        text = type(node).__name__
    return text if len(text) <= 80 else f"{text[:77]}..."


def quoted(text: str) -> str:
    """A text as a literal."""
    return "'" + text.replace("'", "''") + "'"


def literal_text(node: exp.Expr | None, what: str) -> str:
    """The text of a literal, where only a literal can be judged beforehand.

    Raises:
        QueryError: it is something else.

    """
    if not isinstance(node, exp.Literal) or not node.is_string:
        raise QueryError(f"Athena's SQL, but not answered here: {what} that is no literal text")
    return str(node.this)


def literal_number(node: exp.Expr | None) -> int | None:
    """The whole number of a literal; None if it is something else."""
    sign = 1
    if isinstance(node, exp.Neg):
        sign, node = -1, node.this
    if isinstance(node, exp.Literal) and not node.is_string and node.name.isdecimal():
        return sign * int(node.name)
    return None


def failing(unless: str, value: str, message: str) -> str:
    """A value that fails with a message unless a condition holds; NULL conditions do not."""
    return f"CASE WHEN NOT ({unless}) THEN error({quoted(message)}) ELSE {value} END"
