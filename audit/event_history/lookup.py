"""LookupEvents for one account and Region: one server-side attribute, paced, retried, page by page.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from audit.selection import Selection

CALLS_PER_SECOND = 2  # of LookupEvents, per account and Region; not adjustable
PAGE_SIZE = 50
_WINDOW_SECONDS = 1.0  # in which the limit counts
_CLOCK_SECONDS = 0.003  # by which two measured times may differ from the service's
_JITTER_SECONDS = 0.05  # a call that was longer under way than this may cost another one's being throttled
_FIRST_RETRY_SECONDS = 0.02
_SHORT_RETRY_SECONDS = 0.1  # a fifth of what a call costs anyway
_SHORT_RETRIES = 8  # after these, somebody else uses the limit up: leave it to them, longer and longer
_LONGEST_RETRY_SECONDS = 2.0
_ACCESS_KEY = re.compile(r"(?:AKIA|ASIA)[A-Z0-9]{12,124}")
_THROTTLED = frozenset(
    {"ThrottlingException", "Throttling", "RequestLimitExceeded", "TooManyRequestsException"}
)
_LONGEST_FAILING_SECONDS = 60.0  # of throttling or of lost connections, one after the other
_MENDS = {
    "AccessDenied": "allow cloudtrail:LookupEvents to this identity",
    "AccessDeniedException": "allow cloudtrail:LookupEvents to this identity",
    "ExpiredToken": "renew the credentials and run the same command again",
    "ExpiredTokenException": "renew the credentials and run the same command again",
    "UnrecognizedClientException": "check that the account has this Region enabled",
    "InvalidClientTokenId": "check that the account has this Region enabled",
}
_PASSING = frozenset({"InternalFailure", "InternalError", "ServiceUnavailable", "RequestTimeout"})


class LookupFailedError(Exception):
    """Event history of one account and Region cannot be read; the message is one line that says why."""


@dataclass(frozen=True, slots=True)
class Window:
    """First and last event time asked for, both included, to the second; None leaves an end open."""

    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """Up to 50 events, newest first, as the API gives them; `last` says that no older ones are left."""

    events: tuple[Mapping[str, Any], ...]
    last: bool


def attribute_of(selection: Selection, resource: str | None) -> list[dict[str, str]]:
    """The one attribute that the API filters by: of those asked for, the one that fewest events have."""
    candidates = [
        ("EventId", _only(selection.event_ids)),
        ("AccessKeyId", _access_key(selection)),
        ("ResourceName", resource),
        ("EventName", _only(selection.event_names)),
        ("EventSource", _only(selection.event_sources)),
        ("ReadOnly", None if selection.read_only is None else str(selection.read_only).lower()),
    ]
    chosen = next(((key, value) for key, value in candidates if value), None)
    return [{"AttributeKey": chosen[0], "AttributeValue": chosen[1]}] if chosen and chosen[1] else []


def pages(
    client: Any, attribute: list[dict[str, str]], window: Window, stop: threading.Event
) -> Iterator[Page]:
    """Yield the pages of one account and Region, as fast as its limit allows; ends early once `stop` is set.

    Raises:
        LookupFailedError: the call is refused, or fails again and again.

    """
    request: dict[str, Any] = {"MaxResults": PAGE_SIZE}
    if attribute:
        request["LookupAttributes"] = attribute
    if window.start is not None:
        request["StartTime"] = window.start
    if window.end is not None:
        request["EndTime"] = window.end
    caller = _PacedCaller(client, stop)
    while not stop.is_set():
        answer = caller.call(request)
        if answer is None:
            return
        token = answer.get("NextToken")
        yield Page(tuple(answer.get("Events", ())), last=not token)
        if not token:
            return
        request["NextToken"] = token


class _PacedCaller:
    """Calls twice a second at most, and again after throttling: the same page, so that none is lost.

    The service counts a call when it arrives, and only its sending and its answer are seen here. What it took
    longer than the quickest call may have been its way there, so the next but one is sent as much later:
    else that one would arrive too early, and be throttled on account of our own calls.
    """

    def __init__(self, client: Any, stop: threading.Event) -> None:
        self._client = client
        self._stop = stop
        self._made = deque([(float("-inf"), 0.0)] * CALLS_PER_SECOND, maxlen=CALLS_PER_SECOND)
        self._quickest = float("inf")

    def call(self, request: Mapping[str, Any]) -> Mapping[str, Any] | None:
        failures, pause, patience = 0, self._due() - time.monotonic(), float("inf")
        while True:
            if self._stop.wait(max(0.0, pause)):
                return None
            sent = time.monotonic()
            try:
                answer: Mapping[str, Any] = self._client.lookup_events(**request)
            except (BotoCoreError, ClientError) as error:
                failures += 1
                patience = min(patience, sent + _LONGEST_FAILING_SECONDS)
                if time.monotonic() >= patience or not _passes(error):
                    raise LookupFailedError(_told(error)) from error
                pause = _retry_seconds(failures)
            else:
                took = time.monotonic() - sent
                self._quickest = min(self._quickest, took)
                self._made.append((sent, took))  # a call that was refused does not count
                return answer

    def _due(self) -> float:
        """When the next call may be sent."""
        sent, took = self._made[0]
        return sent + min(took - self._quickest, _JITTER_SECONDS) + _WINDOW_SECONDS + _CLOCK_SECONDS


def _retry_seconds(failures: int) -> float:
    """How long to wait after so many failures in a row."""
    short = min(_FIRST_RETRY_SECONDS * 2.0 ** (failures - 1), _SHORT_RETRY_SECONDS)
    return float(min(short * 2.0 ** max(0, failures - _SHORT_RETRIES), _LONGEST_RETRY_SECONDS))


def _passes(error: BotoCoreError | ClientError) -> bool:
    """Whether the same call may succeed a moment later."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return error.response["Error"]["Code"] in _THROTTLED | _PASSING or status >= 500
    return type(error).__name__ in {"ConnectionClosedError", "ReadTimeoutError", "ConnectTimeoutError"}


def _told(error: BotoCoreError | ClientError) -> str:
    """What went wrong and, where it is known, what corrects it."""
    if not isinstance(error, ClientError):
        return str(error)
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    told = f"LookupEvents: {code}: {message}"
    return f"{told.rstrip('.')}; {_MENDS[code]}" if code in _MENDS else told


def _only(values: frozenset[str]) -> str | None:
    return next(iter(values)) if len(values) == 1 else None


def _access_key(selection: Selection) -> str | None:
    identity = _only(selection.identities)
    return identity if identity and _ACCESS_KEY.fullmatch(identity) else None
