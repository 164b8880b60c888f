"""Many clients at once: each call is answered, and recorded exactly once, in Event history and in S3."""

from __future__ import annotations

import gzip
import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from localaws.cloudtrail.regions import ENABLED_BY_DEFAULT as REGIONS
from localaws.testing import LocalAws
from packages.localaws.tests.front import ACCOUNT_ID, Front, document, signed

CLIENTS = 200
CALLS_EACH = 50
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


def request_of(client: int, number: int) -> tuple[str, str, str, dict[str, str]]:
    """One of several kinds of calls, some of which fail: method, path, body and headers."""
    region = REGIONS[client % len(REGIONS)]
    name = f"n{client}-{number}"
    arn = f"arn:aws:imagebuilder:{region}:{ACCOUNT_ID}:image/{name}/1.0.0/1"
    topic = urlencode({"Action": "CreateTopic", "Version": "2010-03-31", "Name": name})
    target = {"X-Amz-Target": "TrentService.ListKeys", "Content-Type": "application/x-amz-json-1.1"}
    kinds = (
        ("POST", "/ListImages", "{}", signed("imagebuilder", region=region) | JSON),
        ("GET", f"/GetImage?imageBuildVersionArn={quote(arn)}", "", signed("imagebuilder", region=region)),
        ("POST", "/", topic, signed("sns", region=region) | FORM),
        ("POST", "/", "{}", signed("kms", region=region) | target),
    )
    return kinds[(client + number) % len(kinds)]


def call_all(endpoint: str, client: int, start: threading.Barrier) -> list[str]:
    """Make one client's calls on one connection and return the request ids that it was given."""
    connection = http.client.HTTPConnection(endpoint.removeprefix("http://"), timeout=120)
    start.wait()
    ids = []
    for number in range(CALLS_EACH):
        method, path, body, headers = request_of(client, number)
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        response.read()
        assert response.status in {200, 400, 404}, response.status
        ids.append(str(response.headers["x-amzn-requestid"]))
    connection.close()
    return ids


def trail_to(aws: LocalAws, bucket: str) -> None:
    """Start a trail of all Regions into a bucket that lets CloudTrail in."""
    s3, cloudtrail = aws.client("s3"), aws.client("cloudtrail")
    s3.create_bucket(Bucket=bucket)
    service = {"Principal": {"Service": "cloudtrail.amazonaws.com"}, "Effect": "Allow"}
    check = {**service, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{bucket}"}
    acl = {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}
    objects = f"arn:aws:s3:::{bucket}/AWSLogs/{ACCOUNT_ID}/*"
    write = {**service, "Action": "s3:PutObject", "Resource": objects, "Condition": acl}
    s3.put_bucket_policy(Bucket=bucket, Policy=document(check, write))
    cloudtrail.create_trail(Name="all", S3BucketName=bucket, IsMultiRegionTrail=True)
    cloudtrail.start_logging(Name="all")


def delivered(aws: LocalAws, bucket: str) -> Iterator[Mapping[str, Any]]:
    """All records in the bucket's log files."""
    s3 = aws.client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", []):
            if "/CloudTrail/" in found["Key"]:
                body = s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
                yield from json.loads(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)["Records"]


def event_history(aws: LocalAws, region: str) -> list[Mapping[str, Any]]:
    """All events of a Region, at the two pages a second that AWS allows."""
    cloudtrail = aws.client("cloudtrail", region=region)
    events: list[Mapping[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        try:
            answer = cloudtrail.lookup_events(**token)
        except cloudtrail.exceptions.ClientError as error:
            if error.response["Error"]["Code"] != "ThrottlingException":
                raise
            threading.Event().wait(0.25)
            continue
        events.extend(json.loads(event["CloudTrailEvent"]) for event in answer["Events"])
        if "NextToken" not in answer:
            return events
        token = {"NextToken": answer["NextToken"]}


def test_each_of_ten_thousand_concurrent_calls_is_recorded_once() -> None:
    """200 clients that start at the same moment are all answered; nothing is lost, nothing twice."""
    with LocalAws.started("--delivery-seconds", "0.5") as aws:
        trail_to(aws, "log-bucket")
        start = threading.Barrier(CLIENTS)
        with ThreadPoolExecutor(CLIENTS) as pool:
            given = pool.map(lambda client: call_all(aws.endpoint, client, start), range(CLIENTS))
            made = Counter(request_id for ids in given for request_id in ids)
        aws.control("deliver", {})
        assert len(made) == CLIENTS * CALLS_EACH
        in_bucket = Counter(record["requestID"] for record in delivered(aws, "log-bucket"))
        assert {request_id: in_bucket[request_id] for request_id in made} == made
        with ThreadPoolExecutor(len(REGIONS)) as pool:
            pages = pool.map(lambda region: event_history(aws, region), REGIONS)
            looked_up = Counter(record["requestID"] for events in pages for record in events)
        assert {request_id: looked_up[request_id] for request_id in made} == made


def test_waiting_requests_do_not_queue() -> None:
    """With a latency, as many requests wait at once as there are clients."""
    waiting, most, everybody = set(), Counter[str](), threading.Event()

    def sleep(_seconds: float) -> None:
        waiting.add(threading.get_ident())
        most["waiting"] = max(most["waiting"], len(waiting))
        if len(waiting) == 40:
            everybody.set()
        assert everybody.wait(30)
        waiting.discard(threading.get_ident())

    with (
        Front.opened(enforce_iam=False, latency_seconds=0.001, sleep=sleep) as front,
        ThreadPoolExecutor(40) as pool,
    ):
        list(pool.map(lambda _: front.request("GET", "/", None, signed("s3")), range(40)))
    assert most["waiting"] == 40


def test_a_caller_who_polls_holds_up_nobody(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for a message lets others send one."""
    url = front.client("sqs").create_queue(QueueName="queue")["QueueUrl"].rsplit("/", 2)
    queue = f"{front.server.url}/{url[1]}/{url[2]}"
    received: list[Any] = []

    def poll() -> None:
        answer = front.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        received.extend(answer.get("Messages", []))

    poller = threading.Thread(target=poll)
    polling, alone = threading.Event(), front.cloud.moto.alone

    @contextmanager
    def watched(name: str, operation: str) -> Iterator[None]:
        with alone(name, operation):
            if operation == "ReceiveMessage":
                polling.set()
            yield

    monkeypatch.setattr(front.cloud.moto, "alone", watched)
    poller.start()
    assert polling.wait(20)
    front.client("sqs").send_message(QueueUrl=queue, MessageBody="hello")
    poller.join(20)
    assert [message["Body"] for message in received] == ["hello"]
