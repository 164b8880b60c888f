"""Smithy's RPC v2 CBOR protocol, which moto does not speak: its calls are handed on in another protocol.

https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

from botocore.model import OperationNotFoundError
from botocore.parsers import RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from localaws.models import Operation, operation_of
from localaws.protocol import Response, UnparseableError, read_result, write_request

_PATH = re.compile(r"/service/[^/]+/operation/(\w+)")
# What the call handed on keeps of the request: who asks, from where, of which endpoint.
_KEPT = ("HTTP_AUTHORIZATION", "HTTP_HOST", "HTTP_USER_AGENT", "HTTP_X_MOTO_ACCOUNT_ID", "REMOTE_ADDR")


def is_cbor(environ: Mapping[str, Any]) -> bool:
    """Whether a request is in this protocol."""
    return environ.get("HTTP_SMITHY_PROTOCOL") == "rpc-v2-cbor"


def read_cbor(service: str, path: str, body: bytes) -> Operation | None:
    """Find the operation that a request asks for; None where the service has none of that name.

    Raises:
        UnparseableError: the body is no CBOR map.

    """
    found = _PATH.fullmatch(path)
    try:
        parameters = RpcV2CBORParser().parse_data_item(io.BufferedReader(io.BytesIO(body))) if body else {}
    except (ValueError, TypeError, IndexError, KeyError, EOFError) as error:
        raise UnparseableError(f"The request's body cannot be read: {error}") from error
    try:
        return operation_of(service, found.group(1), parameters) if found else None
    except OperationNotFoundError:
        return None


def hand_on(operation: Operation, environ: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    """The same call as a WSGI request in the operation's own protocol, and its body."""
    method, url, headers, body = write_request(operation)
    handed: dict[str, Any] = EnvironBuilder(url, method=method, headers=list(headers.items())).get_environ()
    return handed | {name: environ[name] for name in _KEPT if name in environ}, body


def write_cbor(operation: Operation, response: Response) -> Response:
    """Turn the answer to the call that was handed on into one in this protocol."""
    result = read_result(operation, response)
    result.pop("ResponseMetadata", None)
    serializer, written, shape = RpcV2CBORSerializer(), bytearray(), operation.model.output_shape
    if response.status >= 300:
        error = result.get("Error", {})
        texts = {"__type": str(error.get("Code", "")), "message": str(error.get("Message", ""))}
        written += b"\xa2"
        for text in (part for pair in texts.items() for part in pair):
            serializer._serialize_type_string(written, text, None, None)  # noqa: SLF001 - botocore's only writer
    elif shape is not None:
        serializer._serialize_data_item(written, result, shape)  # noqa: SLF001
    headers = Headers({"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"})
    headers["x-amzn-RequestId"] = response.request_id or ""
    return Response(response.status, headers, bytes(written))
