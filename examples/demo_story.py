"""What happens in the demo once the trail is there: calls are made, delivered, and reported."""

from __future__ import annotations

import json
import time
import urllib.request
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from audit import logs
from audit.commands.report import report
from audit.records import Record
from audit.selection import Selection
from audit.sources.source import Source, SourceError
from console.messages import say
from examples import identities
from examples.imagebuilder_calls import perform
from examples.imagebuilder_story import UnexpectedAnswerError

ROOT_CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
PATIENCE_SECONDS = 300.0  # as much as a machine that is busy otherwise may need
SERVICE = "config.amazonaws.com"
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class RefusedError(Exception):
    """The local AWS refused a call that the demo counts on; the message says which."""


FAILURES = (RefusedError, UnexpectedAnswerError, SourceError, ClientError, BotoCoreError, OSError)
"""What can go wrong in the story, each told by its message."""


def wake_services(endpoint: str) -> None:
    """Ask EC2 for something: image builds launch instances, and its first answer takes a second."""
    identities.client("ec2", endpoint, identities.REGIONS[0], ROOT_CREDENTIALS).describe_regions()


def make_calls(endpoint: str) -> list[str]:
    """Make every Image Builder action at least once; return the request IDs of all calls."""
    credentials = identities.create(endpoint, ROOT_CREDENTIALS)
    clients = identities.imagebuilder_clients(endpoint, credentials)
    performed = list(perform(clients))
    services = [
        as_a_service(endpoint, operation, region)
        for operation in ("ListImagePipelines", "ListImageRecipes")
        for region in identities.REGIONS
    ]
    actions = {call.operation for call in performed}
    failed = Counter(call.error_code for call in performed if call.error_code)
    say(
        f"made {len(performed) + len(services)} Image Builder calls: {len(actions)} actions,"
        f" {len(clients) + 1} identities, {len(identities.REGIONS)} Regions, {failed.total()} failing"
    )
    return [call.request_id for call in performed] + services


def as_a_service(endpoint: str, operation: str, region: str) -> str:
    """Have an AWS service make an Image Builder call; return the call's request ID.

    Raises:
        RefusedError: the call failed.

    """
    body = {
        "service": "imagebuilder",
        "operation": operation,
        "region": region,
        "service_principal": SERVICE,
    }
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{endpoint}/_localaws/invoke", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with _DIRECT.open(request, timeout=PATIENCE_SECONDS) as response:
        answer = json.load(response)
    if "error" in answer:
        raise RefusedError(f"{operation} by {SERVICE} failed: {answer['error']}")
    return str(answer["result"]["requestId"])


def delivered(deployed: dict[str, Any], request_ids: Sequence[str], html: Path | None) -> set[str]:
    """Wait until every call is in the trail's bucket, report who did what, and return what was found.

    The report is printed, or written to `html` as a page.
    """
    place = f"s3://{deployed['bucket_name']}/{deployed['key_prefix']}".rstrip("/")
    say(f"waiting for delivery to {place} …")
    source = logs.open_source(place, region=deployed["region"])
    found = wait_for_delivery(source, request_ids)
    report(source, Selection(), html=html)
    return found


def wait_for_delivery(source: Source, request_ids: Sequence[str]) -> set[str]:
    """Read the bucket until every call is in it, or patience ends; return the request IDs found."""
    wanted = set(request_ids)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        records = (item for item in logs.read(source, Selection()) if isinstance(item, Record))
        found = wanted & {record.event.request_id or "" for record in records}
        if found == wanted or time.monotonic() > deadline:
            return found
        time.sleep(0.2)
