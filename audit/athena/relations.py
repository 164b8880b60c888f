"""Queries: what they read, which columns they have, and how they say so in DuckDB's SQL.

https://trino.io/docs/current/sql/select.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlglot import exp

from audit.athena import casts, formats, jsons, lists, operators, patterns, texts  # noqa: F401 - their rules
from audit.athena.aggregates import direction
from audit.athena.clauses import alias_columns, limit, name_of, renamed, sortable
from audit.athena.relation import Relation, cast_columns
from audit.athena.translator import (
    Field,
    Scope,
    Translator,
    Typed,
    literal_number,
    member,
    only,
    unanswered,
    written,
)
from audit.athena.types import BIGINT, QueryError, Type, common_of

_NO_SCOPE = Scope()


@dataclass(slots=True)
class Reader:
    """Translates queries over the tables named."""

    tables: Mapping[str, Mapping[str, Type]]
    now: datetime
    translator: Translator = field(init=False)
    named: dict[str, str] = field(default_factory=dict)  # what each column is called, by its name inside
    _views: dict[str, Relation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.translator = Translator(self, self.now)

    def query(self, node: exp.Expr, around: Scope = _NO_SCOPE) -> Relation:
        """Translate a query, with those that it begins WITH.

        Raises:
            QueryError: Athena refuses it, or it is not known to mean the same in DuckDB.

        """
        if isinstance(node, exp.Subquery) and not node.args.get("alias"):
            only(node, frozenset({"this"}))
            return self.query(node.this, around)
        outside = dict(self._views)
        named = self._with(node.args.get("with_"), around)
        if isinstance(node, exp.Select):
            found = self._select(node, around)
        elif isinstance(node, exp.SetOperation):
            found = self._set(node, around)
        else:
            raise unanswered(node)
        self._views = outside
        return Relation(f"{named}{found.sql}", found.names, found.types)

    def column_of(self, query: exp.Expr, scope: Scope) -> Typed:
        """A query of one column, in brackets.

        Raises:
            QueryError: it has several.

        """
        found = self.query(query, scope)
        if len(found.types) != 1:
            raise QueryError(f"{written(query)}: one column is needed, also by Athena")
        return Typed(f"({found.sql})", found.types[0])

    def _with(self, node: exp.Expr | None, around: Scope) -> str:
        if node is None:
            return ""
        only(node, frozenset({"expressions"}))
        said = []
        for each in node.expressions:
            only(each, frozenset({"this", "alias"}))
            found, name = self.query(each.this, around), self.translator.name("w")
            names = renamed(each, found.names)
            self._views[each.alias.lower()] = Relation(f"SELECT * FROM {name}", names, found.types)
            said.append(f"{name} AS ({found.sql})")
        return f"WITH {', '.join(said)} "

    def _set(self, node: Any, around: Scope) -> Relation:
        only(node, frozenset({"this", "expression", "distinct", "with_", "order", "limit", "offset"}))
        if any(
            isinstance(side, exp.SetOperation) and type(side) is not type(node)
            for side in (node.this, node.expression)
        ):
            raise unanswered(node, "different set operations without brackets")
        sides = [self.query(side, around) for side in (node.this, node.expression)]
        if len({len(side.types) for side in sides}) > 1:
            raise QueryError(f"{written(node)}: the numbers of columns differ, also to Athena")
        kinds = tuple(
            common_of(pair, written(node)) for pair in zip(*(side.types for side in sides), strict=True)
        )
        word = {exp.Union: "UNION", exp.Intersect: "INTERSECT", exp.Except: "EXCEPT"}[type(node)]
        word += "" if node.args.get("distinct") else " ALL"
        sql = f" {word} ".join(f"({cast_columns(side, kinds)})" for side in sides)
        names = sides[0].names
        order = self._order(
            node.args.get("order"), [Typed(f"c{n}", kind) for n, kind in enumerate(kinds)], names, None
        )
        return Relation(f"SELECT * FROM ({sql}){order}{limit(node)}", names, kinds)

    def _select(self, node: Any, around: Scope) -> Relation:
        allowed = "with_ expressions from_ joins where group having order limit offset distinct"
        only(node, frozenset(allowed.split()))
        said, fields = self._from(node, around)
        scope = Scope(fields, around)
        names, values = self._columns(node.expressions, scope)
        columns = ", ".join(f"{value.to(value.type)} AS c{place}" for place, value in enumerate(values))
        distinct = node.args.get("distinct")
        if distinct is not None:
            only(distinct, frozenset())
        sql = f"SELECT {'DISTINCT ' if distinct is not None else ''}{columns}{said}"
        if node.args.get("where"):
            sql += f" WHERE {self.translator.condition(node.args['where'].this, scope)}"
        if node.args.get("group"):
            sql += f" GROUP BY {', '.join(self._groups(node.args['group'], values, scope))}"
        if node.args.get("having"):
            sql += f" HAVING {self.translator.condition(node.args['having'].this, scope)}"
        sql += self._order(node.args.get("order"), values, names, None if distinct is not None else scope)
        return Relation(sql + limit(node), tuple(names), tuple(value.type for value in values))

    def _columns(self, nodes: Sequence[Any], scope: Scope) -> tuple[list[str], list[Typed]]:
        names, values = list[str](), list[Typed]()
        for node in nodes:
            star = node if isinstance(node, exp.Star) else node.this if isinstance(node, exp.Column) else None
            if isinstance(star, exp.Star):
                only(star, frozenset())
                of = node.table.lower() if isinstance(node, exp.Column) else None
                found = [known for known in scope.fields if of is None or known.relation == of]
                if not found:
                    raise QueryError(f"{written(node)}: there are no columns, also for Athena")
                names += [known.name for known in found]
                values += [known.value for known in found]
                continue
            value = node
            if isinstance(node, exp.Alias):
                only(node, frozenset({"this", "alias"}))
                value = node.this
            names.append(node.alias or name_of(value))
            values.append(self.translator.expression(value, scope))
        return names, values

    def _groups(self, node: Any, values: Sequence[Typed], scope: Scope) -> Iterator[str]:
        only(node, frozenset({"expressions"}))
        for each in node.expressions:
            place = literal_number(each)
            if place is not None and not 1 <= place <= len(values):
                raise QueryError(f"GROUP BY {place}: there is no such column, also for Athena")
            value = self.translator.expression(each, scope) if place is None else values[place - 1]
            if value.type.name in {"map", "json"} or (isinstance(each, exp.Literal) and place is None):
                raise unanswered(each, "as a group")
            yield f"({value.sql})"

    def _order(self, node: Any, values: Sequence[Typed], names: Sequence[str], scope: Scope | None) -> str:
        """ORDER BY columns of the result by place or name, or, with a scope, by anything else in it."""
        if node is None:
            return ""
        outputs = Scope(
            [Field(name.lower(), "", value) for name, value in zip(names, values, strict=True) if name], scope
        )
        said = []
        for each in node.expressions:
            place = literal_number(each.this)
            if place is None and isinstance(each.this, exp.Column) and not each.this.table:
                found = [at for at, name in enumerate(names) if name.lower() == each.this.name.lower()]
                place = found[0] + 1 if len(found) == 1 else None
            if place is not None:
                if not 1 <= place <= len(values):
                    raise QueryError(f"ORDER BY {place}: there is no such column, also for Athena")
                sortable(values[place - 1], each)
                said.append(f"{place}{direction(each)}")
            elif scope is None:
                raise unanswered(each, "sorting by what is no column of the result")
            else:
                value = self.translator.expression(each.this, outputs)
                sortable(value, each)
                said.append(f"({value.sql}){direction(each)}")
        return f" ORDER BY {', '.join(said)}"

    def _from(self, node: Any, around: Scope) -> tuple[str, list[Field]]:
        begin = node.args.get("from_")
        if begin is None:
            return "", []
        sql, fields = self._relation(begin.this, [], around)
        said = f" FROM {sql}"
        for join in node.args.get("joins") or ():
            only(join, frozenset({"this", "side", "kind", "on"}))
            side, kind, condition = join.side.upper(), join.kind.upper(), join.args.get("on")
            sql, more = self._relation(join.this, fields, around)
            fields = [*fields, *more]
            if kind not in {"", "INNER", "OUTER", "CROSS"} or side not in {"", "LEFT", "RIGHT", "FULL"}:
                raise unanswered(join)
            if isinstance(join.this, exp.Unnest) and side and (side != "LEFT" or condition != exp.true()):
                raise unanswered(join, "UNNEST joined otherwise than by CROSS, or LEFT … ON TRUE")
            if condition is None and (side or kind not in {"", "CROSS"}):
                raise unanswered(join)
            if condition is None:
                said += f" CROSS JOIN {sql}"
            else:
                asked = self.translator.condition(condition, Scope(fields, around))
                said += f" {side} JOIN {sql} ON {asked}"
        return said, fields

    def _relation(self, node: Any, before: Sequence[Field], around: Scope) -> tuple[str, list[Field]]:
        name = self.translator.name("r")
        if isinstance(node, exp.Unnest):
            only(node, frozenset({"expressions", "alias", "offset"}))
            found, lateral = self._unnested(node, Scope(before)), "LATERAL "
        else:
            found, lateral = self._read(node, around), ""
        known = node.alias.lower() or (node.name.lower() if isinstance(node, exp.Table) else "")
        fields = [
            Field(column.lower(), known, Typed(f"{name}.{name}_{place}", kind))
            for place, (column, kind) in enumerate(zip(renamed(node, found.names), found.types, strict=True))
        ]
        self.named |= (inside := {f"{name}_{place}": column.name for place, column in enumerate(fields)})
        return f"{lateral}({found.sql}) AS {name}({', '.join(inside)})", fields

    def _read(self, node: Any, around: Scope) -> Relation:
        if isinstance(node, exp.Subquery):
            only(node, frozenset({"this", "alias"}))
            return self.query(node.this, around)
        if isinstance(node, exp.Values):
            only(node, frozenset({"expressions", "alias"}))
            return self._values(node)
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier) and not node.args.get("db"):
            only(node, frozenset({"this", "alias"}))
            name = node.name.lower()
            if name in self._views:
                return self._views[name]
            if name in self.tables:
                columns = self.tables[name]
                said = ", ".join(f'"{column}" AS c{place}' for place, column in enumerate(columns))
                return Relation(f'SELECT {said} FROM "{name}"', tuple(columns), tuple(columns.values()))
        raise QueryError(f"{written(node)} is not available: the one table is {', '.join(self.tables)}")

    def _values(self, node: Any) -> Relation:
        rows = [
            [
                self.translator.expression(value, _NO_SCOPE)
                for value in (each.expressions if isinstance(each, exp.Tuple) else [each])
            ]
            for each in node.expressions
        ]
        if len({len(row) for row in rows}) != 1:
            raise QueryError(f"{written(node)}: the rows differ in length, also for Athena")
        kinds = [
            common_of([value.type for value in column], written(node)) for column in zip(*rows, strict=True)
        ]
        said = ", ".join(
            f"({', '.join(value.to(kind) for value, kind in zip(row, kinds, strict=True))})" for row in rows
        )
        named = ", ".join(f"c{place}" for place in range(len(kinds)))
        return Relation(f"SELECT * FROM (VALUES {said}) AS v({named})", ("",) * len(kinds), tuple(kinds))

    def _unnested(self, node: Any, scope: Scope) -> Relation:
        """An array's elements; with ORDINALITY, their places at last.

        A row's fields are a column each, unless one name is given for the whole row:
        https://docs.aws.amazon.com/athena/latest/ug/filtering-with-unnest.html
        """
        if len(node.expressions) != 1:
            raise unanswered(node, "several arrays at once")
        value = self.translator.of_type(node.expressions[0], scope, "array")
        kind, element = value.type.parts[0], Typed("u.e", value.type.parts[0])
        spread = len(alias_columns(node)) != 1 + bool(node.args.get("offset"))
        if kind.name == "row" and spread:
            parts = [(name, member_at(element, place)) for place, name in enumerate(kind.fields)]
        else:
            parts = [("", element)]
        if node.args.get("offset"):
            parts.append(("", Typed("u.o", BIGINT)))
        said = ", ".join(f"{part.sql} AS c{place}" for place, (_, part) in enumerate(parts))
        each = f"SELECT unnest({value.sql}) AS e, generate_subscripts({value.sql}, 1) AS o"
        return Relation(
            f"SELECT {said} FROM ({each}) AS u",
            tuple(name for name, _ in parts),
            tuple(part.type for _, part in parts),
        )


def member_at(row: Typed, place: int) -> Typed:
    """A row's field by its place."""
    if row.type.fields[place]:
        return member(row, [row.type.fields[place]])
    return Typed(f"struct_extract({row.sql}, '_{place}')", row.type.parts[place])
