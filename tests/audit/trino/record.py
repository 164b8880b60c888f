"""Ask a real Trino all queries anew: `python -m tests.audit.trino.record http://127.0.0.1:8080`.

It needs the catalog `memory` (plugin trino-memory). How the answers on file came about: Trino 476.
"""

from __future__ import annotations

import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

from audit.queries import named_queries
from audit.query import COLUMNS, column_types
from tests.audit.trino.records import RECORDS

ANSWERS = Path(__file__).with_name("answers.json")
ASKED = Path(__file__).with_name("queries.sql")


def queries() -> list[str]:
    """Every query on file, one a line, and those that come with the program."""
    lines = [line for line in ASKED.read_text().splitlines() if line and not line.startswith("--")]
    return [*lines, *named_queries().values()]


def ask(trino: str, sql: str) -> dict[str, Any]:
    """The columns and rows, or the error's first line."""
    headers = {"X-Trino-User": "test", "X-Trino-Catalog": "memory", "X-Trino-Schema": "default"}
    headers |= {"X-Trino-Time-Zone": "UTC"}
    request = urllib.request.Request(f"{trino}/v1/statement", sql.encode(), headers)  # noqa: S310
    columns, rows = list[str](), list[Any]()
    while True:
        with urllib.request.urlopen(request) as response:  # noqa: S310
            answer = json.load(response)
        if "error" in answer:
            return {"error": answer["error"]["message"].splitlines()[0]}
        columns = [f"{each['name']} {each['type']}" for each in answer.get("columns", ())] or columns
        rows += answer.get("data", ())
        if "nextUri" not in answer:
            return {"columns": columns, "rows": rows}
        request = urllib.request.Request(answer["nextUri"], headers=headers)  # noqa: S310


def literal(value: Any, kind: Any) -> str:
    """A value as SQL of its type."""
    if value is None:
        return f"CAST(NULL AS {kind})"
    if kind.name == "row":
        lower = {name.lower(): member for name, member in value.items()}
        members = (literal(lower.get(name), part) for name, part in zip(kind.fields, kind.parts, strict=True))
        return f"CAST(ROW({', '.join(members)}) AS {kind})"
    if kind.name == "array":
        return f"CAST(ARRAY[{', '.join(literal(each, kind.parts[0]) for each in value)}] AS {kind})"
    if kind.name == "map":
        sides = (", ".join(literal(each, kind.parts[0]) for each in side) for side in (value, value.values()))
        return "MAP(ARRAY[{}], ARRAY[{}])".format(*sides)
    return "'" + str(value).replace("'", "''") + "'"


def main(trino: str) -> None:
    """Make the table and write the answers."""
    kinds = column_types()
    for table in ("cloudtrail",):
        ask(trino, f"DROP TABLE IF EXISTS {table}")
        made = ask(
            trino, f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in kinds.items())})"
        )
        assert "error" not in made, made
        for record in RECORDS:
            values = (literal(record.get(name), kinds[name.lower()]) for name in COLUMNS)
            put = ask(trino, f"INSERT INTO {table} VALUES ({', '.join(values)})")  # noqa: S608
            assert "error" not in put, put
    answers = {sql: ask(trino, sql) for sql in queries()}
    ANSWERS.write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n")
    failed = sum("error" in answer for answer in answers.values())
    print(f"{len(answers)} queries, {failed} of which Trino refuses")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
