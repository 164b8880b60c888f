"""The HTTP server of the local AWS: waitress, on a loopback address.

Waitress reads each request whole before a thread answers it, so that idle or slow connections hold up nobody,
and a request that is cut off is never carried out. What is added here: a stricter parser, room made for new
connections, answers that are lost on request, and an end that leaves no running request unanswered.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any

from moto.core.request import PRESERVED_HEADER_NAMES_ENVIRON_KEY
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher, WSGITask
from waitress.utilities import build_http_date

from localaws.faults import DropConnection
from localaws.hosts import is_loopback
from localaws.http_parser import Parser
from localaws.outbound import forbid

THREADS = 64  # so many requests are answered at the same time; moto's own lock lets one through a service
CONNECTIONS = 4096
MAX_BODY_BYTES = 2**30
MAX_HEADER_BYTES = 65_536
IDLE_SECONDS = 120.0  # a connection on which nothing happens for so long is closed
STOP_SECONDS = 5.0  # how long the end waits for running requests
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "te", "trailers", "transfer-encoding", "upgrade"})

__all__ = ["Server", "is_loopback", "run"]

# Waitress tells of single requests and of its queue; only its own mistakes are of interest.
logging.getLogger("waitress").setLevel(logging.ERROR)
logging.getLogger("waitress.queue").setLevel(logging.ERROR)


class _Task(WSGITask):  # type: ignore[misc] # waitress has no types
    """Answers one request."""

    def service(self) -> None:
        """Carry the request out, and answer unless the answer is to be lost."""
        try:
            super().service()
        except DropConnection:
            self.close_on_finish = True
            self.channel.lose()

    def get_environment(self) -> dict[str, Any]:
        """The WSGI environment, with path and header names as they were sent."""
        if self.environ is None:
            environ = super().get_environment()
            environ["RAW_URI"] = self.request.raw_target
            # Waitress leaves out slashes at the beginning, which are part of an object's key.
            environ["PATH_INFO"] = self.request.path
            environ[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = self.request.metadata_names
        return self.environ  # type: ignore[no-any-return]

    def build_response_header(self) -> bytes:
        """Write status and headers, whose names stay as the application wrote them."""
        connection = self.request.headers.get("CONNECTION", "").lower()
        persists = connection == "keep-alive" if self.version == "1.0" else connection != "close"
        if self.close_on_finish or not persists or self.channel.server.stopping:
            self.close_on_finish = True
        skipped = _HOP_BY_HOP | {"date", "server"} | (set() if self.has_body else {"content-length"})
        lines = [f"HTTP/{self.version} {self.status}"]
        lines += [f"{name}: {value}" for name, value in self.response_headers if name.lower() not in skipped]
        given = {name.lower() for name, _ in self.response_headers}
        if self.has_body and "content-length" not in given:
            lines.append(f"Content-Length: {self.content_length or 0}")
        lines.append("Server: localaws")
        lines.append(f"Date: {build_http_date(self.start_time)}")
        if self.close_on_finish or self.version == "1.0":
            lines.append(f"Connection: {'close' if self.close_on_finish else 'Keep-Alive'}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1")


class _Channel(HTTPChannel):  # type: ignore[misc] # waitress has no types
    """One connection."""

    parser_class = Parser
    task_class = _Task

    @property
    def idle(self) -> bool:
        """Whether no whole request waits for its answer, nor an answer for being sent."""
        return not (self.requests or self.total_outbufs_len or self.close_when_flushed)

    def lose(self) -> None:
        """Close the connection without a further word."""
        self.will_close = True
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)


class Server(TcpWSGIServer):  # type: ignore[misc] # waitress has no types
    """Serves one WSGI application on a loopback address."""

    channel_class = _Channel

    def __init__(
        self,
        host: str,
        port: int,
        app: Callable[..., Iterable[bytes]],
        *,
        connections: int = CONNECTIONS,
        idle_seconds: float = IDLE_SECONDS,
        max_body_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        """Bind the port, which may be 0 for any free one, and listen.

        Raises:
            OSError: the port is taken.

        """
        self.stopping = False
        self._stopped = threading.Event()
        self._listens = True
        # A signal may come while the main thread holds it.
        self._waking = threading.RLock()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        adjustments = Adjustments(
            sockets=[],
            ident="localaws",
            # Waitress counts the listening socket and its own pipe among them.
            connection_limit=_raise_file_limit(connections) + 2,
            backlog=4096,
            cleanup_interval=max(1, int(idle_seconds / 4)),
            max_request_header_size=MAX_HEADER_BYTES,
            max_request_body_size=max_body_bytes + 1,
            clear_untrusted_proxy_headers=False,
        )
        adjustments.channel_timeout = idle_seconds
        dispatcher = ThreadedTaskDispatcher()
        address = ("127.0.0.1" if host == "localhost" else host, port)
        super().__init__(
            app,
            dispatcher=dispatcher,
            adj=adjustments,
            sockinfo=(family, socket.SOCK_STREAM, None, address),
        )
        dispatcher.set_thread_count(THREADS)

    @property
    def url(self) -> str:
        """Where it answers."""
        host, port = self.effective_host, self.effective_port
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def _make_room(self) -> None:
        """Where there is no place left for another connection, close the one that is idle longest."""
        if len(self._map) >= self.adj.connection_limit:
            idle = [channel for channel in self.active_channels.values() if channel.idle]
            if idle:
                min(idle, key=lambda channel: channel.last_activity).handle_close()

    def serve_forever(self) -> None:
        """Answer until `stop` is called, then end what is under way, for at most `STOP_SECONDS`."""
        while not self.stopping:
            self._make_room()
            wasyncore.poll2(1.0, self._map)
        self.accepting = False
        wasyncore.dispatcher.close(self)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            for channel in list(self.active_channels.values()):
                if channel.idle:
                    channel.handle_close()
            if not self.active_channels:
                break
            wasyncore.poll2(0.05, self._map)
        self.task_dispatcher.shutdown(timeout=0)
        with self._waking:
            self._listens = False
            self.trigger.close()
        wasyncore.close_all(self._map)
        self._stopped.set()

    def pull_trigger(self) -> None:
        """Wake the loop; once it has ended, its pipe's number may be another file's."""
        with self._waking:
            if self._listens:
                super().pull_trigger()

    def stop(self) -> None:
        """Ask `serve_forever` to end; callable from any thread, and from a signal handler."""
        self.stopping = True
        self.pull_trigger()

    def close(self) -> None:
        """Stop, and return when everything has ended."""
        self.stop()
        self._stopped.wait()


def run(server: Server) -> int:
    """Serve until a signal comes; the exit code: 0 after SIGTERM, 130 after an interrupt."""
    received: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        server.stop()

    forbid()
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    sys.stdout.write(f"ready {server.url}\n")
    sys.stdout.flush()
    server.serve_forever()
    # The end of the interpreter would otherwise look through all of moto for garbage.
    gc.freeze()
    return 130 if received[0] == signal.SIGINT else 0


def _raise_file_limit(connections: int) -> int:
    """Let the process open as many files as the connections need; return how many connections that allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + 256
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(connections, soft - 256)
