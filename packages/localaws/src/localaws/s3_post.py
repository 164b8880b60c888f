"""Uploads by a browser's form: `POST /bucket` with the object in a field, which is a PutObject.

https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html,
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit
from xml.sax.saxutils import escape

from moto.core.model import StructureShape
from moto.core.request import Request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from localaws.errors import AwsError
from localaws.models import service_model
from localaws.protocol import Response

_SIGNING = frozenset(
    {"awsaccesskeyid", "policy", "signature", "x-amz-algorithm", "x-amz-credential", "x-amz-date"}
    | {"x-amz-security-token", "x-amz-signature"}
)
# What a policy need not name: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
_UNCHECKED = frozenset({"awsaccesskeyid", "file", "policy", "signature", "x-amz-signature"})


class PostError(AwsError):
    """The form is not one that S3 takes."""

    code = "AccessDenied"
    http_status = 403


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload by a form: its fields by name in lower case, and the object."""

    fields: Mapping[str, str]
    content: bytes
    bucket: str

    @property
    def key(self) -> str:
        """The object's key."""
        return self.fields["key"]


def is_form_upload(method: str, content_type: str, query: str) -> bool:
    """Whether a request is an upload by a form."""
    names = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    return (
        method == "POST" and content_type.lower().startswith("multipart/form-data") and "delete" not in names
    )


def read_upload(request: Request, bucket: str, now: datetime) -> Upload:
    """Read the form and hold it to its policy.

    Raises:
        PostError: it is malformed, or its policy does not allow it.

    """
    try:
        fields = {name.lower(): value for name, value in request.form.items()}
        file = request.files.get("file")
    except (HTTPException, ValueError) as error:
        raise _malformed("The body of your POST request is not well-formed multipart/form-data.") from error
    if "file" in fields:
        content, name = fields.pop("file").encode(), ""
    elif file is not None:
        content, name = file.stream.read(), file.filename or ""
    else:
        message = "POST requires exactly one file upload per request."
        raise PostError(message, code="IncorrectNumberOfFilesInPostRequest", http_status=400)
    if not fields.get("key"):
        message = (
            "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of "
            "the fields."
        )
        raise PostError(message, code="InvalidArgument", http_status=400)
    fields["key"] = fields["key"].replace("${filename}", name.replace("\\", "/").rsplit("/", 1)[-1])
    if "policy" in fields:
        _check_policy(fields, bucket, len(content), now)
    elif _SIGNING & fields.keys():
        raise _malformed("Bucket POST must contain a field named 'policy'.", code="InvalidArgument")
    return Upload(fields, content, bucket)


def credential_query(upload: Upload) -> str:
    """The form's credential as a presigned URL would carry it."""
    names = {"x-amz-credential": "X-Amz-Credential", "awsaccesskeyid": "AWSAccessKeyId"}
    return urlencode({sent: upload.fields[name] for name, sent in names.items() if name in upload.fields})


def as_put(environ: Mapping[str, Any], upload: Upload) -> dict[str, Any]:
    """The request as the PutObject that it is."""
    kept = {name: value for name, value in environ.items() if not name.startswith("HTTP_X_AMZ_")}
    for name, value in upload.fields.items():
        if name.startswith("x-amz-meta-") or (name in _headers_of_put() and name not in _SIGNING):
            kept[f"HTTP_{name.upper().replace('-', '_')}"] = value
    if "acl" in upload.fields:
        kept["HTTP_X_AMZ_ACL"] = upload.fields["acl"]
    kept["CONTENT_TYPE"] = upload.fields.get("content-type", "binary/octet-stream")
    path = f"/{quote(upload.bucket)}/{quote(upload.key)}"
    return kept | {"REQUEST_METHOD": "PUT", "RAW_URI": path, "QUERY_STRING": ""}


@cache
def _headers_of_put() -> frozenset[str]:
    shape = service_model("s3").operation_model("PutObject").input_shape
    members = shape.members.values() if isinstance(shape, StructureShape) else ()
    traits = (member.serialization for member in members)
    return frozenset(str(one["name"]).lower() for one in traits if one.get("location") == "header")


def answer(upload: Upload, response: Response) -> Response:
    """S3's answer to the form, from the one to PutObject."""
    if response.status >= 300:
        return response
    headers = Headers(
        [(name, value) for name, value in response.headers.items() if name.lower() != "content-length"]
    )
    headers["Location"] = f"http://{upload.bucket}.s3.amazonaws.com/{quote(upload.key)}"
    etag = response.headers.get("ETag", "")
    wanted = upload.fields.get("success_action_redirect", upload.fields.get("redirect", ""))
    target = urlsplit(wanted)
    if target.scheme in {"http", "https"}:
        query = [*parse_qsl(target.query), ("bucket", upload.bucket), ("key", upload.key), ("etag", etag)]
        headers["Location"] = urlunsplit(target._replace(query=urlencode(query)))
        return Response(303, headers)
    status = upload.fields.get("success_action_status", "204")
    if status != "201":
        return Response(200 if status == "200" else 204, headers)
    headers["Content-Type"] = "application/xml"
    names = {"Location": headers["Location"], "Bucket": upload.bucket, "Key": upload.key, "ETag": etag}
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in names.items())
    return Response(
        201, headers, f'<?xml version="1.0" encoding="UTF-8"?><PostResponse>{inner}</PostResponse>'.encode()
    )


def _check_policy(fields: Mapping[str, str], bucket: str, length: int, now: datetime) -> None:
    try:
        policy = json.loads(base64.b64decode(fields["policy"]))
        expires = datetime.fromisoformat(policy["expiration"])
        conditions = [_condition(one) for one in policy["conditions"]]
    except (ValueError, KeyError, TypeError) as error:
        raise _malformed("Invalid Policy: Invalid JSON.", code="InvalidPolicyDocument") from error
    if (expires if expires.tzinfo else expires.replace(tzinfo=UTC)) < now:
        raise PostError("Invalid according to Policy: Policy expired.")
    given = {**fields, "bucket": bucket}
    for kind, name, wanted in conditions:
        if not _holds(kind, given.get(name, ""), wanted, length):
            raise PostError(
                f'Invalid according to Policy: Policy Condition failed: ["{kind}", "${name}", "{wanted}"]'
            )
    named = {name for _, name, _ in conditions} | _UNCHECKED
    if extra := sorted(name for name in fields if name not in named and not name.startswith("x-ignore-")):
        raise PostError(f"Invalid according to Policy: Extra input fields: {extra[0]}")


def _condition(condition: Any) -> tuple[str, str, Any]:
    """A condition as its kind, the field's name and what is wanted of it."""
    if isinstance(condition, dict):
        ((name, value),) = condition.items()
        return "eq", str(name).lower(), str(value)
    kind, second, third = condition
    if kind == "content-length-range":
        return kind, "file", (int(second), int(third))
    if kind not in {"eq", "starts-with"} or not second.startswith("$"):
        raise ValueError(condition)
    return kind, second[1:].lower(), str(third)


def _holds(kind: str, value: str, wanted: Any, length: int) -> bool:
    if kind == "content-length-range":
        return bool(wanted[0] <= length <= wanted[1])
    return value.startswith(wanted) if kind == "starts-with" else value == wanted


def _malformed(message: str, code: str = "MalformedPOSTRequest") -> PostError:
    return PostError(message, code=code, http_status=400)
