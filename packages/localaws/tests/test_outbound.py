"""Nothing leaves this machine, whatever moto is asked to send."""

from __future__ import annotations

import http.server
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from localaws.testing import LocalAws
from tests import ROOT


@contextmanager
def listener(address: str) -> Iterator[tuple[str, list[str]]]:
    """A web server: its URL, and the methods of the requests that it got."""
    heard: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.command)
            self.send_response(200)
            self.end_headers()

        do_GET = do_PUT = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer((address, 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{address}:{server.server_port}/", heard
        server.shutdown()


def own_address() -> str:
    """An address of this machine that is not loopback; its network need not work."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            pytest.skip("this machine has no address besides loopback")
        return str(probe.getsockname()[0])


def publish(aws: LocalAws, url: str) -> None:
    """Send something to a topic's subscriber, to an API destination and to a stream's endpoint."""
    sns, events, firehose = (aws.client(name) for name in ("sns", "events", "firehose"))
    topic = sns.create_topic(Name="topic")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=url)
    sns.publish(TopicArn=topic, Message="message")
    connection = events.create_connection(
        Name="connection",
        AuthorizationType="API_KEY",
        AuthParameters={"ApiKeyAuthParameters": {"ApiKeyName": "a", "ApiKeyValue": "b"}},
    )["ConnectionArn"]
    destination = events.create_api_destination(
        Name="destination", ConnectionArn=connection, InvocationEndpoint=url, HttpMethod="POST"
    )["ApiDestinationArn"]
    events.put_rule(Name="rule", EventPattern=json.dumps({"source": ["example"]}))
    events.put_targets(Rule="rule", Targets=[{"Id": "1", "Arn": destination}])
    events.put_events(Entries=[{"Source": "example", "DetailType": "example", "Detail": "{}"}])
    bucket = {"RoleARN": "arn:aws:iam::123456789012:role/role", "BucketARN": "arn:aws:s3:::bucket"}
    firehose.create_delivery_stream(
        DeliveryStreamName="stream",
        HttpEndpointDestinationConfiguration={
            "EndpointConfiguration": {"Url": url},
            "S3Configuration": bucket,
        },
    )
    firehose.put_record(DeliveryStreamName="stream", Record={"Data": b"record"})


def test_nothing_is_sent_beyond_this_machine() -> None:
    """Calls that would send something succeed, as where a subscriber cannot be reached; nothing comes."""
    with listener(own_address()) as (url, heard), LocalAws.started() as aws:
        publish(aws, url)
        assert aws.control("info")["instance"]
    assert heard == []


def test_programs_on_this_machine_are_told() -> None:
    """A subscriber on loopback gets its notices, past any proxy."""
    with listener("127.0.0.1") as (url, heard), LocalAws.started() as aws:
        publish(aws, url)
    assert heard == ["POST"] * 3


def test_nobody_s_name_is_looked_up() -> None:
    """A name is a message to whoever answers for it."""
    with LocalAws.started() as aws:
        publish(aws, "http://subscriber.example.com/")
        assert aws.control("info")["instance"]


def test_functions_run_in_no_container() -> None:
    """An invocation is answered without Docker."""
    with LocalAws.started() as aws:
        iam = aws.client("iam")
        trust = {"Version": "2012-10-17", "Statement": []}
        role = iam.create_role(RoleName="role", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        aws.client("lambda").create_function(
            FunctionName="function", Role=role, Runtime="python3.13", Handler="a.b", Code={"ZipFile": b""}
        )
        assert aws.client("lambda").invoke(FunctionName="function")["StatusCode"] == 200


HELD_BACK = """
import os, socket, subprocess, urllib.request
from localaws.outbound import OutboundError, forbid
forbid()
attempts = {
    "connect": lambda: socket.create_connection(("192.0.2.1", 9), timeout=1),
    "sixth version": lambda: socket.socket(socket.AF_INET6).connect(("2001:db8::1", 9)),
    "name": lambda: socket.getaddrinfo("example.com", 80),
    "name in bytes": lambda: socket.gethostbyname(b"example.com"),
    "datagram": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 9)),
    "path": lambda: socket.socket(socket.AF_UNIX).connect("/var/run/docker.sock"),
    "program": lambda: subprocess.run(["true"]),
    "shell": lambda: os.system("true"),
}
for name, attempt in attempts.items():
    try:
        attempt()
    except OutboundError:
        continue
    print(name)
with socket.create_server(("127.0.0.1", 0)) as server:
    socket.create_connection(server.getsockname()).close()
    socket.create_connection(("localhost", server.getsockname()[1])).close()
"""


def test_every_way_out_is_closed() -> None:
    """Connections, datagrams, names, sockets of the system and programs are refused; loopback is not."""
    command = [sys.executable, "-c", HELD_BACK]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert finished.stdout == ""
