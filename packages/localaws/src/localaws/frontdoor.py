"""The door through which every request comes: who asks, for what, and where the answer is to be had."""

from __future__ import annotations

import io
import json
import re
import time
import uuid
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from moto.moto_server.werkzeug_app import BackendRequest
from moto.utilities.utils import get_partition
from werkzeug.datastructures import Headers

from localaws.call import Call, Caller
from localaws.cbor import hand_on, is_cbor, read_cbor, write_cbor
from localaws.cloud import LocalCloud
from localaws.control import Control
from localaws.dispatch import service_of
from localaws.errors import AwsError
from localaws.identity import ANONYMOUS, DEFAULT_ACCOUNT_ID, Credential, read_credential
from localaws.models import Operation
from localaws.protocol import Response, UnparseableError, read_operation, write_error
from localaws.sts import federated_caller

_REGION_IN_HOST = re.compile(r"\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com")
_REGION_IN_USER_AGENT = re.compile(r"region/([a-z]{2}-[a-z]+-\d{1})")


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
        """Answer a WSGI request.

        Raises:
            DropConnection: the server is to close the connection without an answer.

        """
        try:
            body = _read_body(environ)
        except ValueError:
            start_response("400 Bad Request", [("Connection", "close")])
            return [b"the length of the body is no number"]
        if self._control.owns(environ["PATH_INFO"]):
            response = self._control.answer(environ, body)
        else:
            if self._latency_seconds:
                self._sleep(self._latency_seconds)
            response = self.answer(environ, body)
        phrase = HTTPStatus(response.status).phrase if response.status in _STATUSES else "Unknown"
        start_response(f"{response.status} {phrase}", list(response.headers.items()))
        return [response.body]

    def answer(self, environ: dict[str, Any], body: bytes) -> Response:
        """Answer a request to AWS."""
        credential = read_credential(environ)
        service = self._service(environ, body, credential)
        if service is None:
            return self._pass_through(environ, body)
        if is_cbor(environ):
            return self._answer_cbor(service, environ, body, credential)
        request = BackendRequest(
            {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        )
        try:
            operation = read_operation(service, request)
        except UnparseableError as error:
            return _refuse(error)
        if operation is None:
            return self._pass_through(environ, body)
        try:
            call = self._call(environ, operation, credential)
        except AwsError as error:
            return write_error(operation, error, str(uuid.uuid4()))
        return self._cloud.carry_out(call, operation, environ, body)

    def _answer_cbor(
        self, service: str, environ: dict[str, Any], body: bytes, credential: Credential
    ) -> Response:
        try:
            operation = read_cbor(service, environ["PATH_INFO"], body)
            if operation is None:
                return self._pass_through(environ, body)
            handed, body = hand_on(operation, environ)
            response = self._cloud.carry_out(
                self._call(handed, operation, credential), operation, handed, body
            )
        except AwsError as error:
            return _refuse(error)
        return write_cbor(operation, response)

    def _service(self, environ: dict[str, Any], body: bytes, credential: Credential) -> str | None:
        if credential.service in self._cloud.native:
            return credential.service
        room = self._cloud.moto.room(environ, body)
        return None if room is None else service_of(room)

    def _pass_through(self, environ: dict[str, Any], body: bytes) -> Response:
        """Give moto what is no call of AWS: its own API, instance metadata, browsers' preflight requests."""
        room = self._cloud.moto.room(environ, body)
        if room is None:
            service = read_credential(environ).service
            error = AwsError(
                f"The local AWS has no service {service}.", code="NotImplemented", http_status=501
            )
            return _refuse(error)
        if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) == ("POST", "/moto-api/reset"):
            # To whom this is moto's server, nothing is left: not its trails either.
            self._cloud.reset()
        try:
            return self._cloud.moto.answer(room, environ, body)
        except AwsError as error:
            return _refuse(error)

    def _call(self, environ: dict[str, Any], operation: Operation, credential: Credential) -> Call:
        now = self._cloud.now()
        region = _region(environ, credential)
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
            host=environ.get("HTTP_HOST", ""),
            request_id=str(uuid.uuid4()),
            time=now,
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


_STATUSES = frozenset(HTTPStatus)


def _refuse(error: AwsError) -> Response:
    """An error for a request that no service could be found for."""
    document = {"__type": error.code, "message": error.message}
    headers = Headers({"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": error.code})
    return Response(error.http_status, headers, json.dumps(document).encode())


def _read_body(environ: dict[str, Any]) -> bytes:
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        body: bytes = stream.read()
        return body
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return stream.read(length) if length else b""


def _region(environ: dict[str, Any], credential: Credential) -> str:
    """The Region that a request is for, found as moto finds it."""
    if found := _REGION_IN_HOST.search(environ.get("HTTP_HOST", "")):
        return found.group(1)
    if found := _REGION_IN_USER_AGENT.search(environ.get("HTTP_USER_AGENT", "")):
        return found.group(1)
    return credential.region or "us-east-1"
