"""The local AWS's own endpoints under `/_localaws/`: clock, faults, deliveries. JSON, never recorded."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import UnknownServiceError
from botocore.model import OperationNotFoundError
from botocore.validate import ParamValidator
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from werkzeug.datastructures import Headers

from localaws.errors import AwsError
from localaws.faults import parse_faults
from localaws.models import service_model
from localaws.proof import claim
from localaws.protocol import Response

if TYPE_CHECKING:
    from localaws.cloud import LocalCloud

PREFIX = "/_localaws/"
JSON = "application/json"
VERSION = "0.1.0"


# Years in which nothing overflows that is reckoned from the clock: keys, retention, certificates.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_REGION = r"^[a-z]{2}(-[a-z]+)+-\d$"


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class _Nothing(_Body):
    """What endpoints take that ask nothing."""


class _Clock(_Body):
    offset_seconds: float | None = Field(default=None, ge=-1e10, le=1e10)
    time: datetime | None = None


class _Invocation(_Body):
    service: str
    operation: str
    parameters: dict[str, Any] = Field(default_factory=dict)
    region: str = Field(default="us-east-1", pattern=_REGION)
    account_id: str = Field(default="123456789012", pattern=r"^\d{12}$")
    service_principal: str = Field(pattern=r"^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$")
    on_behalf_of_arn: str | None = Field(default=None, pattern=r"^arn:[\w-]+:[\w-]+:[\w-]*:\d{12}:.+$")


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

    @field_validator("eventTime")
    @classmethod
    def _is_a_time(cls, value: str) -> str:
        datetime.fromisoformat(value)
        return value


class _Records(_Body):
    Records: list[_Record]


class _BadRequestError(ValueError):
    """The request asks for what cannot be."""


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
        """Answer a request to a control endpoint: 200, or 400, 404, 415 with `{"error": …}`."""
        method, name = environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix(PREFIX)
        endpoint = self._endpoints.get((method, name))
        if endpoint is None:
            known = sorted(f"{verb} {PREFIX}{known}" for verb, known in self._endpoints)
            return _json(404, {"error": f"no {method} {PREFIX}{name}; there are {', '.join(known)}"})
        # A web page can send text or a form to anybody, but JSON only to who lets it.
        if method == "POST" and environ.get("CONTENT_TYPE", "").split(";")[0].strip().lower() != JSON:
            return _json(415, {"error": f"send the header Content-Type: {JSON}"})
        try:
            return _json(200, endpoint(_read(body)))
        except AwsError as error:
            return _json(200, {"error": {"code": error.code, "message": error.message}})
        except ValidationError as error:
            problems = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
            return _json(400, {"error": "; ".join(problems)})
        except (UnknownServiceError, OperationNotFoundError, _BadRequestError) as error:
            return _json(400, {"error": str(error)})

    def _info(self, _body: Any) -> Any:
        return claim() | {
            "instance": self._cloud.instance,
            "version": VERSION,
            "time": self._cloud.now().isoformat(),
            "native_services": sorted(self._cloud.native),
        }

    def _clock(self, body: Any) -> Any:
        asked, now = _Clock.model_validate(body), datetime.now(UTC)
        if asked.time is not None and asked.offset_seconds is not None:
            raise _BadRequestError("give either time or offset_seconds, not both")
        wanted = asked.time
        try:
            if wanted is None:
                wanted = now + timedelta(seconds=asked.offset_seconds or 0)
            wanted = wanted if wanted.tzinfo else wanted.replace(tzinfo=UTC)
            wanted = wanted.astimezone(UTC)
        except OverflowError:
            wanted = None
        if wanted is None or not EARLIEST <= wanted <= LATEST:
            raise _BadRequestError(
                f"the clock can be moved from {EARLIEST:%Y-%m-%d} to {LATEST:%Y-%m-%d} only"
            )
        self._cloud.move_clock(wanted - now)
        return {"time": self._cloud.now().isoformat()}

    def _deliver(self, body: Any) -> Any:
        _Nothing.model_validate(body)
        return _counts(self._cloud.cloudtrail.flush())

    def _digests(self, body: Any) -> Any:
        _Nothing.model_validate(body)
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
        _check_parameters(asked)
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

    def _reset(self, body: Any) -> Any:
        _Nothing.model_validate(body)
        self._cloud.reset()
        return {"instance": self._cloud.instance}


def _read(body: bytes) -> Any:
    """Read a body.

    Raises:
        _BadRequestError: it is no JSON.

    """
    try:
        return json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError) as error:
        raise _BadRequestError(f"the body is no JSON: {error}") from error


def _check_parameters(asked: _Invocation) -> None:
    """Hold an operation's parameters to its model.

    Raises:
        _BadRequestError: they are not the operation's.

    """
    shape = service_model(asked.service).operation_model(asked.operation).input_shape
    if shape is None:
        return
    report = ParamValidator().validate(asked.parameters, shape)
    if report.has_errors():
        raise _BadRequestError("; ".join(report.generate_report().splitlines()))


def _counts(delivered: Any) -> Any:
    return delivered if delivered is not None else {}


def _json(status: int, document: Any) -> Response:
    return Response(status, Headers({"Content-Type": JSON}), json.dumps(document, default=str).encode())
