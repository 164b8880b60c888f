"""SQL over delivered events: DuckDB here, Athena at scale, one text for both.

The table `cloudtrail` has the columns of the table that AWS gives for Athena:
https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table-understanding.html
SQL is written in Athena's dialect, said for DuckDB (audit.athena), which then has neither files nor network.
What is not known to have the same answer is refused.
"""

from __future__ import annotations

import errno
import logging
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from audit.athena import faults, words
from audit.athena.relations import Reader
from audit.athena.types import INTEGERS, ZONED, QueryError, Type, read_type
from console.output import LocalTime, Time

__all__ = ["COLUMNS", "QueryError", "Result", "Translation", "answered", "run", "translated"]

TABLE = "cloudtrail"
DEFAULT_MEMORY = 120 * 2**20  # bytes that DuckDB may take; a third as much comes besides
_PIECE = 4 * 2**20  # bytes of records that are loaded at a time: with more, loading takes the memory
_LEAST_OBJECT = 2**20  # bytes of a record for which DuckDB has room anyway
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
    SET threads = 1;  -- each takes memory of its own where it sorts
    SET TimeZone = 'UTC';
    SET autoinstall_known_extensions = false; SET autoload_known_extensions = false;
    SET enable_external_access = false; SET lock_configuration = true
"""
_TOO_LARGE = (
    "the answer takes more than {} MiB of memory at a time; name fewer columns, "
    "narrow it by --start and --end, or raise --memory-mib"
)
_CHANGES = (exp.DML, exp.DDL, exp.Command, exp.Into)

logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # what it has to say comes as an error, once


@dataclass(frozen=True, slots=True)
class Result:
    """What a query answers: the columns' names and types, and the rows as they come, once.

    A type is that in which a value can be stored: bool, int, float, str, or a time as text.
    """

    columns: tuple[str, ...]
    types: tuple[Any, ...]
    rows: Iterator[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Translation:
    """DuckDB's SQL for one of Athena's, and the columns that it answers: their names and Athena's types.

    `named` has the name in the query of each column that the SQL calls otherwise.
    """

    sql: str
    columns: tuple[str, ...]
    types: tuple[Type, ...]
    named: Mapping[str, str] = field(default_factory=dict)


def translated(sql: str) -> Translation:
    """The one SELECT that the text must be, said for DuckDB with the same meaning.

    Raises:
        QueryError: it is something else, asks for another table, or is not answered here as by Athena.

    """
    try:
        words.check(sql)
        parsed = sqlglot.parse(sql, read="athena")
        statements = [one for one in parsed if one and not isinstance(one, exp.Semicolon)]
        if len(statements) != 1 or not isinstance(statements[0], exp.Query) or statements[0].find(*_CHANGES):
            raise QueryError(_other(sql))
        reader = Reader({TABLE: column_types()}, datetime.now(UTC).replace(tzinfo=None))
        found = reader.query(statements[0])
    except SqlglotError as error:
        raise QueryError(f"not SQL as Athena knows it: {faults.of_parser(str(error))}") from error
    except RecursionError as error:
        raise QueryError("the SQL is nested too deeply") from error
    names = (name or f"_col{place}" for place, name in enumerate(found.names))
    for kind in found.types:
        _check_answer(kind)
    return Translation(found.sql, tuple(names), found.types, reader.named)


def _other(sql: str) -> str:
    """Why a text is not run that is not one SELECT."""
    word = sql.split(maxsplit=1)[0].upper() if sql.split() else ""
    if word == "EXPLAIN":
        return (
            "EXPLAIN is not answered here: there is no plan of Athena's; leave the word out to run the SELECT"
        )
    if word in {"SHOW", "DESCRIBE", "DESC"}:
        return f"{word} is answered only for columns: the one table is {TABLE}; DESCRIBE {TABLE} lists them"
    return "only one SELECT is run: the logs are read, never changed"


@cache
def column_types() -> dict[str, Type]:
    """Athena's types of the table's columns."""
    return {name.lower(): read_type(exp.DataType.build(kind, "duckdb")) for name, kind in COLUMNS.items()}


def _check_answer(kind: Type) -> None:
    if kind.name == "interval":
        raise QueryError("Athena's SQL, but not answered here: a column of intervals")
    for part in kind.parts:
        _check_answer(part)


def run(sql: str, records: Iterable[bytes], memory: int = DEFAULT_MEMORY) -> Result:
    """Answer a SELECT in Athena's dialect over a table `cloudtrail` of these records (JSON lines).

    `memory` is in bytes: what does not fit into it is in a folder that vanishes.

    Raises:
        QueryError: the SQL is not one SELECT, or cannot be answered. What fails only at some later row is
            raised from the rows.

    """
    translation = translated(sql)
    answers = answered(translation, records, memory)
    next(answers)  # what is wrong with all rows is told before the first
    return Result(translation.columns, tuple(map(_stored, translation.types)), answers)


def answered(
    translation: Translation, records: Iterable[bytes], memory: int = DEFAULT_MEMORY
) -> Iterator[tuple[Any, ...]]:
    """Nothing, then the rows."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute("SET temp_directory = ?", [folder])
        connection.execute(f"SET memory_limit = '{memory}B'; SET threads = 2")
        told = [kind if _holds_time(kind) else None for kind in translation.types]
        try:
            _load(connection, records, Path(folder, "records.jsonl"))
            connection.execute(_LOCKED)
            connection.execute(translation.sql)
            batch = connection.fetchmany(_BATCH)
            yield ()
            while batch:
                for row in batch:
                    yield tuple(
                        _told(value, kind) if kind else value for value, kind in zip(row, told, strict=True)
                    )
                batch = connection.fetchmany(_BATCH)
        except duckdb.OutOfMemoryException as error:
            raise QueryError(_TOO_LARGE.format(memory // 2**20)) from error
        except duckdb.Error as error:
            raise QueryError(faults.of_engine(str(error), translation.named)) from error


def _holds_time(kind: Type) -> bool:
    return kind.name in {"timestamp", ZONED} or any(map(_holds_time, kind.parts))


def _told(value: Any, kind: Type) -> Any:
    """A value with its timestamps as Athena writes them: to the millisecond, and their zone."""
    if value is None or not _holds_time(kind):
        return value
    if kind.name == "array":
        return [_told(each, kind.parts[0]) for each in value]
    if kind.name == "map":
        return {_told(key, kind.parts[0]): _told(each, kind.parts[1]) for key, each in value.items()}
    if kind.name == "row":
        return {name: _told(each, part) for (name, each), part in zip(value.items(), kind.parts, strict=True)}
    return value.isoformat(" ", "milliseconds") + (" UTC" if kind.name == ZONED else "")


def _stored(kind: Type) -> Any:
    """The Python type in which values of a type can be stored."""
    if kind.name in {"timestamp", ZONED}:
        return Time if kind.name == ZONED else LocalTime
    if kind.name in INTEGERS:
        return int
    return {"boolean": bool, "double": float, "decimal": float}.get(kind.name, str)


def _load(connection: duckdb.DuckDBPyConnection, records: Iterable[bytes], lines: Path) -> None:
    """Make the table. A member of a form for which the table has no place is NULL; its record stays."""
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items()).lower()
    connection.execute(f"CREATE TABLE {TABLE} ({columns})")
    try:
        for longest in _pieces(records, lines):
            connection.read_json(
                str(lines),
                format="newline_delimited",
                columns=COLUMNS,
                maximum_object_size=max(longest, _LEAST_OBJECT),
                ignore_errors=True,
            ).insert_into(TABLE)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        message = f"{lines.parent}: {error.strerror}; let TMPDIR name a folder with more room"
        raise QueryError(message) from error
    lost = len(connection.table(TABLE).filter("eventname IS NULL").project("1").fetchall())
    if lost:
        raise QueryError(
            f"DuckDB cannot read {lost} of the records; see them by `audit events --format jsonl`"
        )


def _pieces(records: Iterable[bytes], lines: Path) -> Iterator[int]:
    """Write the records into the file piece by piece; for each piece, the bytes of its longest line."""
    file, size, longest = lines.open("wb"), 0, 0
    with file:
        for record in records:
            file.write(record)
            size += len(record)
            longest = max(longest, *map(len, record.splitlines()), 0)
            if size >= _PIECE:
                file.flush()
                yield longest
                file.seek(0)
                file.truncate()
                size = longest = 0
        file.flush()
        if size:
            yield longest
    lines.unlink()
