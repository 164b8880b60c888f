"""Refusals of requests that never become a call, in the words and the protocol of the service meant."""

from __future__ import annotations

import json
import uuid

from werkzeug.datastructures import Headers

from localaws.cbor import write_cbor_error
from localaws.errors import AwsError
from localaws.protocol import Response, unknown_operation, write_error
from localaws.routing import CBOR


def refuse(error: AwsError) -> Response:
    """Refuse a request that no service could be found for."""
    document = {"__type": error.code, "message": error.message}
    headers = Headers({"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": error.code})
    return Response(error.http_status, headers, json.dumps(document).encode())


def write_refusal(error: AwsError, service: str | None, protocol: str) -> Response:
    """Refuse a request to a service in the protocol in which it came."""
    request_id = str(uuid.uuid4())
    if protocol == CBOR:
        return write_cbor_error(error.code, error.message, error.http_status, request_id)
    if service is None:
        return refuse(error)
    return write_error(unknown_operation(service, protocol), error, request_id)
