"""Creations whose outcome was lost, found again by the record of the call itself.

Each creation bears a mark in its user agent: one part stands for the resource, one for the attempt. Where the
answer does not come, or the engine is killed before it could write the answer down, the local AWS's Event
history says what became of the call. Only what such a call made is ever taken over, never what was there
before.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from localaws.pulumi.aws import Aws, LostAnswerError, creation_marked
from localaws.pulumi.resources.base import ResourceType, region_of
from localaws.pulumi.wire import Properties

_ATTEMPTS = 5
_PAUSE_SECONDS = 0.2
_GLOBAL_SERVICES_REGION = "us-east-1"  # where CloudTrail records what IAM does


def create(kind: ResourceType, aws: Aws, urn: str, inputs: Properties) -> str:
    """Create a resource exactly once, even where answers are lost, and return its id."""
    for attempt in range(1, _ATTEMPTS + 1):
        mark = f"{mark_of(urn)}/{secrets.token_hex(8)}"
        try:
            with creation_marked(mark):
                return kind.create(aws, inputs)
        except LostAnswerError:
            made = next(_made_by(kind, aws, mark, inputs), None)
            if made is not None:
                return made
            if attempt == _ATTEMPTS:
                raise
        time.sleep(_PAUSE_SECONDS * 2**attempt)
    raise AssertionError("unreachable")


def unrecorded(
    kind: ResourceType, aws: Aws, urn: str, inputs: Properties, recorded: Collection[str]
) -> str | None:
    """The id of what creating this resource made last, unless a state has recorded it. None if nothing."""
    return next((made for made in _made_by(kind, aws, mark_of(urn), inputs) if made not in recorded), None)


def mark_of(urn: str) -> str:
    """The mark of a resource's creations in their user agent."""
    return f"pulumi-resource/{hashlib.sha256(urn.encode()).hexdigest()[:16]}"


def _made_by(kind: ResourceType, aws: Aws, mark: str, inputs: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ids that successful creations with this mark made, the newest first."""
    if kind.creation is None:
        return
    region = region_of(aws, inputs)
    if kind.creation.service == "iam":
        region = _GLOBAL_SERVICES_REGION
    history = aws.client("cloudtrail", region).get_paginator("lookup_events")
    named = {"AttributeKey": "EventName", "AttributeValue": kind.creation.operation}
    try:
        for page in history.paginate(LookupAttributes=[named]):
            for event in page["Events"]:
                record = json.loads(event["CloudTrailEvent"])
                if mark in record.get("userAgent", "") and "errorCode" not in record:
                    yield _at(record, kind.creation.id_path)
    except ClientError:  # an AWS without Event history: nothing can be known
        return


def _at(record: Any, path: tuple[str, ...]) -> str:
    for step in path:
        record = record[step]
    return str(record)
