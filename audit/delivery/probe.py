"""The probe: an Image Builder call that can be told from every other.

https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_ListComponents.html
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from audit.sources.source import SourceError

_DOCUMENT = """name: audit-verify
schemaVersion: 1.0
phases:
  - name: build
    steps:
      - name: Nothing
        action: ExecuteBash
        inputs:
          commands: [":"]
"""


@dataclass(frozen=True, slots=True)
class Probe:
    """A call that was made: its request ID is the mark by which it is found again."""

    event_name: str
    request_id: str
    read_only: bool
    made_at: datetime
    aws_time: datetime
    region: str
    refused: str | None


def read(imagebuilder: Any) -> list[Probe]:
    """Ask for components of a name that nobody has: changes nothing, costs nothing.

    Raises:
        SourceError: Image Builder cannot be reached.

    """
    name = f"audit-verify-{uuid.uuid4()}"
    filters = [{"name": "name", "values": [name]}]
    probe, _ = _call(imagebuilder, "list_components", read_only=True, owner="Self", filters=filters)
    return [probe]


def write(imagebuilder: Any) -> list[Probe]:
    """Create a component that does nothing, and delete it.

    Raises:
        SourceError: Image Builder cannot be reached.

    """
    created, answer = _call(
        imagebuilder,
        "create_component",
        read_only=False,
        name=f"audit-verify-{uuid.uuid4()}",
        semanticVersion="1.0.0",
        platform="Linux",
        data=_DOCUMENT,
        description="Made and deleted by `audit verify` to see its record delivered.",
    )
    if created.refused is not None:
        return [created]
    arn = answer["componentBuildVersionArn"]
    try:
        deleted, _ = _call(imagebuilder, "delete_component", read_only=False, componentBuildVersionArn=arn)
    except SourceError as error:
        raise SourceError(f"{error}; {arn} is left behind: delete it") from error
    if deleted.refused is not None:
        deleted = replace(deleted, refused=f"{deleted.refused}; {arn} is left behind: delete it")
    return [created, deleted]


def _call(
    imagebuilder: Any, method: str, *, read_only: bool, **parameters: Any
) -> tuple[Probe, Mapping[str, Any]]:
    made_at, refused = datetime.now(UTC), None
    try:
        answer = getattr(imagebuilder, method)(**parameters)
    except ClientError as error:
        answer, refused = (
            error.response,
            f"{error.response['Error']['Code']}: {error.response['Error']['Message']}",
        )
    except BotoCoreError as error:
        raise SourceError(
            f"Image Builder cannot be reached: {error}; check credentials and endpoint"
        ) from error
    metadata = answer["ResponseMetadata"]
    date = metadata.get("HTTPHeaders", {}).get("date")
    return Probe(
        event_name="".join(word.title() for word in method.split("_")),
        request_id=metadata.get("RequestId", ""),
        read_only=read_only,
        made_at=made_at,
        aws_time=parsedate_to_datetime(date) if date else made_at,
        region=imagebuilder.meta.region_name,
        refused=refused,
    ), answer
