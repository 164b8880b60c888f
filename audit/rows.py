"""An event as one flat row: what the table, CSV, JSON and Parquet outputs of `events` show."""

from __future__ import annotations

import msgspec

from audit.identity import identify
from audit.records import Record
from audit.resources import resource_of
from console.output import Time


class EventRow(msgspec.Struct, frozen=True):
    """Who did what, on what, from where, when, with which result. Times are CloudTrail's own UTC text.

    `resource` is the short name of what the call was about, such as image-pipeline/nightly, and
    `resource_arn` its ARN where the event gives one.
    """

    time: Time
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
    resource: str | None
    resource_arn: str | None


_NONE = (None, None)
TABLE_COLUMNS = ("time", "who", "action", "resource", "result", "source_ip", "region", "identity")


def row_of(record: Record) -> EventRow:
    """Flatten one record."""
    event = record.event
    identity = identify(event)
    return EventRow(  # by position: by name costs half as much again, for each event
        event.event_time,
        identity.who,
        event.event_name,
        event.error or "ok",
        event.source_ip_address,
        event.aws_region,
        identity.kind,
        identity.credentials,
        identity.service,
        identity.on_behalf_of,
        event.recipient_account_id or identity.account_id,
        event.event_source,
        event.read_only,
        event.error_message,
        event.user_agent,
        identity.arn,
        event.request_id,
        event.event_id,
        record.key,
        *(resource_of(record) or _NONE),
    )
