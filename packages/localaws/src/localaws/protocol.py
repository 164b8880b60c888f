"""The wire formats of AWS: requests to operations and parameters, results and errors back to responses."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS, RequestParserError
from moto.core.request import Request
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.moto_server.werkzeug_app import BackendRequest
from werkzeug.datastructures import Headers

from localaws.errors import AwsError
from localaws.models import Operation, service_model
from localaws.parameter_types import check_body
from localaws.routing import Route

# The errors of IAM, throttling and faults are in no service's model, and moto warns of each.
warnings.filterwarnings("ignore", r"Exception\(.*\) with code .* does not match an error shape")


DECIDED = "localaws.operation"  # in the WSGI environment: what moto must carry out
CALLING_USER = "localaws.user"  # there too: the name of the IAM user who calls, empty where it is no user
TAKES_FORMS = "localaws.takes_forms"  # there too: whether the body may be taken apart as a form


# What parsers raise over a body that does not follow its protocol, or is nested too deeply.
_UNREADABLE = (RequestParserError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(slots=True)
class Response:
    """An HTTP response in full."""

    status: int
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    @property
    def request_id(self) -> str | None:
        """The request id that the client sees."""
        return self.headers.get("x-amzn-requestid") or self.headers.get("x-amz-request-id")


class UnparseableError(AwsError):
    """The request's body does not follow the service's protocol."""

    code = "SerializationException"


class CanonicalRequest(BackendRequest):
    """A request as moto reads it: its body is a form only where the protocol says so, whatever its type."""

    @property
    def want_form_data_parsed(self) -> bool:
        """Whether the body is taken apart as a form."""
        takes_forms = self.environ.get(TAKES_FORMS)
        return super().want_form_data_parsed if takes_forms is None else bool(takes_forms)


def read_operation(route: Route, request: Request) -> Operation:
    """Read the parameters of the operation that was decided on out of a canonical request.

    Raises:
        UnparseableError: they cannot be read.

    """
    operation = service_model(route.service.name).operation_model(route.operation)
    parts: Any = {
        "method": request.method,
        "values": request.values,
        "headers": request.headers,
        "body": request.data,
        "url_path": request.path,
        "url_params": dict(route.labels),
    }
    try:
        if route.protocol in {"json", "rest-json"} and request.data and not _has_payload(operation):
            check_body(operation.input_shape, json.loads(request.data.decode()))
        parameters = PROTOCOL_PARSERS[route.protocol](operation).parse(parts)
        # What a request's query lacks, the parser gives as a mark of its own.
        given = {name: value for name, value in (parameters or {}).items() if type(value) is not object}
        return Operation(route.service.name, operation, route.protocol, given)
    except _UNREADABLE as error:
        code = "InvalidArgument" if route.service.name == "s3" else None  # its XML has been checked before
        raise UnparseableError(f"The request cannot be read: {error}", code=code) from error


def unknown_operation(service: str, protocol: str) -> Operation:
    """What an error is written for where the request names no operation."""
    return Operation(service, OperationModel({}, service_model(service)), protocol, {})


def _has_payload(operation: OperationModel) -> bool:
    """Whether the body is one member's value as it is, rather than a document of members."""
    shape = operation.input_shape
    return shape is not None and "payload" in shape.serialization


def write_result(operation: Operation, members: Mapping[str, Any], request_id: str) -> Response:
    """Turn the members of an operation's output into the response of its protocol."""
    return _write(operation, members, request_id)


def write_error(operation: Operation, error: AwsError, request_id: str) -> Response:
    """Turn an error into the response of the operation's protocol."""
    response = _write(operation, error, request_id)
    if error.http_status != AwsError.http_status:
        response.status = error.http_status
    return response


def _write(operation: Operation, outcome: Mapping[str, Any] | AwsError, request_id: str) -> Response:
    serializer_class = get_serializer_class(operation.service, operation.protocol)
    context = SerializationContext(request_id)
    written = serializer_class(operation.model, context).serialize(outcome)
    body = written["body"]
    response = Response(
        int(written["status_code"]),
        Headers(list(written["headers"].items())),
        body.encode() if isinstance(body, str) else body,
    )
    response.headers["x-amzn-RequestId"] = request_id
    return response


def write_request(operation: Operation) -> tuple[str, str, dict[str, str], bytes]:
    """Write an operation as a client does: method, path with query string, headers and body."""
    serializer = create_serializer(operation.protocol, include_validation=False)
    written = serializer.serialize_to_request(dict(operation.parameters), operation.model)
    query = written["query_string"]
    if not isinstance(query, str):
        query = urlencode(query, doseq=True)
    path = written["url_path"]
    url = f"{path}{'&' if '?' in path else '?'}{query}" if query else path
    body = written["body"]
    headers = {name: str(value) for name, value in written["headers"].items()}
    if isinstance(body, dict):
        body = urlencode(body)
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
    return written["method"], url, headers, body.encode() if isinstance(body, str) else body


def read_result(operation: Operation, response: Response) -> dict[str, Any]:
    """Read a response as a client does: the output's members, or `Error` with `Code` and `Message`."""
    parts = {
        "status_code": response.status,
        "headers": {name.lower(): value for name, value in response.headers.items()},
        "body": response.body,
    }
    parser = create_parser(operation.protocol)
    parsed: dict[str, Any] = parser.parse(parts, operation.model.output_shape)
    return parsed
