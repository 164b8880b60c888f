"""How many calls a second the local AWS answers with recording on, and what recording adds to moto alone.

All servers run side by side in processes of their own, and are measured in turns, so that whatever else the
machine does hits them alike. The client speaks plain HTTP with fixed signatures, which none of them checks:
botocore's own work would otherwise hide the difference. Bare moto is measured twice: as its own server, which
closes the connection after each answer, and as its applications behind our server without our front door.
"""

from __future__ import annotations

import http.client
import socket
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

CALLS = 400
CLIENTS = 8
ROUNDS = 5
TARGET_RATE = 150.0
TARGET_OVERHEAD = 1.5

_BARE = """
import sys
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from localaws.server import Server, run
sys.exit(run(Server("127.0.0.1", int(sys.argv[2]), DomainDispatcherApplication(create_backend_app))))
"""
SERVERS = {
    "local AWS": ["-m", "localaws", "serve"],
    "moto behind our server": ["-c", _BARE],
    "moto's own server": ["-m", "moto.server"],
}


def form(**fields: str) -> tuple[str, bytes]:
    """The body of a call in the query protocol."""
    return "application/x-www-form-urlencoded", urlencode(fields).encode()


CALLS_MADE = {
    "iam GetUser": ("iam", "", form(Action="GetUser", Version="2010-05-08", UserName="measured")),
    "iam UpdateUser": ("iam", "", form(Action="UpdateUser", Version="2010-05-08", UserName="measured")),
    "kms ListKeys": ("kms", "TrentService.ListKeys", ("application/x-amz-json-1.1", b"{}")),
    "sns CreateTopic": ("sns", "", form(Action="CreateTopic", Version="2010-03-31", Name="measured")),
}


def headers(service: str, target: str, content_type: str) -> dict[str, str]:
    """The headers of a signed call of the root user."""
    scope = f"test/20260101/us-east-1/{service}/aws4_request"
    signed = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        "Content-Type": content_type,
    }
    return {**signed, "X-Amz-Target": target} if target else signed


def call(connection: http.client.HTTPConnection, name: str) -> int:
    """Make one call and return the status."""
    service, target, (content_type, body) = CALLS_MADE[name]
    connection.request("POST", "/", body, headers(service, target, content_type))
    response = connection.getresponse()
    response.read()
    return response.status


def client(endpoint: str, count: int) -> None:
    """Make `count` calls, of each kind in turn, on one connection where the server keeps it."""
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc)
    names = list(CALLS_MADE)
    for number in range(count):
        status = call(connection, names[number % len(names)])
        assert status == 200, f"{names[number % len(names)]} answered {status}"
    connection.close()


def rate(endpoint: str, clients: int) -> float:
    """Calls a second of several clients at once."""
    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(lambda _: client(endpoint, CALLS // clients), range(clients)))
    return CALLS / (time.perf_counter() - started)


def start(arguments: list[str]) -> tuple[subprocess.Popen[bytes], str]:
    """Start a server on a free port and wait until it answers."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, *arguments, "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return process, f"http://127.0.0.1:{port}"
    raise SystemExit(f"{command} did not start")


def prepare(endpoint: str) -> None:
    """Create what the calls ask about, and let the server load what it loads only once."""
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc)
    content_type, body = form(Action="CreateUser", Version="2010-05-08", UserName="measured")
    connection.request("POST", "/", body, headers("iam", "", content_type))
    assert connection.getresponse().read()
    connection.close()
    client(endpoint, 20)


def main() -> int:
    """Measure all servers, one client and several, and print the medians."""
    started = {name: start(command) for name, command in SERVERS.items()}
    try:
        for _, endpoint in started.values():
            prepare(endpoint)
        for clients in (1, CLIENTS):
            rates: dict[str, list[float]] = {name: [] for name in started}
            for _ in range(ROUNDS):
                for name, (_, endpoint) in started.items():
                    rates[name].append(rate(endpoint, clients))
            medians = {name: statistics.median(values) for name, values in rates.items()}
            ours = medians["local AWS"]
            print(f"{clients} client{'s' if clients > 1 else ''}, calls a second (median of {ROUNDS} rounds)")
            for name, median in medians.items():
                print(f"  {name:24} {median:7.0f}   local AWS takes {median / ours:.2f} x its time")
            print(f"  target: ≥ {TARGET_RATE:.0f} calls/s, and ≤ {TARGET_OVERHEAD} x\n")
    finally:
        for process, _ in started.values():
            process.terminate()
            process.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
