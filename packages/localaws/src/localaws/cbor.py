"""Smithy's RPC v2 CBOR protocol, which moto does not speak: its calls are handed on in another protocol.

https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from botocore.parsers import ResponseParserError, RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from localaws.models import Operation, operation_of
from localaws.protocol import TAKES_FORMS, Response, UnparseableError, read_result, write_request

# What botocore's reader raises over bytes that are no CBOR.
_UNREADABLE = (
    ResponseParserError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    EOFError,
    RecursionError,
    OverflowError,
)

# What the call handed on keeps of the request: from where it comes, to which endpoint.
_KEPT = ("HTTP_HOST", "HTTP_USER_AGENT", "HTTP_X_MOTO_ACCOUNT_ID", "REMOTE_ADDR", "localaws.host")


def read_cbor(service: str, operation: str, body: bytes) -> Operation:
    """Read the parameters of an operation.

    Raises:
        UnparseableError: the body is no CBOR map.

    """
    try:
        parameters = RpcV2CBORParser().parse_data_item(io.BufferedReader(io.BytesIO(body))) if body else {}
    except _UNREADABLE as error:
        raise UnparseableError(f"The request's body cannot be read: {error}") from error
    if not isinstance(parameters, dict):
        raise UnparseableError("The request's body is no map")
    return operation_of(service, operation, parameters)


def hand_on(
    operation: Operation, environ: Mapping[str, Any], signature: str | None
) -> tuple[dict[str, Any], bytes]:
    """The same call as a WSGI request in the operation's own protocol, and its body.

    Raises:
        UnparseableError: the parameters are not of the operation's types.

    """
    try:
        method, url, headers, body = write_request(operation)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise UnparseableError(f"The request's parameters are malformed: {error}") from error
    handed: dict[str, Any] = EnvironBuilder(url, method=method, headers=list(headers.items())).get_environ()
    handed |= {name: environ[name] for name in _KEPT if name in environ}
    handed[TAKES_FORMS] = operation.protocol in {"query", "ec2"}
    if signature is not None:
        handed["HTTP_AUTHORIZATION"] = signature
    return handed, body


def write_cbor(operation: Operation, response: Response) -> Response:
    """Turn the answer to the call that was handed on into one in this protocol."""
    result = read_result(operation, response)
    result.pop("ResponseMetadata", None)
    if response.status >= 300:
        error = result.get("Error", {})
        code, message = str(error.get("Code", "")), str(error.get("Message", ""))
        return write_cbor_error(code, message, response.status, response.request_id or "")
    written, shape = bytearray(), operation.model.output_shape
    if shape is not None:
        RpcV2CBORSerializer()._serialize_data_item(written, result, shape)  # noqa: SLF001 - botocore's only writer
    return Response(response.status, _headers(response.request_id or ""), bytes(written))


def write_cbor_error(code: str, message: str, status: int, request_id: str) -> Response:
    """Write an error in this protocol."""
    written = bytearray(b"\xa2")
    for text in ("__type", code, "message", message):
        RpcV2CBORSerializer()._serialize_type_string(written, text, None, None)  # noqa: SLF001
    return Response(status, _headers(request_id), bytes(written))


def _headers(request_id: str) -> Headers:
    headers = Headers({"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"})
    headers["x-amzn-RequestId"] = request_id
    return headers
