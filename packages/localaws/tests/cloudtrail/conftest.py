"""CloudTrail by itself: a cloud with a clock that tests move, and moto's backends around it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from localaws.call import Call, Caller
from localaws.cloudtrail import CloudTrail

ACCOUNT_ID = "123456789012"
BUCKET = "audit-log-bucket"
_NUMBERS = itertools.count(1)


@dataclass
class FakeCloud:
    """A cloud that only has a clock, and remembers the events put on its bus."""

    time: datetime = field(default_factory=lambda: datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC))
    events: list[Mapping[str, Any]] = field(default_factory=list)

    def now(self) -> datetime:
        """Return the clock's time."""
        return self.time

    def advance(self, **duration: float) -> None:
        """Move the clock."""
        self.time += timedelta(**duration)

    def invoke(
        self, service: str, operation: str, parameters: Mapping[str, Any], **_: Any
    ) -> Mapping[str, Any]:
        """Refuse: CloudTrail calls no other service this way."""
        raise AssertionError((service, operation, parameters))

    def put_event(self, **event: Any) -> None:
        """Remember an event."""
        self.events.append(event)


@dataclass
class Service:
    """CloudTrail and the means to call it."""

    cloud: FakeCloud
    cloudtrail: CloudTrail

    def call(
        self, operation: str, *, region: str = "us-east-1", account_id: str = ACCOUNT_ID, **parameters: Any
    ) -> Mapping[str, Any]:
        """Call an operation as the account's root."""
        return self.cloudtrail.handle(
            Call(
                service="cloudtrail",
                operation=operation,
                parameters=parameters,
                region=region,
                partition="aws",
                account_id=account_id,
                caller=Caller(type="Root", account_id=account_id, arn=f"arn:aws:iam::{account_id}:root"),
                source_ip="127.0.0.1",
                user_agent="pytest",
                host=f"cloudtrail.{region}.amazonaws.com",
                request_id=f"request-{next(_NUMBERS)}",
                time=self.cloud.now(),
            )
        )

    def record(self, **members: Any) -> Mapping[str, Any]:
        """Make a record of an Image Builder call, hand it in, and return it."""
        record = make_record(self.cloud.now(), **members)
        self.cloudtrail.accept(record)
        return record


def s3() -> Any:
    """Return a client of moto's S3."""
    return boto3.client("s3", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")


def make_bucket() -> None:
    """Make the log bucket with AWS's own example policy, for any trail of the account and any prefix."""
    cloudtrail = {"Service": "cloudtrail.amazonaws.com"}
    bucket = f"arn:aws:s3:::{BUCKET}"
    statements = [
        {"Effect": "Allow", "Principal": cloudtrail, "Action": "s3:GetBucketAcl", "Resource": bucket},
        {"Effect": "Allow", "Principal": cloudtrail, "Action": "s3:PutObject", "Resource": f"{bucket}/*"},
    ]
    s3().create_bucket(Bucket=BUCKET)
    s3().put_bucket_policy(
        Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements})
    )


def make_record(time: datetime, **members: Any) -> dict[str, Any]:
    """Return a record such as an Image Builder call leaves."""
    number = next(_NUMBERS)
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLE",
            "arn": f"arn:aws:iam::{ACCOUNT_ID}:user/ada",
            "accountId": ACCOUNT_ID,
            "accessKeyId": "AKIAEXAMPLE",
            "userName": "ada",
        },
        "eventTime": f"{time:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "imagebuilder.amazonaws.com",
        "eventName": "ListComponents",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "127.0.0.1",
        "userAgent": "pytest",
        "requestParameters": None,
        "responseElements": None,
        "requestID": f"request-{number}",
        "eventID": f"event-{number}",
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT_ID,
        "eventCategory": "Management",
        **members,
    }


@pytest.fixture
def service() -> Iterator[Service]:
    """CloudTrail, not started: tests deliver by `flush()`."""
    with mock_aws():
        cloud = FakeCloud()
        yield Service(cloud, CloudTrail(cloud, 3600))
