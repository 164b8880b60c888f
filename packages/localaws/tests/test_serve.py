"""`python -m localaws serve`: one line when it answers, loopback only, a clean end."""

from __future__ import annotations

import contextlib
import http.client
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from localaws.server import is_loopback
from localaws.testing import LocalAws
from packages.localaws.tests.front import signed
from tests import ROOT


def serve(*flags: str) -> subprocess.CompletedProcess[str]:
    """Run `serve` where it is expected to end by itself."""
    command = [sys.executable, "-m", "localaws", "serve", *flags]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_ready_line_is_all_of_stdout_and_sigterm_ends_cleanly() -> None:
    """The line names where it answers; SIGTERM ends it with 0."""
    with LocalAws.started() as aws:
        assert aws.control("info")["instance"]
        aws.process.send_signal(signal.SIGTERM)
        assert aws.process.wait(30) == 0
        assert aws.process.stdout is not None
        assert aws.process.stdout.read() == ""


@contextlib.contextmanager
def load(endpoint: str, clients: int = 8) -> Iterator[threading.Event]:
    """Clients that ask without a pause until it ends, over connections that they keep and over new ones."""
    done, asked = threading.Event(), threading.Event()
    body, headers = (
        "Action=ListUsers&Version=2010-05-08",
        signed("iam") | {"Content-Type": "application/x-www-form-urlencoded"},
    )

    def ask() -> None:
        while not done.is_set():
            connection = http.client.HTTPConnection(endpoint.removeprefix("http://"), timeout=20)
            with contextlib.suppress(OSError, http.client.HTTPException):
                for _ in range(10):
                    connection.request("POST", "/", body, headers)
                    assert connection.getresponse().read()
                    asked.set()
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield asked
    finally:
        done.set()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize("attempt", range(5))
def test_sigterm_under_load_ends_cleanly(attempt: int) -> None:
    """However busy it is, one signal is enough, and the exit code is 0."""
    with LocalAws.started() as aws, load(aws.endpoint) as asked:
        assert asked.wait(20)
        aws.process.send_signal(signal.SIGTERM)
        assert aws.process.wait(30) == 0


def test_it_can_be_started_again_on_its_port_at_once() -> None:
    """Connections that are still winding up do not keep the port."""
    with LocalAws.started() as aws:
        port = aws.endpoint.rsplit(":", 1)[1]
        with contextlib.ExitStack() as stack:
            for _ in range(3):
                connection = stack.enter_context(socket.create_connection(("127.0.0.1", int(port))))
                connection.sendall(b"GET /_localaws/info HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert connection.recv(1)
            # It closes first, and so it is its side that has to wait.
            aws.process.send_signal(signal.SIGTERM)
            assert aws.process.wait(30) == 0
    with LocalAws.started("--port", port) as again:
        assert again.endpoint.endswith(f":{port}")


def test_interrupt_ends_with_130() -> None:
    """Ctrl-C is told apart from a clean stop."""
    with LocalAws.started() as aws:
        aws.process.send_signal(signal.SIGINT)
        assert aws.process.wait(30) == 130


def test_sigterm_during_the_start_ends_cleanly() -> None:
    """Before the ready line there is nothing to say and nothing to wind up."""
    code = """
import os, signal, sys
class Signalling:
    def find_spec(self, name, *_):
        if name == "localaws.cloud":
            os.kill(os.getpid(), signal.SIGTERM)
sys.meta_path.insert(0, Signalling())
from console.runner import run
from localaws.cli import app
run(app, "localaws")
"""
    command = [sys.executable, "-c", code, "serve", "--port", "0"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")


def test_switches_of_moto_do_not_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sets one for something else is answered all the same."""
    code = """
from localaws.cli import serve
try:
    flags = dict(port=0, delivery_seconds=1, latency_ms=0, enforce_iam=False, kms_tag_delay=0)
    serve.callback(host="192.0.2.1", **flags)
except Exception:
    from moto import settings
    print(settings.INITIAL_NO_AUTH_ACTION_COUNT)
"""
    monkeypatch.setenv("INITIAL_NO_AUTH_ACTION_COUNT", "0")
    command = [sys.executable, "-c", code]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert finished.stdout == "inf\n"


def test_taken_port_is_one_line_and_exit_code_2() -> None:
    """A port in use is the user's business, not a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        finished = serve("--port", port)
    assert finished.returncode == 2
    assert finished.stdout == ""
    (line,) = finished.stderr.splitlines()
    assert port in line
    assert "Address already in use" in line


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com", "::"])  # noqa: S104
def test_only_loopback_is_served(host: str) -> None:
    """Whatever others could reach is refused before anything listens."""
    assert not is_loopback(host)
    finished = serve("--host", host)
    assert finished.returncode == 2
    assert "loopback" in finished.stderr
    assert len(finished.stderr.splitlines()) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "::1"])
def test_every_loopback_address_is_one(host: str) -> None:
    """All of this machine's own addresses are accepted."""
    assert is_loopback(host)


@pytest.mark.parametrize(
    "flags",
    [
        ("--port", "65536"),
        ("--port", "http"),
        ("--delivery-seconds", "0"),
        ("--latency-ms", "-1"),
        *[
            (flag, value)
            for flag in ("--delivery-seconds", "--latency-ms", "--kms-tag-delay")
            for value in ("inf", "nan", "1e18")
        ],
        ("--nope",),
    ],
)
def test_bad_flags_are_usage_errors(flags: tuple[str, ...]) -> None:
    """A wrong flag or value ends with 2 and names the flag."""
    finished = serve(*flags)
    assert finished.returncode == 2
    assert flags[0] in finished.stderr
    assert "Traceback" not in finished.stderr


def test_help_shows_an_example() -> None:
    """Each command's help has a line to copy."""
    for command in ("serve", "pulumi"):
        arguments = [sys.executable, "-m", "localaws", command, "--help"]
        text = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        assert f"python -m localaws {command}" in text


def test_aborted_connections_leave_it_answering() -> None:
    """Clients that hang up half-way do no harm, and cause no traceback."""
    with LocalAws.started() as aws:
        host, port = aws.endpoint.removeprefix("http://").split(":")
        for half in (b"", b"GET / HT", b"PUT /bucket/key HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf"):
            with socket.create_connection((host, int(port))) as connection:
                connection.sendall(half)
        assert aws.control("info")


def test_garbage_is_a_bad_request() -> None:
    """What is no HTTP is answered with 400."""
    with LocalAws.started() as aws:
        host, port = aws.endpoint.removeprefix("http://").split(":")
        connection = http.client.HTTPConnection(host, int(port))
        connection.putrequest("GET", "/")
        connection.putheader("Content-Length", "many")
        connection.endheaders()
        assert connection.getresponse().status == 400
        with socket.create_connection((host, int(port))) as raw:
            raw.sendall(b"\x16\x03\x01 nonsense\r\n\r\n")
            assert b"400" in raw.recv(200)
