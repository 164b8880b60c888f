"""The way into moto: which of its rooms a request is for, and one call at a time in each."""

from __future__ import annotations

import io
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from functools import lru_cache
from typing import Any

from flask import Flask
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.datastructures import Headers
from werkzeug.test import run_wsgi_app

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

    def room(self, environ: dict[str, Any]) -> Flask | None:
        """Find the application for a request as moto's server does; None where moto does not know the service."""
        try:
            return self._dispatcher.get_application(environ)
        except UnknownService:
            return None

    def answer(self, room: Flask, environ: dict[str, Any], body: bytes, operation: str = "") -> Response:
        """Let moto answer a request whose body has been read."""
        environ = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        environ.pop("wsgi.input_terminated", None)
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        name: str = room.service  # type: ignore[attr-defined]
        with self.alone(name, operation):
            try:
                chunks, status, headers = run_wsgi_app(room, environ, buffered=True)
            except NotImplementedError as error:
                return Response(501, Headers({"Content-Type": "text/plain"}), str(error).encode())
            except Exception:  # noqa: BLE001 - moto runs in debug mode: whatever it meets comes out here
                traceback.print_exc(file=sys.stderr)
                return Response(
                    500, Headers({"Content-Type": "text/plain"}), b"moto failed; see its traceback"
                )
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


class UnknownService(LookupError):
    """Moto has no room for the request."""


class _Dispatcher(DomainDispatcherApplication):
    """Moto's dispatcher, which remembers the rooms found instead of trying 200 patterns for each request."""

    @lru_cache(maxsize=4096)  # noqa: B019 - lives as long as the process
    def get_backend_for_host(self, host: str | None) -> Any:
        """Find the room for a host name; None where the host is None, as the parent has it.

        Raises:
            UnknownService: there is none.

        """
        if host is None:
            return None
        with redirect_stdout(io.StringIO()):
            room = super().get_backend_for_host(host)
        if room is None:
            raise UnknownService(host)
        return room


def service_of(room: Flask) -> str | None:
    """Botocore's name of the service that a room imitates; None for moto's own API and instance metadata."""
    return botocore_name(room.service)  # type: ignore[attr-defined]


def account_header(environ: Mapping[str, Any]) -> str | None:
    """The account that a client asks for by moto's own header."""
    account_id: str | None = environ.get("HTTP_X_MOTO_ACCOUNT_ID")
    return account_id
