"""Only what proves to be a local AWS is taken for one."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from localaws.proof import claim
from localaws.pulumi import local
from packages.localaws.tests.front import Front

HOSTILE = {"AWS_ACCESS_KEY_ID": "AKIAREAL", "AWS_SECRET_ACCESS_KEY": "real", "AWS_SESSION_TOKEN": "real"}


@dataclass
class Impostor:
    """A server that gives one answer to everything, and notes what it is asked."""

    url: str = ""
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)


@contextmanager
def answering(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Iterator[Impostor]:
    """Serve an answer on a free port."""
    impostor = Impostor()
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            impostor.asked.append((self.requestline, dict(self.headers)))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        impostor.url = f"http://127.0.0.1:{server.server_port}"
        yield impostor
        server.shutdown()
        thread.join()


GENUINE = claim() | {"instance": "an-instance"}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, b"<Error><Code>AccessDenied</Code></Error>"),
        (403, GENUINE),
        (404, b""),
        (200, b"<html>welcome</html>"),
        (200, {}),
        (200, {"instance": "an-instance"}),
        (200, ["localaws"]),
        (200, {**GENUINE, "product": "another"}),
        (200, {**GENUINE, "protocol": 0}),
        (200, {**GENUINE, "instance": "../../elsewhere"}),
        (200, {**GENUINE, "instance": None}),
        (204, b""),
    ],
)
def test_what_does_not_say_that_it_is_a_local_aws_is_none(
    monkeypatch: pytest.MonkeyPatch, status: int, body: Any
) -> None:
    """Whatever else answers is refused in one line, after one request without credentials."""
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    with answering(status, body) as impostor:
        with pytest.raises(local.EndpointError, match="is no local AWS") as refused:
            local.named(impostor.url)
        assert "\n" not in str(refused.value)
        [(request, headers)] = impostor.asked
    assert request == "GET /_localaws/info HTTP/1.1"
    assert headers.keys() <= {"Host", "Accept-Encoding"}


def test_a_way_elsewhere_is_not_followed(front: Front) -> None:
    """An answer that leads to a local AWS is not one."""
    target = f"{front.server.url}/_localaws/info"
    with answering(302, b"", {"Location": target}) as impostor, pytest.raises(local.EndpointError):
        local.named(impostor.url)


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"])
def test_no_proxy_is_asked(front: Front, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A local AWS is found directly, whatever proxy the user has."""
    with answering(200, GENUINE) as proxy:
        monkeypatch.setenv(name, proxy.url)
        assert local.named(front.server.url).instance == front.cloud.instance
        assert proxy.asked == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_local_aws_is_recognised(front: Front, host: str) -> None:
    """A local AWS is recognised by either of its names."""
    endpoint = front.server.url.replace("127.0.0.1", host)
    assert local.named(f"{endpoint}/") == local.Local(endpoint, front.cloud.instance)


def test_a_foreign_endpoint_in_the_environment_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Where AWS_ENDPOINT_URL leads to something else on this machine, nothing is deployed anywhere."""
    with answering(403, b"") as impostor:
        monkeypatch.setenv("AWS_ENDPOINT_URL", impostor.url)
        with pytest.raises(local.EndpointError, match="is no local AWS"):
            local.usual(tmp_path_factory.mktemp("own"))


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://127.0.0.1:4566",
        "http://127.0.0.1@example.com",
        "http://example.com#127.0.0.1",
        "http://127.0.0.1.example.com",
        "http://0.0.0.0:4566",
        "http://[::1",
        "http://127.0.0.1:port",
        "http://127.0.0.1:4566/elsewhere",
        "ftp://127.0.0.1",
        "",
    ],
)
def test_what_is_not_plainly_this_machine_is_refused(endpoint: str) -> None:
    """Only `http` to a loopback address counts: no TLS, no other host, no path."""
    assert not local.is_loopback(endpoint)
    with pytest.raises(local.EndpointError, match="is not on this machine"):
        local.named(endpoint)
