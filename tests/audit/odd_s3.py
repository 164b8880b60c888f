"""An S3 on a port of its own that answers each request just as a test says: late, garbled, endless, never."""

from __future__ import annotations

import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

PAGE = b"<!DOCTYPE html>\n<html><body><br>Please log in to the <b>proxy</body></html>"
TIDY_PAGE = b"<html><body><p>Please log in.</p></body></html>"
Answer = Callable[["Request"], None]


@dataclass
class Request:
    """One request for an object, and the ways in which it can be answered."""

    handler: BaseHTTPRequestHandler
    number: int  # how often the object was asked for, this time included
    ended: threading.Event

    def send(self, body: bytes, status: int = 200, **headers: str) -> None:
        """Answer, with these headers more or instead; `_` stands for a hyphen."""
        given = {"Content-Length": str(len(body))} | {
            name.replace("_", "-"): text for name, text in headers.items()
        }
        self.handler.send_response(status)
        for name, text in given.items():
            self.handler.send_header(name, text)
        self.handler.end_headers()
        self.handler.wfile.write(body)

    def break_off(self, body: bytes) -> None:
        """Send half of the body, then reset the connection."""
        self.send(body[: len(body) // 2], Content_Length=str(len(body)))
        self.handler.wfile.flush()
        linger = struct.pack("ii", 1, 0)  # closing throws away what is under way
        self.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.handler.connection.close()
        self.handler.close_connection = True

    def say_nothing(self) -> None:
        """Keep the connection and never answer."""
        self.handler.close_connection = True
        self.ended.wait()

    def send_without_end(self, piece: bytes = b"\0" * 2**16) -> None:
        """Send as long as anybody listens."""
        self.handler.send_response(200)
        self.handler.send_header("Transfer-Encoding", "chunked")
        self.handler.end_headers()
        self.handler.close_connection = True
        chunk = b"%x\r\n%b\r\n" % (len(piece), piece)
        while not self.ended.is_set():
            self.handler.wfile.write(chunk)


@dataclass
class OddS3:
    """What it serves as bucket `logs`: for each key a body or a way to answer. Counts requests by key."""

    objects: Mapping[str, bytes | Answer]
    listing: Callable[[list[str]], bytes]
    asked: Counter[str] = field(default_factory=Counter)
    endpoint: str = ""

    @contextmanager
    def started(self) -> Iterator[OddS3]:
        """Serve until the end of the block."""
        ended, lock, outer = threading.Event(), threading.Lock(), self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                key = unquote(urlsplit(self.path).path).removeprefix("/logs").removeprefix("/")
                with lock:
                    outer.asked[key] += 1
                    request = Request(self, outer.asked[key], ended)
                answer = outer.objects[key] if key else outer.listing(sorted(outer.objects))
                try:
                    if callable(answer):
                        answer(request)
                    else:
                        request.send(answer)
                except OSError:
                    self.close_connection = True  # nobody listens any more

            def log_message(self, format: str, *values: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            request_queue_size = 128
            block_on_close = False

            def handle_error(self, request: object, address: object) -> None:
                """Say nothing: connections break because the tests break them."""

        server = Server(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.endpoint = f"http://127.0.0.1:{server.server_port}"
        try:
            yield self
        finally:
            ended.set()
            server.shutdown()
            server.server_close()
            thread.join()


def listed(
    keys: list[str], modified: str = "2026-01-01T00:00:00.000Z", size: str = "1", more: str = ""
) -> bytes:
    """A page of ListObjectsV2 with all keys; `more` is a token to which the next page belongs."""
    items = "".join(
        f"<Contents><Key>{key}</Key><LastModified>{modified}</LastModified><Size>{size}</Size></Contents>"
        for key in keys
    )
    token = f"<NextContinuationToken>{more}</NextContinuationToken>" if more else ""
    return (
        '<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<IsTruncated>{'true' if more else 'false'}</IsTruncated>{token}{items}</ListBucketResult>"
    ).encode()
