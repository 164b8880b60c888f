"""Requests are whole or refused, none is read as another, and those who wait lock nobody out."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from localaws.server import Server
from localaws.testing import LocalAws
from packages.localaws.tests.front import Front, signed
from packages.localaws.tests.wire import connect, exchange, request, statuses, until_closed

SIGNED = f"Authorization: {signed('iam')['Authorization']}"
FORM = "Content-Type: application/x-www-form-urlencoded"
CREATE = b"Action=CreateUser&Version=2010-05-08&UserName=smuggled"
SMUGGLED = request("POST / HTTP/1.1", SIGNED, FORM, f"Content-Length: {len(CREATE)}", body=CREATE)


def users(front: Front) -> list[str]:
    """Who exists."""
    return [user["UserName"] for user in front.client("iam").list_users()["Users"]]


@pytest.mark.parametrize(
    "headers",
    [
        ("Content-Length: many",),
        ("Content-Length: -1",),
        ("Content-Length: +5",),
        ("Content-Length: 0x10",),
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: 5, 5",),
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
        ("Transfer-Encoding: gzip, chunked",),
        ("Transfer-Encoding : chunked",),
        ("Broken line",),
        ("Name: value", " folded: Content-Length: 3"),
        ("Host: elsewhere",),
        ("X-Amz-Target: A.B", "X-Amz-Target: A.C"),
    ],
    ids=" ".join,
)
def test_a_bad_head_is_refused_and_its_body_is_no_second_request(
    front: Front, headers: tuple[str, ...]
) -> None:
    """The answer is one refusal, and then the connection is closed."""
    said = exchange(front.server.url, request("POST / HTTP/1.1", *headers) + SMUGGLED)
    assert len(statuses(said)) == 1
    assert statuses(said)[0] in {400, 501}
    assert users(front) == []


@pytest.mark.parametrize(
    "chunks",
    [
        b"garbage\r\n",
        b"-1\r\n",
        b"5\r\nwhole, but no end",
        b"3;" + b"x" * 100 + b"\n\r\n",
        b"0\r\nBroken trailer\r\n",
        b"ffffffffffffffffff\r\n",
    ],
)
def test_malformed_chunks_are_refused(front: Front, chunks: bytes) -> None:
    """A body in chunks that cannot be read is not carried out."""
    head = ("POST / HTTP/1.1", SIGNED, FORM, "Transfer-Encoding: chunked")
    length = f"{len(CREATE):x}\r\n".encode()
    said = exchange(front.server.url, request(*head, body=length + CREATE + b"\r\n" + chunks), end=True)
    assert statuses(said) in ([], [400], [413])
    assert users(front) == []


def test_chunk_lines_without_an_end_are_cut_short(front: Front) -> None:
    """Whoever sends a chunk's size for ever is refused before it fills the memory."""
    head = request("POST / HTTP/1.1", SIGNED, FORM, "Transfer-Encoding: chunked")
    with connect(front.server.url) as connection, contextlib.suppress(ConnectionError):
        connection.sendall(head)
        for _ in range(64):
            connection.sendall(b"1" * 65_536)
        pytest.fail("four megabytes of a chunk's size were taken")


@pytest.mark.parametrize("transfer", ["Content-Length: 200", "Transfer-Encoding: chunked"])
def test_a_body_that_is_cut_off_is_not_carried_out(front: Front, transfer: str) -> None:
    """A client that hangs up half-way has made no call."""
    body = CREATE if transfer.startswith("Content") else f"{len(CREATE):x}\r\n".encode() + CREATE + b"\r\n"
    exchange(front.server.url, request("POST / HTTP/1.1", SIGNED, FORM, transfer, body=body), end=True)
    assert users(front) == []
    assert [record["eventName"] for record in front.records] == ["ListUsers"]


def test_a_request_after_a_broken_line_is_not_carried_out(front: Front) -> None:
    """Lines that are no HTTP end the connection."""
    said = exchange(front.server.url, b"no request at all\r\n\r\n" + SMUGGLED)
    assert statuses(said) == [400]
    assert users(front) == []


def test_requests_in_a_row_are_answered_in_order(front: Front) -> None:
    """A client may send several before it reads."""
    sent = b"".join(
        request("GET /_localaws/info HTTP/1.1" if number % 2 else "GET /_localaws/none HTTP/1.1")
        for number in range(6)
    )
    last = request("GET /_localaws/info HTTP/1.1", "Connection: close")
    assert statuses(exchange(front.server.url, sent + last)) == [404, 200] * 3 + [200]


def test_a_head_that_is_too_large_is_refused(front: Front) -> None:
    """64 KB are enough for all headers."""
    said = exchange(front.server.url, request("GET /_localaws/info HTTP/1.1", "X: " + "x" * 70_000))
    assert statuses(said) == [431]


def test_a_method_override_overrides_nothing(front: Front) -> None:
    """The method is the one of the request line."""
    headers = signed("s3") | {"X-HTTP-Method-Override": "DELETE"}
    front.client("s3").create_bucket(Bucket="example-bucket")
    assert front.request("GET", "/example-bucket", None, headers).status == 200
    front.client("s3").head_bucket(Bucket="example-bucket")


@contextlib.contextmanager
def small_server(**limits: float) -> Iterator[Server]:
    """A server with low limits, whose application says how long the body was."""

    def app(environ: dict[str, object], start_response: object) -> list[bytes]:
        body = environ["wsgi.input"].read()  # type: ignore[attr-defined]
        start_response("200 OK", [])  # type: ignore[operator]
        return [str(len(body)).encode()]

    server = Server("127.0.0.1", 0, app, **limits)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join()


def test_a_body_that_is_too_large_is_refused() -> None:
    """By its announced length at once; in chunks, as soon as it has grown too large."""
    with small_server(max_body_bytes=1000) as server:
        for body, status in ((b"x" * 1000, 200), (b"x" * 1001, 413)):
            whole = request("PUT / HTTP/1.1", f"Content-Length: {len(body)}", "Connection: close", body=body)
            assert statuses(exchange(server.url, whole)) == [status]
        chunks = b"".join(b"64\r\n" + b"x" * 100 + b"\r\n" for _ in range(20))
        head = request("PUT / HTTP/1.1", "Transfer-Encoding: chunked")
        assert statuses(exchange(server.url, head + chunks)) == [413]


def test_idle_connections_lock_nobody_out() -> None:
    """Where all places are taken, the connection that was idle longest makes room."""
    with small_server(connections=20) as server, contextlib.ExitStack() as stack:
        idle = [stack.enter_context(connect(server.url)) for _ in range(30)]
        for connection in idle[::2]:
            with contextlib.suppress(ConnectionError):
                connection.sendall(b"GET / HTTP/1.1\r\nHost: local")
        assert statuses(exchange(server.url, request("GET / HTTP/1.1", "Connection: close"))) == [200]


def test_three_hundred_idle_connections_lock_nobody_out() -> None:
    """What is usual on a busy machine is no strain for the server as it is run."""
    with LocalAws.started() as aws, contextlib.ExitStack() as stack:
        for _ in range(300):
            stack.enter_context(connect(aws.endpoint)).sendall(b"POST / HTTP/1.1\r\nContent-Length: 9")
        assert aws.control("info")["instance"]


def test_a_connection_on_which_nothing_happens_is_closed() -> None:
    """Whoever announces a body and does not send it waits for nothing."""
    with small_server(idle_seconds=0.2) as server, connect(server.url) as connection:
        connection.sendall(request("PUT / HTTP/1.1", "Content-Length: 100", body=b"half"))
        started = time.monotonic()
        assert until_closed(connection) == b""
        assert time.monotonic() - started < 20


def test_running_requests_are_answered_at_the_end() -> None:
    """A server that is asked to stop ends what it has begun, and only then closes."""
    begun, release = threading.Event(), threading.Event()

    def app(_environ: object, start_response: object) -> list[bytes]:
        begun.set()
        release.wait(20)
        start_response("200 OK", [])  # type: ignore[operator]
        return [b"done"]

    server = Server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with connect(server.url) as connection:
        connection.sendall(request("GET / HTTP/1.1"))
        assert begun.wait(20)
        server.stop()
        release.set()
        assert until_closed(connection).endswith(b"done")
    thread.join(20)
    assert not thread.is_alive()


def test_a_server_that_has_ended_can_be_stopped_again() -> None:
    """Late threads wake nobody: the pipe's number may be another file's by then."""
    with small_server() as server:
        pass
    server.stop()
    server.close()


def test_head_and_no_content_have_no_body(front: Front) -> None:
    """What follows on the connection is the next answer."""
    bucket = f"Authorization: {signed('s3')['Authorization']}"
    front.client("s3").create_bucket(Bucket="example-bucket")
    sent = request("HEAD /example-bucket HTTP/1.1", bucket)
    sent += request("DELETE /example-bucket HTTP/1.1", bucket)
    said = exchange(front.server.url, sent + request("GET /_localaws/info HTTP/1.1", "Connection: close"))
    assert statuses(said) == [200, 204, 200]
    assert json.loads(said.rsplit(b"\r\n\r\n", 1)[1])["instance"]


def test_half_closed_clients_get_their_answer(front: Front) -> None:
    """A client may end its half of the connection once it has asked."""
    with connect(front.server.url) as connection:
        connection.sendall(request("GET /_localaws/info HTTP/1.1", "Connection: close"))
        connection.shutdown(socket.SHUT_WR)
        assert statuses(until_closed(connection)) == [200]
