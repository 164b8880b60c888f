"""Delivery of log files into S3."""

from __future__ import annotations

import gzip
import json
import threading
from typing import Any

import pytest
from moto.s3.models import s3_backends

from packages.localaws.tests.cloudtrail.conftest import (
    ACCOUNT_ID,
    BUCKET,
    Service,
    make_bucket,
    make_record,
    s3,
)


def delivered(bucket: str = BUCKET) -> list[dict[str, Any]]:
    """Every record in the bucket."""
    records: list[dict[str, Any]] = []
    for item in s3().list_objects_v2(Bucket=bucket).get("Contents", []):
        body = s3().get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
        records += json.loads(gzip.decompress(body))["Records"]
    return records


@pytest.fixture
def trail(service: Service) -> Service:
    """A logging multi-Region trail `audit` into the bucket `logs`."""
    make_bucket()
    service.call("CreateTrail", Name="audit", S3BucketName=BUCKET, S3KeyPrefix="p", IsMultiRegionTrail=True)
    service.call("StartLogging", Name="audit")
    return service


def test_a_record_is_delivered_under_the_key_that_aws_uses(trail: Service) -> None:
    """The key holds prefix, account, Region, date and time of delivery."""
    trail.record(awsRegion="eu-west-1")
    assert trail.cloudtrail.flush() == {"delivered": 1, "pending": 0}
    (item,) = s3().list_objects_v2(Bucket=BUCKET)["Contents"]
    assert item["Key"].startswith(
        f"p/AWSLogs/{ACCOUNT_ID}/CloudTrail/eu-west-1/2026/03/04/"
        f"{ACCOUNT_ID}_CloudTrail_eu-west-1_20260304T0506Z_"
    )


def test_nothing_is_delivered_before_logging_starts_or_after_it_stops(service: Service) -> None:
    """Only what happens between StartLogging and StopLogging reaches the bucket."""
    make_bucket()
    service.call("CreateTrail", Name="audit", S3BucketName=BUCKET)
    service.record(eventID="before")
    service.call("StartLogging", Name="audit")
    service.record(eventID="during")
    service.call("StopLogging", Name="audit")
    service.record(eventID="after")
    service.cloudtrail.flush()
    assert [record["eventID"] for record in delivered()] == ["during"]


def test_events_of_many_threads_arrive_exactly_once(trail: Service) -> None:
    """Deliveries while records come in lose nothing and double nothing."""
    records = [[make_record(trail.cloud.now()) for _ in range(200)] for _ in range(8)]

    def hand_in(own: list[dict[str, Any]]) -> None:
        for record in own:
            trail.cloudtrail.accept(record)

    threads = [threading.Thread(target=hand_in, args=(own,)) for own in records]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        trail.cloudtrail.flush()
    trail.cloudtrail.flush()
    sent = sorted(record["eventID"] for own in records for record in own)
    assert sorted(record["eventID"] for record in delivered()) == sent


def test_large_queues_are_split_into_files(trail: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file holds a bounded number of events, and all files together hold each event once, in order."""
    monkeypatch.setattr("localaws.cloudtrail.delivery.EVENTS_PER_FILE", 10)
    sent = [trail.record()["eventID"] for _ in range(25)]
    trail.cloudtrail.flush()
    assert len(s3().list_objects_v2(Bucket=BUCKET)["Contents"]) == 3
    assert sorted(record["eventID"] for record in delivered()) == sorted(sent)


def test_events_are_given_up_after_30_days(trail: Service) -> None:
    """What could not be delivered for 30 days is lost, as on AWS; what is younger is not."""
    policy = s3().get_bucket_policy(Bucket=BUCKET)["Policy"]
    s3().delete_bucket_policy(Bucket=BUCKET)
    trail.record(eventID="old")
    trail.cloud.advance(days=29)
    trail.record(eventID="young")
    trail.cloud.advance(days=2)
    assert trail.cloudtrail.flush() == {"delivered": 0, "pending": 1}
    s3().put_bucket_policy(Bucket=BUCKET, Policy=policy)
    trail.cloudtrail.flush()
    assert [record["eventID"] for record in delivered()] == ["young"]


def test_events_that_the_clock_made_old_are_tried_once(trail: Service) -> None:
    """Where the clock moves ahead by more than 30 days, what was pending is still delivered."""
    trail.record(eventID="pending")
    trail.cloud.advance(days=31)
    assert trail.cloudtrail.flush() == {"delivered": 1, "pending": 0}
    assert [record["eventID"] for record in delivered()] == ["pending"]


def test_stopping_the_service_delivers_what_is_left(service: Service) -> None:
    """The delivery thread's last act is a delivery."""
    make_bucket()
    service.call("CreateTrail", Name="audit", S3BucketName=BUCKET)
    service.call("StartLogging", Name="audit")
    service.cloudtrail.start()
    service.record(eventID="last")
    service.cloudtrail.stop()
    assert [record["eventID"] for record in delivered()] == ["last"]


def test_a_policy_that_cannot_be_weighed_allows_nothing(trail: Service) -> None:
    """A bucket policy of unknown elements holds delivery back instead of letting it through."""
    bucket = s3_backends[ACCOUNT_ID]["aws"].buckets[BUCKET]
    policy = json.loads(bucket.policy or b"")
    policy["Statement"][0]["Condition"] = {"StringResembles": {"aws:SourceArn": "anything"}}
    bucket.policy = json.dumps(policy).encode()
    trail.record()
    assert trail.cloudtrail.flush() == {"delivered": 0, "pending": 1}
    assert trail.call("GetTrailStatus", Name="audit")["LatestDeliveryError"] == "AccessDenied"
