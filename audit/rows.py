"""An event as one flat row: what the table, CSV, JSON and Parquet outputs of `events` show."""

from __future__ import annotations

import msgspec

from audit.identity import identify
from audit.records import Record


class EventRow(msgspec.Struct, frozen=True):
    """Who did what, from where, when, with which result. Times are CloudTrail's own UTC text."""

    time: str
    who: str
    action: str
    result: str
    source_ip: str | None
    region: str | None
    identity: str
    credentials: str
    service: str | None
    on_behalf_of: str | None
    account: str | None
    event_source: str
    read_only: bool | None
    error_message: str | None
    user_agent: str | None
    arn: str | None
    request_id: str | None
    event_id: str | None
    log_file: str


TABLE_COLUMNS = ("time", "who", "action", "result", "source_ip", "region", "identity")


def row_of(record: Record) -> EventRow:
    """Flatten one record."""
    event = record.event
    identity = identify(event)
    return EventRow(
        time=event.event_time,
        who=identity.who,
        action=event.event_name,
        result=event.error_code or "ok",
        source_ip=event.source_ip_address,
        region=event.aws_region,
        identity=identity.kind,
        credentials=identity.credentials,
        service=identity.service,
        on_behalf_of=identity.on_behalf_of,
        account=event.recipient_account_id or identity.account_id,
        event_source=event.event_source,
        read_only=event.read_only,
        error_message=event.error_message,
        user_agent=event.user_agent,
        arn=identity.arn,
        request_id=event.request_id,
        event_id=event.event_id,
        log_file=record.key,
    )
