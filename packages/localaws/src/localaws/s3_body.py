"""The body of a request to S3: taken out of its chunks, and held to what the request says of it.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html,
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from botocore.model import OperationModel

from localaws.checksums import ALGORITHMS, UNSUPPORTED
from localaws.errors import AwsError

_HEX_DIGEST = re.compile(r"[0-9a-f]{64}")
_CHUNK_HEADER = re.compile(rb"([0-9a-fA-F]{1,16})(?:;[^\r\n]*)?\r\n")
_SHA256, _MD5, _ALGORITHM = (
    "HTTP_X_AMZ_CONTENT_SHA256",
    "HTTP_CONTENT_MD5",
    "HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM",
)
_DECODED_LENGTH = "HTTP_X_AMZ_DECODED_CONTENT_LENGTH"


class S3BodyError(AwsError):
    """The body is not what the request says."""


def checked(
    environ: Mapping[str, Any], body: bytes, operation: OperationModel
) -> tuple[dict[str, Any], bytes]:
    """The request with its body as it is to be stored, once it has proved to be what was sent.

    Raises:
        S3BodyError: it is not.

    """
    made = dict(environ)
    digest = made.get(_SHA256, "")
    if digest.startswith("STREAMING-"):
        body = _unchunked(made, body)
    elif _HEX_DIGEST.fullmatch(digest.lower()):
        if hashlib.sha256(body).hexdigest() != digest.lower():
            raise S3BodyError(
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
                code="XAmzContentSHA256Mismatch",
            )
    elif digest not in {"", "UNSIGNED-PAYLOAD"}:
        raise S3BodyError(
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD or a valid sha256 value.",
            code="InvalidArgument",
        )
    _check_md5(made, body)
    if (operation.http_checksum or {}).get("requestAlgorithmMember"):
        _check_checksums(made, body)
    return made, body


def _check_md5(environ: Mapping[str, Any], body: bytes) -> None:
    if (given := environ.get(_MD5)) is None:
        return
    expected = _decoded(given, 16)
    if expected is None:
        raise S3BodyError("The Content-MD5 you specified was invalid.", code="InvalidDigest")
    if hashlib.md5(body, usedforsecurity=False).digest() != expected:
        raise S3BodyError("The Content-MD5 you specified did not match what we received.", code="BadDigest")


def _check_checksums(environ: dict[str, Any], body: bytes) -> None:
    """Hold the body to its checksum, and give moto the one that was only announced."""
    given = {name: environ[_header(name)] for name in ALGORITHMS if _header(name) in environ}
    if unknown := [name for name in UNSUPPORTED if _header(name) in environ]:
        message = f"The local AWS cannot compute {unknown[0]} checksums."
        raise S3BodyError(message, code="NotImplemented", http_status=501)
    if len(given) > 1:
        raise S3BodyError(
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
            code="InvalidRequest",
        )
    for name, value in given.items():
        computed = ALGORITHMS[name](body)
        expected = _decoded(value, len(computed))
        if expected is None:
            raise S3BodyError(
                f"Value for x-amz-checksum-{name.lower()} header is invalid.", code="InvalidRequest"
            )
        if computed != expected:
            raise S3BodyError(
                f"The {name} you specified did not match the calculated checksum.", code="BadDigest"
            )
    announced = str(environ.get(_ALGORITHM, "")).upper()
    algorithm = next(iter(given), announced)
    if algorithm in ALGORITHMS:
        environ[_ALGORITHM] = algorithm
        environ.setdefault(_header(algorithm), base64.b64encode(ALGORITHMS[algorithm](body)).decode())


def _header(algorithm: str) -> str:
    return f"HTTP_X_AMZ_CHECKSUM_{algorithm}"


def _decoded(value: str, length: int) -> bytes | None:
    try:
        decoded = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if len(decoded) == length else None


def _unchunked(environ: dict[str, Any], body: bytes) -> bytes:
    """Take a body out of its chunks, and make headers of its trailer.

    Raises:
        S3BodyError: it is cut off, malformed, or not as long as announced.

    """
    parts: list[bytes] = []
    position = 0
    while found := _CHUNK_HEADER.match(body, position):
        length = int(found.group(1), 16)
        position = found.end()
        if length == 0:
            break
        parts.append(body[position : position + length])
        position += length
        if body[position : position + 2] != b"\r\n":
            raise _incomplete()
        position += 2
    else:
        raise _incomplete()
    _take_trailer(environ, body[position:])
    plain = b"".join(parts)
    length_given = environ.pop(_DECODED_LENGTH, None)
    if length_given is None:
        raise S3BodyError(
            "You must provide the Content-Length HTTP header.", code="MissingContentLength", http_status=411
        )
    if length_given != str(len(plain)):
        raise _incomplete()
    environ[_SHA256] = "UNSIGNED-PAYLOAD"
    codings = [one.strip() for one in environ.pop("HTTP_CONTENT_ENCODING", "").split(",")]
    if kept := ",".join(one for one in codings if one and one.lower() != "aws-chunked"):
        environ["HTTP_CONTENT_ENCODING"] = kept
    return plain


def _take_trailer(environ: dict[str, Any], trailer: bytes) -> None:
    announced = {
        one.strip().lower() for one in environ.pop("HTTP_X_AMZ_TRAILER", "").split(",") if one.strip()
    }
    for line in filter(None, trailer.decode("latin-1").replace("\r\n", "\n").split("\n")):
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if not colon or name not in announced | {"x-amz-trailer-signature"}:
            raise _malformed()
        announced.discard(name)
        environ[f"HTTP_{name.upper().replace('-', '_')}"] = value.strip()
    if announced:
        raise _malformed()


def _incomplete() -> S3BodyError:
    return S3BodyError(
        "You did not provide the number of bytes specified by the Content-Length HTTP header",
        code="IncompleteBody",
    )


def _malformed() -> S3BodyError:
    return S3BodyError(
        "The request contained trailing data that was not well-formed or did not conform to our published "
        "schema.",
        code="MalformedTrailerError",
    )
