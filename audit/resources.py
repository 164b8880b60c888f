"""What an event was about, in one short text: the resource that was asked for, or the one that came of it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from audit.records import Record
from audit.targets import NEWEST_OF

_ARN = re.compile(rb'"(arn:[a-z-]+:[a-z0-9-]+:[^"\\]+)"')
_LISTED = re.compile(rb'"resources"\s*:\s*\[[^\]]*?"ARN"\s*:\s*"(arn:[^"\\]+)"')
# The member that names what was asked for, where no ARN does: bucketName, roleName, keyId, name, resourceId …
_NAMED = re.compile(rb'"(?:name|[a-z][a-zA-Z]*(?:Name|Id|Identifier))"\s*:\s*"([^"\\]+)"')
_REFUSED = re.compile(r"on resource: (arn:\S+)")
_NEAR = 4096  # bytes in which the first of the listed resources stands; a hostile list may be long
_MAKES = ("Create", "Import")


class Resource(NamedTuple):
    """`name` is short, such as image-pipeline/nightly; `arn` is whole, None where the event gives none."""

    name: str
    arn: str | None


def resource_of(record: Record) -> Resource | None:
    """The resource that a call was about: what it made, else what its request names; None if it names none.

    A request that names none is looked up in the record's own list of resources, and a refused one in
    the message that refuses it.
    """
    event = record.event
    asked = event.request_parameters
    if event.event_name.startswith(_MAKES):
        for arn in _ARN.findall(event.response_elements):
            if not NEWEST_OF.search(arn):
                return _resource(arn)
    found = _ARN.search(asked)
    if found:
        return _resource(found[1])
    at = record.text.find(b'"resources"')
    listed = _LISTED.match(record.text, at, at + _NEAR) if at >= 0 else None
    if listed:
        return _resource(listed[1])
    named = _NAMED.search(asked)
    if named:
        return Resource(named[1].decode(errors="replace"), None)
    refused = _REFUSED.search(event.error_message) if event.error_message else None
    return _resource(refused[1].encode()) if refused else None


@lru_cache(maxsize=16_384)  # ARNs recur; an upper bound, because events choose them
def _resource(arn: bytes) -> Resource:
    whole = arn.decode(errors="replace")
    return Resource(whole.split(":", 5)[-1], whole)
