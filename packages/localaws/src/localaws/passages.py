"""What reaches moto without being a call of AWS: its own API, and what AWS gives to everybody unsigned.

Nothing else does. A request that somebody signed is always a call.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import Headers

from localaws.dispatch import Moto
from localaws.errors import AwsError
from localaws.identity import Credential
from localaws.protocol import Response

# Method, path, and moto's module that answers; none of them changes anything but moto's own API.
_PASSAGES = (
    (r"[A-Z]+", r"/moto-api(?:/.*)?|/favicon\.ico", "moto_api"),
    (r"GET|PUT", r"/latest/(?:meta-data|api)/.*", "instance_metadata"),
    (r"GET", r"/[^/]+/\.well-known/(?:jwks\.json|openid-configuration)", "cognitoidp"),
    (r"GET", r"/SimpleNotificationService-[^/]+\.pem", "sns"),
)
# Of moto's own API: what writes requests into files, and what lets moto authorise calls by rules of its own.
_REFUSED = re.compile(r"/moto-api/(?:recorder/.*|reset-auth/?)")
_COMPILED = tuple((re.compile(method), re.compile(path), module) for method, path, module in _PASSAGES)


class NotOfferedError(AwsError):
    """A part of moto's own API that is shut."""

    code = "NotImplemented"
    http_status = 501


def moto_module(environ: Mapping[str, Any], credential: Credential) -> str | None:
    """The module of moto that answers a request outside of all services; None for calls of AWS.

    Raises:
        NotOfferedError: it is a part of moto's API that the local AWS has not.

    """
    if _REFUSED.fullmatch(environ["PATH_INFO"]):
        raise NotOfferedError(
            "The local AWS neither records requests for moto nor lets moto authorise calls."
        )
    if credential.access_key_id is not None or "HTTP_X_AMZ_TARGET" in environ:
        return None
    for method, path, module in _COMPILED:
        if method.fullmatch(environ["REQUEST_METHOD"]) and path.fullmatch(environ["PATH_INFO"]):
            return module
    return None


def preflight(environ: Mapping[str, Any], moto: Moto) -> Response:
    """Answer what browsers ask first: S3 by the bucket's rules, all else as for a page of this machine."""
    if environ["PATH_INFO"].strip("/") and "HTTP_ORIGIN" in environ:
        return moto.answer("s3", dict(environ), b"")
    wanted = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
    headers = Headers({"Access-Control-Allow-Methods": "DELETE, GET, HEAD, PATCH, POST, PUT"})
    headers["Access-Control-Max-Age"] = "600"
    if wanted:
        headers["Access-Control-Allow-Headers"] = wanted
    return Response(200, headers)
