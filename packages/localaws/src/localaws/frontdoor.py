"""The door through which every request comes: who asks, for what, and who answers."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from moto.utilities.utils import get_partition

from console.messages import say_fault
from localaws import s3_body, s3_post
from localaws.admission import admit, is_own_page
from localaws.call import Call, Caller
from localaws.canonical import (
    FORM,
    MAX_FORM_BYTES,
    canonical,
    inflated,
    presented,
    read_wish,
    scope_header,
    stream,
)
from localaws.catalogue import QUERY
from localaws.cbor import hand_on, read_cbor, write_cbor
from localaws.cloud import InternalFailureError, LocalCloud
from localaws.control import Control
from localaws.errors import AwsError
from localaws.faults import DropConnection
from localaws.hosts import Host, read_host
from localaws.identity import ANONYMOUS, DEFAULT_ACCOUNT_ID, Credential, read_credential
from localaws.models import Operation, regions, service_model
from localaws.passages import moto_module, preflight
from localaws.protocol import CanonicalRequest, Response, read_operation, write_error
from localaws.refusals import refuse, write_refusal
from localaws.routing import CBOR, Route, UnroutableError, Wish, find_route
from localaws.s3_xml import check_xml
from localaws.sts import federated_caller

MAX_INFLATED_BYTES = 2**24  # no API that takes compressed bodies takes more than a few MB
_REGION_IN_HOST = re.compile(r"\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com")
_REGION_IN_USER_AGENT = re.compile(r"region/([a-z]{2}-[a-z]+-\d{1})")
_HOP_BY_HOP = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"})
_STATUSES = frozenset(HTTPStatus)


class UnsignedError(AwsError):
    """Nobody signed a request that somebody must sign."""

    code = "MissingAuthenticationToken"
    http_status = 403

    def __init__(self) -> None:
        super().__init__("Request is missing Authentication Token")


class WrongRegionError(AwsError):
    """The request is signed for a Region that does not exist."""

    def __init__(self, region: str, route: Route) -> None:
        code = "SignatureDoesNotMatch" if route.protocol in QUERY else "InvalidSignatureException"
        if route.service.name == "s3":
            code = "AuthorizationHeaderMalformed"
        super().__init__(f"Credential should be scoped to a valid Region, not {region!r}.", code=code)


class FrontDoor:
    """The WSGI application of the local AWS."""

    def __init__(
        self, cloud: LocalCloud, *, latency_seconds: float = 0, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._cloud = cloud
        self._control = Control(cloud)
        self._latency_seconds = latency_seconds
        self._sleep = sleep

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a WSGI request, whose body is whole.

        Raises:
            DropConnection: the server is to close the connection without an answer.

        """
        try:
            admit(environ)
            response = self._respond(environ, environ["wsgi.input"].read())
        except AwsError as error:
            response = refuse(error)
        except DropConnection:
            raise
        except Exception as error:  # noqa: BLE001 - the last line of defence: the client gets an answer
            say_fault("localaws", error)
            response = refuse(InternalFailureError())
        return _write(environ, response, start_response)

    def _respond(self, environ: dict[str, Any], body: bytes) -> Response:
        if self._control.owns(environ["PATH_INFO"]):
            return self._control.answer(environ, body)
        if self._latency_seconds:
            self._sleep(self._latency_seconds)
        return self.answer(environ, body)

    def answer(self, environ: dict[str, Any], body: bytes) -> Response:
        """Answer a request to AWS, or to moto's own API."""
        credential = _credential(environ, body)
        module = moto_module(environ, credential)
        if module is not None:
            return self._pass_through(module, environ, body)
        host = read_host(environ.get("HTTP_HOST", "localhost"))
        environ = presented(environ, host, credential)
        if environ["REQUEST_METHOD"] == "OPTIONS":
            return preflight(environ, self._cloud.moto)
        if credential.service not in {None, "s3"}:
            environ, body = inflated(environ, body, MAX_INFLATED_BYTES)
        wish = read_wish(environ, body, host, credential)
        try:
            if upload := self._read_upload(wish, environ, body):
                return self._answer_upload(upload, environ)
            return self._answer_routed(wish, environ, body, credential)
        except s3_post.PostError as error:
            return write_refusal(error, "s3", "rest-xml")
        except UnroutableError as error:
            return write_refusal(error, error.service.name if error.service else None, error.protocol)

    def _answer_routed(
        self, wish: Wish, environ: dict[str, Any], body: bytes, credential: Credential
    ) -> Response:
        route = find_route(wish, CanonicalRequest(environ))
        name = route.service.name
        try:
            _check_signed(route, credential)
            if name == "s3":
                model = service_model(name).operation_model(route.operation)
                environ, body = s3_body.checked(environ, body, model)
                check_xml(body, model)
            if route.protocol == CBOR:
                return self._answer_cbor(route, environ, body, credential)
            return self._answer_operation(route, wish, environ, body, credential)
        except AwsError as error:
            return write_refusal(error, name, route.protocol)

    def _answer_operation(
        self, route: Route, wish: Wish, environ: dict[str, Any], body: bytes, credential: Credential
    ) -> Response:
        region = _region(environ, credential, route)
        signature = scope_header(credential.access_key_id, region, route.service.signing_name)
        made, body = canonical(environ, body, route, wish, signature)
        operation = read_operation(route, CanonicalRequest(made))
        return self._carry_out(operation, made, body, credential, region)

    def _carry_out(
        self, operation: Operation, made: dict[str, Any], body: bytes, credential: Credential, region: str
    ) -> Response:
        try:
            call = self._call(made, operation, credential, region)
        except AwsError as error:
            return write_error(operation, error, str(uuid.uuid4()))
        return self._cloud.carry_out(call, operation, made, body)

    def _answer_cbor(
        self, route: Route, environ: dict[str, Any], body: bytes, credential: Credential
    ) -> Response:
        operation = read_cbor(route.service.name, route.operation, body)
        region = _region(environ, credential, route)
        signature = scope_header(credential.access_key_id, region, route.service.signing_name)
        made, body = hand_on(operation, environ, signature)
        return write_cbor(operation, self._carry_out(operation, made, body, credential, region))

    def _read_upload(self, wish: Wish, environ: dict[str, Any], body: bytes) -> s3_post.Upload | None:
        """An upload by a browser's form, of which botocore's model knows nothing; else None."""
        bucket, _, key = wish.raw_path.strip("/").partition("/")
        for_s3 = wish.scope in {None, "s3"} and wish.host.endpoint in {None, "s3"} and not wish.target
        query = environ.get("QUERY_STRING", "")
        if not (
            for_s3 and bucket and not key and s3_post.is_form_upload(wish.method, wish.content_type, query)
        ):
            return None
        request = CanonicalRequest({**environ, "wsgi.input": stream(body), "CONTENT_LENGTH": str(len(body))})
        return s3_post.read_upload(request, unquote(bucket), self._cloud.now())

    def _answer_upload(self, upload: s3_post.Upload, environ: dict[str, Any]) -> Response:
        credential = read_credential({"QUERY_STRING": s3_post.credential_query(upload)})
        environ = s3_post.as_put(environ, upload)
        wish = read_wish(environ, b"", Host("s3"), credential)
        response = self._answer_routed(wish, environ, upload.content, credential)
        return s3_post.answer(upload, response)

    def _pass_through(self, module: str, environ: dict[str, Any], body: bytes) -> Response:
        """Give moto what is no call of AWS: its own API, instance metadata, public documents."""
        if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) == ("POST", "/moto-api/reset"):
            # To whom this is moto's server, nothing is left: not its trails either.
            self._cloud.reset()
        return self._cloud.moto.answer(module, environ, body)

    def _call(
        self, environ: dict[str, Any], operation: Operation, credential: Credential, region: str
    ) -> Call:
        caller = self._caller(environ, operation, credential, region)
        account_id = environ.get("HTTP_X_MOTO_ACCOUNT_ID", caller.account_id)
        return Call(
            service=operation.service,
            operation=operation.name,
            parameters=operation.parameters,
            region=region,
            partition=get_partition(region),
            account_id=DEFAULT_ACCOUNT_ID if account_id == ANONYMOUS else account_id,
            caller=caller,
            source_ip=environ.get("REMOTE_ADDR", "127.0.0.1"),
            user_agent=environ.get("HTTP_USER_AGENT", ""),
            host=environ.get("localaws.host", environ.get("HTTP_HOST", "")),
            request_id=str(uuid.uuid4()),
            time=self._cloud.now(),
        )

    def _caller(
        self, environ: dict[str, Any], operation: Operation, credential: Credential, region: str
    ) -> Caller:
        federated = (
            federated_caller(operation.name, operation.parameters) if operation.service == "sts" else None
        )
        return federated or self._cloud.identities.caller(
            credential.access_key_id, region, self._cloud.now(), environ.get("HTTP_X_MOTO_ACCOUNT_ID")
        )


def _credential(environ: dict[str, Any], body: bytes) -> Credential:
    """Who signed: by header, by the query string, or (Signature Version 2) in a form."""
    credential = read_credential(environ)
    content_type = environ.get("CONTENT_TYPE", "").lower()
    if credential.access_key_id is None and content_type.startswith(FORM) and len(body) <= MAX_FORM_BYTES:
        return read_credential({"QUERY_STRING": body.decode("latin-1")})
    return credential


def _check_signed(route: Route, credential: Credential) -> None:
    """Let nobody in without a signature, but where AWS does.

    Raises:
        UnsignedError: the operation must be signed.

    """
    model = service_model(route.service.name).operation_model(route.operation)
    if credential.access_key_id is None and route.service.name != "s3" and model.auth_type != "none":
        raise UnsignedError


def _region(environ: dict[str, Any], credential: Credential, route: Route) -> str:
    """The Region that a request is for, found as moto finds it.

    Raises:
        WrongRegionError: there is no such Region.

    """
    found = _REGION_IN_HOST.search(environ.get("HTTP_HOST", "")) or _REGION_IN_USER_AGENT.search(
        environ.get("HTTP_USER_AGENT", "")
    )
    region = found.group(1) if found else credential.region or "us-east-1"
    if region not in regions():
        raise WrongRegionError(region, route)
    return region


def _write(
    environ: dict[str, Any], response: Response, start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """Hand a response to the server; pages of this machine may read it."""
    phrase = HTTPStatus(response.status).phrase if response.status in _STATUSES else "Unknown"
    is_head = environ["REQUEST_METHOD"] == "HEAD"
    length = response.headers.get("Content-Length", "") if is_head else ""
    headers = [pair for pair in response.headers.items() if pair[0].lower() not in _HOP_BY_HOP]
    headers.append(("Content-Length", length or str(len(response.body))))
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None and is_own_page(origin):
        headers = [pair for pair in headers if pair[0].lower() != "access-control-allow-origin"]
        headers += [("Access-Control-Allow-Origin", origin), ("Vary", "Origin")]
        headers.append(("Access-Control-Expose-Headers", "*"))
    start_response(f"{response.status} {phrase}", headers)
    return [] if is_head else [response.body]
