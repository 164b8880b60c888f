"""SQL over delivered events: DuckDB here, Athena at scale, one text for both.

The table `cloudtrail` has the columns of the table that AWS gives for Athena:
https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table-understanding.html
SQL is written in Athena's dialect and translated for DuckDB, which then has neither files nor network.
What cannot be translated to the same meaning is refused.
"""

from __future__ import annotations

import errno
import logging
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError, UnsupportedError

from audit.errors import AuditError

TABLE = "cloudtrail"
_MOST_BYTES = 256 * 2**20  # of one record: CloudTrail's own limit is a thousandth of it
_BATCH = 1000  # rows fetched at a time: a result may be larger than the memory

_ISSUER = "STRUCT(type VARCHAR, principalId VARCHAR, arn VARCHAR, accountId VARCHAR, userName VARCHAR)"
_FEDERATION = "STRUCT(federatedProvider VARCHAR, attributes MAP(VARCHAR, VARCHAR))"
_SESSION = (
    "STRUCT(attributes STRUCT(mfaAuthenticated VARCHAR, creationDate VARCHAR), "
    f"sessionIssuer {_ISSUER}, ec2RoleDelivery VARCHAR, webIdFederationData {_FEDERATION})"
)
COLUMNS = {
    "eventVersion": "VARCHAR",
    "userIdentity": (
        "STRUCT(type VARCHAR, principalId VARCHAR, arn VARCHAR, accountId VARCHAR, invokedBy VARCHAR, "
        "accessKeyId VARCHAR, userName VARCHAR, "
        f"onBehalfOf STRUCT(userId VARCHAR, identityStoreArn VARCHAR), sessionContext {_SESSION})"
    ),
    **dict.fromkeys(
        (
            *("eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress", "userAgent"),
            *("errorCode", "errorMessage", "requestParameters", "responseElements", "additionalEventData"),
            *("requestID", "eventID"),
        ),
        "VARCHAR",
    ),
    "resources": "STRUCT(ARN VARCHAR, accountId VARCHAR, type VARCHAR)[]",
    **dict.fromkeys(
        (
            *("eventType", "apiVersion", "readOnly", "recipientAccountId", "serviceEventDetails"),
            *("sharedEventID", "vpcEndpointId", "vpcEndpointAccountId", "eventCategory"),
        ),
        "VARCHAR",
    ),
    "addendum": (
        "STRUCT(reason VARCHAR, updatedFields VARCHAR, originalRequestID VARCHAR, originalEventID VARCHAR)"
    ),
    "sessionCredentialFromConsole": "VARCHAR",
    "edgeDeviceDetails": "VARCHAR",
    "tlsDetails": "STRUCT(tlsVersion VARCHAR, cipherSuite VARCHAR, clientProvidedHostHeader VARCHAR)",
}


_LOCKED = """
    SET TimeZone = 'UTC'; SET integer_division = true;
    SET autoinstall_known_extensions = false; SET autoload_known_extensions = false;
    SET enable_external_access = false; SET lock_configuration = true
"""
_CHANGES = (exp.DML, exp.DDL, exp.Command, exp.Into)

logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # what it has to say comes as an error, once


class QueryError(AuditError):
    """The SQL cannot be run; the message says why."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a query answers: the columns' names and types, and the rows as they come, once.

    A type is bool, int, float or str: that in which a value can be stored.
    """

    columns: tuple[str, ...]
    types: tuple[type, ...]
    rows: Iterator[tuple[Any, ...]]


def translated(sql: str) -> str:
    """The one SELECT that the text must be, from Athena's dialect to DuckDB's.

    Raises:
        QueryError: it is something else, asks for another table, or has no equivalent.

    """
    try:
        parsed = sqlglot.parse(sql, read="athena")
        statements = [one for one in parsed if one and not isinstance(one, exp.Semicolon)]
        if len(statements) != 1 or not isinstance(statements[0], exp.Query) or statements[0].find(*_CHANGES):
            raise QueryError("only one SELECT is run: the logs are read, never changed")
        statement = statements[0]
        _check_tables(statement)
        _name_columns(statement)
        _keep_meaning(statement)
        return statement.sql(dialect="duckdb", unsupported_level=ErrorLevel.RAISE)
    except UnsupportedError as error:
        raise QueryError(f"Athena's SQL, but not to be had here: {_line(error)}") from error
    except SqlglotError as error:
        raise QueryError(f"not SQL as Athena knows it: {_line(error)}") from error
    except RecursionError as error:
        raise QueryError("the SQL is nested too deeply") from error


def _check_tables(statement: exp.Query) -> None:
    """Refuse whatever is neither the table nor a name that the query gives: files, functions, catalogs."""
    known = {TABLE} | {cte.alias.lower() for cte in statement.find_all(exp.CTE)}
    for table in statement.find_all(exp.Table, exp.Lateral):
        named = (
            isinstance(table.this, exp.Identifier)
            and not table.args.get("db")
            and table.name.lower() in known
        )
        if not named and not isinstance(table.this, exp.Subquery | exp.Unnest):
            raise QueryError(f"{table.sql(dialect='athena')} is not to be had: the one table is {TABLE}")


def _name_columns(statement: exp.Query) -> None:
    """Name nameless columns by their place, as Athena does: the first is _col0."""
    first = statement
    while not isinstance(first, exp.Select) and isinstance(first.this, exp.Query):
        first = first.this
    for place, column in enumerate(first.selects):
        if not isinstance(column, exp.Alias | exp.Column | exp.Dot) and not column.is_star:
            column.replace(exp.alias_(column.copy(), f"_col{place}"))


def _keep_meaning(statement: exp.Query) -> None:
    """Spell what both engines take, but not for the same, so that DuckDB gives Athena's answer."""
    for replacing in statement.find_all(exp.RegexpReplace):
        new = replacing.args.get("replacement")
        if isinstance(new, exp.Literal):  # groups are $1 there and \\1 here
            text = re.sub(r"\\\$|\$(\d)", lambda found: f"\\{found[1]}" if found[1] else "$", new.name)
            new.replace(exp.Literal.string(text))
    for node in reversed(list(statement.find_all(exp.JSONExtractScalar))):
        # What is an object or a list is NULL there and its text here.
        kind = exp.func("json_type", node.this.copy(), node.expression.copy())
        scalar = exp.not_(kind.isin("OBJECT", "ARRAY"))
        node.replace(exp.paren(exp.case().when(scalar, node.copy())))


def run(sql: str, records: Iterable[bytes]) -> Result:
    """Answer a SELECT in Athena's dialect over a table `cloudtrail` of these records (JSON lines).

    Raises:
        QueryError: the SQL is not one SELECT, or cannot be answered. What fails only at some later row is
            raised from the rows.

    """
    answers = _answers(translated(sql), records)
    columns, types = next(answers)
    return Result(columns, types, answers)


def _answers(statement: str, records: Iterable[bytes]) -> Iterator[tuple[Any, ...]]:
    """The columns' names and types, then the rows. What memory does not hold is in a folder that vanishes."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        _load(connection, records, Path(folder, "records.jsonl"))
        connection.execute("SET temp_directory = ?", [folder])
        connection.execute(_LOCKED)
        try:
            answer = connection.sql(statement)
            columns, types = tuple(answer.columns), [str(kind) for kind in answer.types]
            connection.execute(_zones_as_text(statement, types))
            batch = connection.fetchmany(_BATCH)
            yield columns, tuple(map(_stored, types))
            while batch:
                yield from batch
                batch = connection.fetchmany(_BATCH)
        except duckdb.Error as error:
            raise QueryError(_line(error)) from error


def _zones_as_text(statement: str, types: list[str]) -> str:
    """Times with a zone would need a package more to become Python values; as text they need none."""
    if not any("ZONE" in kind for kind in types):
        return statement
    names = [f"c{place}" for place in range(len(types))]
    texts = [
        f"CAST({name} AS VARCHAR)" if "ZONE" in kind else name
        for name, kind in zip(names, types, strict=True)
    ]
    return f"SELECT {', '.join(texts)} FROM ({statement}) AS answer({', '.join(names)})"  # noqa: S608 - checked above


def _stored(kind: str) -> type:
    """The Python type in which values of a DuckDB type can be stored."""
    if kind == "BOOLEAN":
        return bool
    if kind.endswith(("INT", "INTEGER")):
        return int
    return float if kind in {"DOUBLE", "FLOAT"} or kind.startswith("DECIMAL") else str


def _load(connection: duckdb.DuckDBPyConnection, records: Iterable[bytes], lines: Path) -> None:
    """Make the table. A member of a form for which the table has no place is NULL; its record stays."""
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items()).lower()
    connection.execute(f"CREATE TABLE {TABLE} ({columns})")
    try:
        with lines.open("wb") as file:
            file.writelines(records)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        message = f"{lines.parent}: {error.strerror}; let TMPDIR name a folder with more room"
        raise QueryError(message) from error
    connection.read_json(
        str(lines),
        format="newline_delimited",
        columns=COLUMNS,
        maximum_object_size=_MOST_BYTES,
        ignore_errors=True,
    ).insert_into(TABLE)
    lines.unlink()
    lost = len(connection.table(TABLE).filter("eventname IS NULL").project("1").fetchall())
    if lost:
        raise QueryError(
            f"DuckDB cannot read {lost} of the records; see them by `audit events --format jsonl`"
        )


def _line(error: Exception) -> str:
    """The first line of a message: the others point into the translated text, which nobody wrote."""
    return str(error).strip().splitlines()[0]
