"""The HTTP server of the local AWS: loopback only, a thread per connection, connections kept alive.

Built on moto's own request handler, so that requests reach moto as they do in its server; what that one lacks
is keep-alive, an answer written at once, and a backlog for a burst of clients.
"""

from __future__ import annotations

import ipaddress
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from http.server import HTTPServer
from socketserver import ThreadingMixIn
from types import FrameType
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler

from console.messages import say_fault
from localaws.faults import DropConnection

_BODILESS = frozenset({204, 304})


class _Handler(MotoRequestHandler):
    """Reads requests from one connection and writes the responses."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # Unbuffered writing would cost a system call for each header.
    wbufsize = -1

    def run_wsgi(self) -> None:
        """Answer one request."""
        try:
            self._write(self.server.app(self.make_environ(), self._start_response))
        except DropConnection:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        except ConnectionError:
            raise
        except Exception as error:  # noqa: BLE001 - the last line of defence: the client gets an answer
            say_fault("localaws", error)
            self._start_response("500 Internal Server Error", [("Content-Type", "text/plain")])
            self._write([b"a mistake of the local AWS; see its stderr"])

    def handle_expect_100(self) -> bool:
        """Ask for the body at once, which the client holds back until then."""
        asked = super().handle_expect_100()
        self.wfile.flush()
        return asked

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], *_: Any
    ) -> Callable[[bytes], object]:
        self._status, self._headers = status, headers
        return self.wfile.write

    def _write(self, chunks: Iterable[bytes]) -> None:
        body = b"".join(chunks)
        code, _, phrase = self._status.partition(" ")
        self.send_response(int(code), phrase)
        names = set()
        for name, value in self._headers:
            names.add(name.lower())
            if name.lower() not in {"connection", "transfer-encoding"} and (
                name.lower() != "content-length" or self.command == "HEAD"
            ):
                self.send_header(name, value)
        if int(code) not in _BODILESS and not (self.command == "HEAD" and "content-length" in names):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and int(code) not in _BODILESS:
            self.wfile.write(body)
        self.wfile.flush()

    def version_string(self) -> str:
        """What the Server header says."""
        return "localaws"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the parent's name
        """Say nothing of single requests."""


class Server(ThreadingMixIn, HTTPServer):
    """Serves one WSGI application on a loopback address."""

    daemon_threads = True
    allow_reuse_address = True
    # Clients that all come at once wait here; the kernel refuses whom it has no room for.
    request_queue_size = 4096
    # What the request handler asks of a server of Werkzeug's.
    ssl_context = None
    multithread = True
    multiprocess = False

    def __init__(self, host: str, port: int, app: Callable[..., Iterable[bytes]]) -> None:
        """Bind the port, which may be 0 for any free one.

        Raises:
            OSError: the port is taken.

        """
        self.app = app
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        """Bind without asking the name service what the host is called."""
        socket.socket.bind(self.socket, self.server_address)
        self.server_address = self.socket.getsockname()

    @property
    def url(self) -> str:
        """Where it answers."""
        host, port = str(self.server_address[0]), self.server_address[1]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(server: Server) -> int:
    """Serve until a signal comes; the exit code: 0 after SIGTERM, 130 after an interrupt."""
    stopped = threading.Event()
    received: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    sys.stdout.write(f"ready {server.url}\n")
    sys.stdout.flush()
    stopped.wait()
    server.shutdown()
    server.server_close()
    return 130 if received[0] == signal.SIGINT else 0


def is_loopback(host: str) -> bool:
    """Whether a host is this machine and nobody else can reach it."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
