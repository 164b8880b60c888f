"""The way into moto: one application for each of its modules, and one call at a time in each.

Moto's own dispatcher is not asked: which service a request is for was decided before, in `localaws.routing`.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from moto.moto_server.werkzeug_app import create_backend_app
from werkzeug.test import run_wsgi_app

from localaws import moto_fixes, moto_instances  # noqa: F401 - correct moto by being imported
from localaws.errors import AwsError
from localaws.protocol import CanonicalRequest, Response

# Calls that wait for others to come: no lock may be held meanwhile.
_WAITING = {("sqs", "ReceiveMessage")}
# Moto may call the server that it runs in. A callback that needs the same lock then goes on without it.
_LOCK_SECONDS = 20.0


class Moto:
    """Moto's own applications, called within this process."""

    def __init__(self) -> None:
        self._backends: dict[str, Flask] = {}
        self._locks: dict[str, Any] = {}
        self._making = threading.Lock()

    def backend(self, module: str) -> Flask:
        """The application of one of moto's modules, which is made when it is first asked for."""
        with self._making:
            if module not in self._backends:
                backend = create_backend_app(module)  # type: ignore[arg-type]
                backend.request_class = CanonicalRequest
                self._backends[module] = backend
            return self._backends[module]

    def answer(self, module: str, environ: dict[str, Any], body: bytes, operation: str = "") -> Response:
        """Let one of moto's modules answer a request whose body has been read.

        Raises:
            NotImitatedError: moto does not imitate the operation.

        """
        environ = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        environ.pop("wsgi.input_terminated", None)
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        backend = self.backend(module)
        with self.alone(module, operation):
            try:
                chunks, status, headers = run_wsgi_app(backend, environ, buffered=True)
            except NotImplementedError as error:
                raise NotImitatedError(str(error)) from error
        return Response(int(status.split(" ", 1)[0]), headers, b"".join(chunks))

    @contextmanager
    def alone(self, name: str, operation: str) -> Iterator[None]:
        """Keep other calls out of a backend of moto, whose collections are not made for several threads."""
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
