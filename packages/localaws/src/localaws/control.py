"""The local AWS's own endpoints under `/_localaws/`: clock, faults, deliveries. JSON, never recorded."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import UnknownServiceError
from botocore.model import OperationNotFoundError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug.datastructures import Headers

from localaws.errors import AwsError
from localaws.faults import parse_faults
from localaws.proof import claim
from localaws.protocol import Response

if TYPE_CHECKING:
    from localaws.cloud import LocalCloud

PREFIX = "/_localaws/"
VERSION = "0.1.0"


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Clock(_Body):
    offset_seconds: float | None = None
    time: datetime | None = None


class _Invocation(_Body):
    service: str
    operation: str
    parameters: dict[str, Any] = Field(default_factory=dict)
    region: str = "us-east-1"
    account_id: str = "123456789012"
    service_principal: str
    on_behalf_of_arn: str | None = None


class _Record(BaseModel):
    """A CloudTrail record: what it cannot do without, and whatever else it has."""

    model_config = ConfigDict(extra="allow")

    eventID: str  # noqa: N815 - CloudTrail's own names, here and below
    eventName: str  # noqa: N815
    eventSource: str  # noqa: N815
    eventTime: str = Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")  # noqa: N815
    awsRegion: str  # noqa: N815
    recipientAccountId: str = Field(pattern=r"^\d{12}$")  # noqa: N815
    userIdentity: dict[str, Any]  # noqa: N815


class _Records(_Body):
    Records: list[_Record]


class Control:
    """Answers the control endpoints."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self._endpoints: dict[tuple[str, str], Callable[[Any], Any]] = {
            ("GET", "info"): self._info,
            ("POST", "clock"): self._clock,
            ("POST", "deliver"): self._deliver,
            ("POST", "digests"): self._digests,
            ("POST", "records"): self._records,
            ("GET", "faults"): self._faults,
            ("POST", "faults"): self._add_faults,
            ("DELETE", "faults"): self._clear_faults,
            ("POST", "invoke"): self._invoke,
            ("POST", "reset"): self._reset,
        }

    def owns(self, path: str) -> bool:
        """Whether a path is one of the control endpoints'."""
        return path.startswith(PREFIX)

    def answer(self, environ: dict[str, Any], body: bytes) -> Response:
        """Answer a request to a control endpoint: 200, or 400/404/405 with `{"error": …}`."""
        method, name = environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix(PREFIX)
        endpoint = self._endpoints.get((method, name))
        if endpoint is None:
            known = sorted(f"{verb} {PREFIX}{known}" for verb, known in self._endpoints)
            return _json(404, {"error": f"no {method} {PREFIX}{name}; there are {', '.join(known)}"})
        try:
            document = json.loads(body) if body.strip() else {}
        except ValueError as error:
            return _json(400, {"error": f"the body is no JSON: {error}"})
        try:
            return _json(200, endpoint(document))
        except ValidationError as error:
            problems = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
            return _json(400, {"error": "; ".join(problems)})
        except (UnknownServiceError, OperationNotFoundError) as error:
            return _json(400, {"error": f"botocore knows no such service or operation: {error}"})
        except AwsError as error:
            return _json(200, {"error": {"code": error.code, "message": error.message}})

    def _info(self, _body: Any) -> Any:
        return claim() | {
            "instance": self._cloud.instance,
            "version": VERSION,
            "time": self._cloud.now().isoformat(),
            "native_services": sorted(self._cloud.native),
        }

    def _clock(self, body: Any) -> Any:
        asked = _Clock.model_validate(body)
        if asked.time is not None:
            moment = asked.time if asked.time.tzinfo else asked.time.replace(tzinfo=UTC)
            self._cloud.move_clock(moment - datetime.now(UTC))
        else:
            self._cloud.move_clock(timedelta(seconds=asked.offset_seconds or 0))
        return {"time": self._cloud.now().isoformat()}

    def _deliver(self, _body: Any) -> Any:
        return _counts(self._cloud.cloudtrail.flush())

    def _digests(self, _body: Any) -> Any:
        return _counts(self._cloud.cloudtrail.deliver_digests())

    def _records(self, body: Any) -> Any:
        records = _Records.model_validate(body).Records
        return {"accepted": self._cloud.cloudtrail.seed(record.model_dump() for record in records)}

    def _faults(self, _body: Any) -> Any:
        return self._cloud.faults.described()

    def _add_faults(self, body: Any) -> Any:
        self._cloud.faults.add(parse_faults(body))
        return self._cloud.faults.described()

    def _clear_faults(self, _body: Any) -> Any:
        self._cloud.faults.clear()
        return []

    def _invoke(self, body: Any) -> Any:
        asked = _Invocation.model_validate(body)
        arn = asked.on_behalf_of_arn
        result = self._cloud.invoke(
            asked.service,
            asked.operation,
            asked.parameters,
            region=asked.region,
            account_id=asked.account_id,
            service_principal=asked.service_principal,
            on_behalf_of=None if arn is None else self._cloud.identities.by_arn(arn, asked.region),
        )
        return {"result": result}

    def _reset(self, _body: Any) -> Any:
        self._cloud.reset()
        return {"instance": self._cloud.instance}


def _counts(delivered: Any) -> Any:
    return delivered if delivered is not None else {}


def _json(status: int, document: Any) -> Response:
    return Response(
        status, Headers({"Content-Type": "application/json"}), json.dumps(document, default=str).encode()
    )
