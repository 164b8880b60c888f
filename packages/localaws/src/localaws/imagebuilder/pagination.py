"""Cuts lists into pages, newest first, with tokens that stay good when items come or go in between."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from typing import Any

from localaws.imagebuilder.exceptions import InvalidPaginationTokenException

DEFAULT_PAGE = 25

Entry = tuple[int, dict[str, Any]]


def page(
    operation: str, parameters: Mapping[str, Any], member: str, entries: Iterable[Entry]
) -> dict[str, Any]:
    """The output members of a listing: up to `maxResults` items, and `nextToken` where more follow.

    Each entry is a sequence number, unique and rising with age of creation, and the item itself.

    Raises:
        InvalidPaginationTokenException: the token is not one of this operation's.

    """
    ordered = sorted(entries, key=lambda entry: entry[0], reverse=True)
    token = parameters.get("nextToken")
    if token is not None:
        last = _read(operation, token)
        ordered = [entry for entry in ordered if entry[0] < last]
    size = parameters.get("maxResults") or DEFAULT_PAGE
    shown = ordered[:size]
    output: dict[str, Any] = {member: [item for _, item in shown]}
    if len(ordered) > size:
        output["nextToken"] = _write(operation, shown[-1][0])
    return output


def _write(operation: str, last: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([operation, last]).encode()).decode()


def _read(operation: str, token: str) -> int:
    try:
        given, last = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, TypeError, binascii.Error):
        given, last = None, None
    if given != operation or not isinstance(last, int):
        raise InvalidPaginationTokenException(
            "The pagination token is not valid. Use the nextToken of the previous response."
        )
    return last
