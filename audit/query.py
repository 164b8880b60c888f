"""SQL over delivered events: DuckDB here, Athena at scale, one text for both.

The table `cloudtrail` has the columns of the table that AWS gives for Athena:
https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table-understanding.html
SQL is written in Athena's dialect and translated for DuckDB, which then has neither files nor network.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from audit.errors import AuditError

QUERIES = Path(__file__).parent / "queries"
_MOST_BYTES = 256 * 2**20  # of one record: CloudTrail's own limit is a thousandth of it

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


_LOCKED = "SET TimeZone = 'UTC'; SET enable_external_access = false; SET lock_configuration = true"


class QueryError(AuditError):
    """The SQL cannot be run; the message says why."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a query answered: the columns' names and the rows."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def named_queries() -> dict[str, str]:
    """The SQL of each named query; its first line is a comment that says what it answers."""
    return {path.stem: path.read_text() for path in sorted(QUERIES.glob("*.sql"))}


def translated(sql: str) -> str:
    """The one SELECT that the text must be, from Athena's dialect to DuckDB's.

    Raises:
        QueryError: it is something else.

    """
    try:
        statements = [statement for statement in sqlglot.parse(sql, read="athena") if statement]
    except SqlglotError as error:
        raise QueryError(f"not SQL as Athena knows it: {str(error).splitlines()[0]}") from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise QueryError("only one SELECT is run: the logs are read, never changed")
    return statements[0].sql(dialect="duckdb")


def run(sql: str, records: Iterable[bytes]) -> Result:
    """Answer a SELECT in Athena's dialect over a table `cloudtrail` of these records (JSON lines).

    Raises:
        QueryError: the SQL is not one SELECT, or cannot be answered.

    """
    statement = translated(sql)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        lines = Path(folder, "records.jsonl")
        with lines.open("wb") as file:
            file.writelines(records)
        _load(connection, lines)
        connection.execute(_LOCKED)
        try:
            answer = connection.sql(statement)
            # Times with a zone would need a package more to become Python values; as text they need none.
            zoned = [
                name for name, kind in zip(answer.columns, answer.types, strict=True) if "ZONE" in str(kind)
            ]
            if zoned:
                quoted = [f'"{name.replace(chr(34), chr(34) * 2)}"' for name in zoned]
                answer = answer.project(
                    f"* REPLACE ({', '.join(f'CAST({name} AS VARCHAR) AS {name}' for name in quoted)})"
                )
            return Result(tuple(answer.columns), answer.fetchall())
        except duckdb.Error as error:
            raise QueryError(str(error).splitlines()[0]) from error


def _load(connection: duckdb.DuckDBPyConnection, lines: Path) -> None:
    relation = connection.read_json(
        str(lines),
        format="newline_delimited",
        columns=COLUMNS,
        maximum_object_size=_MOST_BYTES,
    )
    names = ", ".join(f'"{name}" AS {name.lower()}' for name in COLUMNS)
    relation.project(names).create("cloudtrail")
