"""A request in the one form that moto understands as the operation that was decided on, and as no other.

Moto looks for an operation in many places: `Action` in the query string, in a form, even in a header of that
name, the last part of `X-Amz-Target`, the path. What is handed to it holds the operation in the place of its
protocol only, and nothing in the others.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from moto.core.model import StructureShape

from localaws.catalogue import QUERY, REST, Service
from localaws.errors import AwsError
from localaws.hosts import Host
from localaws.identity import Credential
from localaws.models import service_model
from localaws.protocol import DECIDED, TAKES_FORMS
from localaws.routing import Route, Wish

FORM = "application/x-www-form-urlencoded"
MAX_FORM_BYTES = 2**24
MAX_LIST_ENTRIES = 1000  # the longest list that an operation takes in a form
_ENTRY = re.compile(r"\.(\d+)(?=\.|$)")  # the number of a list's entry
_DROPPED = (
    "HTTP_ACTION",
    "HTTP_SMITHY_PROTOCOL",
    "HTTP_TRANSFER_ENCODING",
    "HTTP_VERSION",
    "HTTP_X_AMZ_TARGET",
    "HTTP_X_HTTP_METHOD",
    "HTTP_X_HTTP_METHOD_OVERRIDE",
    "HTTP_X_METHOD_OVERRIDE",
    "wsgi.input_terminated",
)
# The parts of a presigned URL; other parameters that begin so stand for headers.
_SIGNING = frozenset(
    {
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
        "x-amz-expires",
        "x-amz-region-set",
        "x-amz-security-token",
        "x-amz-signature",
        "x-amz-signedheaders",
    }
)


_ACCOUNT_ID = re.compile(r"\d{12}")


class BodyError(AwsError):
    """The body is not what its headers say."""

    code = "SerializationException"


def raw_path(environ: Mapping[str, Any]) -> str:
    """The path as it was sent, without the query string."""
    sent = str(environ.get("RAW_URI") or quote(environ["PATH_INFO"], safe="/%:@!$&'()*+,;=~"))
    return sent.split("?", 1)[0] or "/"


def read_wish(environ: Mapping[str, Any], body: bytes, host: Host, credential: Credential) -> Wish:
    """Read from a request what it says of what it wants."""
    pairs = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    content_type = environ.get("CONTENT_TYPE", "")
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    method = environ["REQUEST_METHOD"]
    signed_for_s3 = credential.service == "s3"
    is_form = method == "POST" and content_type.lower().startswith(FORM) and len(body) <= MAX_FORM_BYTES
    if is_form and not signed_for_s3:
        pairs += parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    form: dict[str, str] = {}
    contradiction = None
    for name, value in pairs:
        if form.setdefault(name, value) != value:
            contradiction = name
    return Wish(
        method=method,
        raw_path=raw_path(environ),
        target=target,
        content_type=content_type,
        cbor=environ.get("HTTP_SMITHY_PROTOCOL", "").lower() == "rpc-v2-cbor",
        form=form,
        scope=credential.service,
        host=host,
        contradiction=contradiction,
    )


def inflated(environ: dict[str, Any], body: bytes, max_bytes: int) -> tuple[dict[str, Any], bytes]:
    """The request with its body decompressed, which SDKs compress when it is large.

    Raises:
        BodyError: it is not gzip, or too large.

    """
    if environ.get("HTTP_CONTENT_ENCODING", "").lower() != "gzip":
        return environ, body
    stream = zlib.decompressobj(wbits=31)
    try:
        plain = stream.decompress(body, max_bytes)
    except zlib.error as error:
        raise BodyError(f"The request's body is not gzip: {error}") from error
    if not stream.eof:
        raise BodyError("The request's body is cut off or too large")
    kept = {name: value for name, value in environ.items() if name != "HTTP_CONTENT_ENCODING"}
    return kept, plain


def stream(body: bytes) -> io.BytesIO:
    """A body as WSGI's input."""
    return io.BytesIO(body)


def scope_header(access_key_id: str | None, region: str, signing_name: str) -> str | None:
    """The Authorization header of whoever signed, in the one form that all of moto reads; None for nobody."""
    if access_key_id is None:
        return None
    scope = f"{access_key_id}/20260101/{region}/{signing_name}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"


def canonical(
    environ: Mapping[str, Any], body: bytes, route: Route, wish: Wish, signature: str | None
) -> tuple[dict[str, Any], bytes]:
    """The request as moto is to get it. `signature` is the Authorization header, if anybody signed."""
    made = {name: value for name, value in environ.items() if name not in _DROPPED}
    made |= {DECIDED: route.operation, TAKES_FORMS: False}
    made.pop("HTTP_AUTHORIZATION", None)
    if signature is not None:
        made["HTTP_AUTHORIZATION"] = signature
    if route.protocol == "json":
        body = body or b"{}"  # as good as no parameters
        _write_json(made, route.service, route.operation)
    elif route.protocol in QUERY:
        body = _write_form(made, route, wish)
    elif route.protocol in REST:
        _write_rest(made, route)
    made |= {"wsgi.input": stream(body), "CONTENT_LENGTH": str(len(body))}
    return made, body


def _at_root(made: dict[str, Any]) -> None:
    made |= {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "RAW_URI": "/", "QUERY_STRING": ""}


def _write_json(made: dict[str, Any], service: Service, operation: str) -> None:
    _at_root(made)
    made["HTTP_X_AMZ_TARGET"] = f"{service.target_prefix}.{operation}"
    made["CONTENT_TYPE"] = f"application/x-amz-json-{service.json_version or '1.0'}"


def _write_form(made: dict[str, Any], route: Route, wish: Wish) -> bytes:
    form = {name: value for name, value in wish.form.items() if name.lower() not in _SIGNING}
    _check_lists(form)
    form |= {"Action": route.operation, "Version": route.service.api_version}
    queue = wish.raw_path.strip("/").split("/")
    if route.service.name == "sqs" and len(queue) == 2:
        url = f"http://{made.get('HTTP_HOST', 'localhost')}/{unquote(queue[0])}/{unquote(queue[1])}"
        if form.setdefault("QueueUrl", url).split("/")[-2:] != url.split("/")[-2:]:
            raise BodyError("The path names another queue than QueueUrl", code="InvalidParameterValue")
    _at_root(made)
    made |= {"CONTENT_TYPE": f"{FORM}; charset=utf-8", TAKES_FORMS: True}
    return urlencode(form).encode()


def _check_lists(form: Mapping[str, str]) -> None:
    """Refuse lists longer than any operation takes, over which readers of forms go again for each entry.

    Raises:
        BodyError: one has too many entries.

    """
    lists: dict[str, set[str]] = {}
    for name in form:
        for found in _ENTRY.finditer(name):
            lists.setdefault(name[: found.start()], set()).add(found.group(1))
    for name, entries in lists.items():
        if len(entries) > MAX_LIST_ENTRIES:
            raise BodyError(
                f"1 validation error detected: Value '{len(entries)}' at '{name}' failed to satisfy "
                f"constraint: Member must have length less than or equal to {MAX_LIST_ENTRIES}",
                code="ValidationError",
            )


def _is_bucket(host: Host, credential: Credential) -> bool:
    """Whether what stands before the host's name is a bucket, not an account or a part of an endpoint."""
    return host.endpoint == "s3" or (
        host.endpoint is None
        and credential.service in {None, "s3"}
        and not _ACCOUNT_ID.fullmatch(host.prefix)
    )


def presented(environ: dict[str, Any], host: Host, credential: Credential) -> dict[str, Any]:
    """The request with its bucket in the path, and the headers that a presigned URL holds as parameters."""
    made = {**environ, "localaws.host": environ.get("HTTP_HOST", "")}
    if host.prefix and _is_bucket(host, credential):
        region = host.region or "us-east-1"
        made["RAW_URI"] = f"/{quote(host.prefix)}{raw_path(environ)}"
        made["HTTP_HOST"] = f"s3.{region}.amazonaws.com"
    pairs = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    if any(name.lower() in {"x-amz-credential", "awsaccesskeyid"} for name, _ in pairs):
        for name, value in pairs:
            if name.lower().startswith("x-amz-") and name.lower() not in _SIGNING:
                made.setdefault(f"HTTP_{name.upper().replace('-', '_')}", value)
    return made


def _write_rest(made: dict[str, Any], route: Route) -> None:
    """Keep of path, query string and headers what says which operation is meant, and its parameters."""
    model = service_model(route.service.name).operation_model(route.operation)
    shape = model.input_shape
    members = shape.members.values() if isinstance(shape, StructureShape) else ()
    queried = [one for one in members if one.serialization.get("location") == "querystring"]
    names = {one.serialization.get("name") for one in queried} | set(model.http_trait.query_args) | {"x-id"}
    takes_all = any(one.type_name == "map" for one in queried)
    pairs = parse_qsl(made.get("QUERY_STRING", ""), keep_blank_values=True)
    query = urlencode(
        [(name, value) for name, value in pairs if name in names or (takes_all and name != "Action")],
        quote_via=quote,
    )
    path = raw_path(made)
    if route.service.name == "s3":
        path = _write_s3(made, route, path)
    made |= {"QUERY_STRING": query, "RAW_URI": f"{path}?{query}" if query else path}
    content_type = made.get("CONTENT_TYPE", "").lower()
    if route.service.name != "s3" and content_type.startswith((FORM, "application/x-amz-json", "multipart/")):
        made["CONTENT_TYPE"] = "application/octet-stream"


def _write_s3(made: dict[str, Any], route: Route, path: str) -> str:
    """The path with the bucket's name as it is; no source of a copy unless the operation is one."""
    if route.operation not in {"CopyObject", "UploadPartCopy"}:
        made.pop("HTTP_X_AMZ_COPY_SOURCE", None)
    bucket = route.labels.get("Bucket")
    if bucket is not None:
        if "/" in bucket:
            raise BodyError("The specified bucket is not valid.", code="InvalidBucketName")
        path = "/".join(["", quote(bucket), *path.split("/")[2:]])
    made["PATH_INFO"] = unquote(path, "latin-1")
    return path
