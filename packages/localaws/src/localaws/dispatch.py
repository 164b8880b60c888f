"""The way into moto: which of its rooms a request is for, and one call at a time in each."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from functools import lru_cache
from typing import Any

from flask import Flask
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import run_wsgi_app

from localaws import mends  # noqa: F401 - mends moto by being imported
from localaws.errors import AwsError
from localaws.models import botocore_name
from localaws.protocol import Response

# Calls that wait for others to come: no lock may be held meanwhile.
_WAITING = {("sqs", "ReceiveMessage")}
# Moto may call the server that it runs in. A callback that needs the same room then goes on without the lock.
_LOCK_SECONDS = 20.0


class Moto:
    """Moto's own applications, called within this process."""

    def __init__(self) -> None:
        self._dispatcher = _Dispatcher(create_backend_app)
        self._locks: dict[str, Any] = {}

    def room(self, environ: dict[str, Any], body: bytes) -> Flask | None:
        """Find the application for a request as moto's server does; None where it knows no such service."""
        try:
            # It looks into the body of an unsigned request.
            return self._dispatcher.get_application({**environ, "wsgi.input": io.BytesIO(body)})
        except UnknownServiceError:
            return None

    def answer(self, room: Flask, environ: dict[str, Any], body: bytes, operation: str = "") -> Response:
        """Let moto answer a request whose body has been read.

        Raises:
            NotImitatedError: moto does not imitate the operation.

        """
        environ = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        environ.pop("wsgi.input_terminated", None)
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        name: str = room.service  # type: ignore[attr-defined]
        with self.alone(name, operation):
            try:
                chunks, status, headers = run_wsgi_app(room, environ, buffered=True)
            except NotImplementedError as error:
                raise NotImitatedError(str(error)) from error
        return Response(int(status.split(" ", 1)[0]), headers, b"".join(chunks))

    @contextmanager
    def alone(self, name: str, operation: str) -> Iterator[None]:
        """Keep all other calls out of a room of moto, whose collections are not made for several threads."""
        lock = self._locks.setdefault(name, threading.RLock())
        held = (name, operation) not in _WAITING and lock.acquire(timeout=_LOCK_SECONDS)
        try:
            yield
        finally:
            if held:
                lock.release()


class NotImitatedError(AwsError):
    """Moto knows the service, but not the operation."""

    code = "NotImplemented"
    http_status = 501


class UnknownServiceError(LookupError):
    """Moto has no room for the request."""


class _Dispatcher(DomainDispatcherApplication):
    """Moto's dispatcher, which remembers the rooms found instead of trying 200 patterns for each request."""

    @lru_cache(maxsize=4096)  # noqa: B019 - lives as long as the process
    def get_backend_for_host(self, host: str | None) -> Any:
        """Find the room for a host name; None where the host is None, as the parent has it.

        Raises:
            UnknownServiceError: there is none.

        """
        if host is None:
            return None
        with redirect_stdout(io.StringIO()):
            room = super().get_backend_for_host(host)
        if room is None:
            raise UnknownServiceError(host)
        return room


def service_of(room: Flask) -> str | None:
    """Botocore's name of the service that a room imitates; None for moto's own API and instance metadata."""
    return botocore_name(room.service)  # type: ignore[attr-defined]
