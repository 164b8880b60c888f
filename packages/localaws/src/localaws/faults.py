"""Faults on request: what goes wrong when a test asks for it, to show what a client does then."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, TypeAdapter

from localaws.call import Call
from localaws.errors import AwsError


class DropConnection(Exception):  # noqa: N818 - an order to the server, not an error of AWS
    """Close the connection without an answer."""


class Fault(BaseModel):
    """One thing that goes wrong.

    Patterns are shell patterns (`Put*`). The first `after` calls that match are spared, the next `count` hit.
    Kinds: `throttle` and `deny` answer with AWS's errors, `error` with `code`, `message` and `status`; `slow`
    waits `seconds`; `drop` closes the connection; `kill` ends the process. With `when: after`, the call is
    carried out and recorded, and then its answer is replaced or lost.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    kind: Literal["throttle", "deny", "slow", "drop", "kill", "error"]
    service: str = "*"
    operation: str = "*"
    region: str = "*"
    account_id: str = "*"
    caller: str = "*"
    count: int | None = Field(default=None, ge=1)
    after: int = Field(default=0, ge=0)
    when: Literal["before", "after"] = "before"
    seconds: float = Field(default=1.0, ge=0, le=86_400)
    code: str = Field(default="InternalFailure", pattern=r"^[\w.:-]+$")
    message: str = "The request processing has failed because of an unknown error, exception or failure."
    status: int = Field(default=500, ge=400, le=599)

    _matches: int = PrivateAttr(default=0)

    def hits(self, call: Call, when: str) -> bool:
        """Whether this call is one that the fault befalls. Counts the calls that match."""
        if when != self.when or not self._matched_by(call):
            return False
        self._matches += 1
        past = self._matches - self.after
        return past > 0 and (self.count is None or past <= self.count)

    def described(self) -> dict[str, Any]:
        """The fault as asked for, with the number of calls that matched."""
        return {**self.model_dump(), "matches": self._matches}

    def _matched_by(self, call: Call) -> bool:
        caller = call.caller.arn or call.caller.invoked_by or ""
        pairs = (
            (call.service, self.service),
            (call.operation, self.operation),
            (call.region, self.region),
            (call.account_id, self.account_id),
            (caller, self.caller),
        )
        return all(fnmatchcase(value, pattern) for value, pattern in pairs)


class Faults:
    """The faults asked for."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, faults: Sequence[Fault]) -> None:
        """Take more faults; the oldest that befalls a call decides."""
        with self._lock:
            self._faults.extend(faults)

    def clear(self) -> None:
        """Go wrong no more."""
        with self._lock:
            self._faults.clear()

    def described(self) -> list[dict[str, Any]]:
        """All faults with how often they matched."""
        with self._lock:
            return [fault.described() for fault in self._faults]

    def befall(self, call: Call, when: Literal["before", "after"]) -> None:
        """Let the call suffer what was asked for.

        Raises:
            AwsError: it is throttled, denied, or fails.
            DropConnection: its client gets no answer.

        """
        if not self._faults:
            return
        with self._lock:
            hit = [fault for fault in self._faults if fault.hits(call, when)]
        if hit:
            _strike(hit[0], call)


def parse_faults(body: Any) -> list[Fault]:
    """Read a list of faults (or a single one) from JSON.

    Raises:
        pydantic.ValidationError: it is none.

    """
    return TypeAdapter(list[Fault]).validate_python(body if isinstance(body, list) else [body])


def _strike(fault: Fault, call: Call) -> None:
    if fault.kind == "slow":
        time.sleep(fault.seconds)
    elif fault.kind == "throttle":
        raise AwsError("Rate exceeded", code=_throttling_code(call.service))
    elif fault.kind == "deny":
        caller, action = call.caller.arn or call.caller.invoked_by, f"{call.service}:{call.operation}"
        message = f"User: {caller} is not authorized to perform: {action} with an explicit deny"
        raise AwsError(message, code="AccessDenied", http_status=403)
    elif fault.kind == "error":
        raise AwsError(fault.message, code=fault.code, http_status=fault.status)
    elif fault.kind == "drop":
        raise DropConnection
    else:
        os.kill(os.getpid(), signal.SIGKILL)


def _throttling_code(service: str) -> str:
    """The code by which each service says that it is asked too often, where botocore's retries know it."""
    return {"s3": "SlowDown", "ec2": "RequestLimitExceeded", "iam": "Throttling", "sts": "Throttling"}.get(
        service, "ThrottlingException"
    )
