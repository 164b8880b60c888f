"""`aws cloudtrail validate-logs`: the AWS CLI, as an independent client, vouches for logs and digests."""

from __future__ import annotations

import gzip
import re
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from localaws.testing import LocalAws
from packages.localaws.tests.cloudtrail.deployment import BUCKET, REGION, TRAIL_ARN, Deployment
from tests.awscli.client import AwsCli

pytestmark = pytest.mark.awscli

START = datetime(2026, 3, 4, 5, 0, tzinfo=UTC)
SECOND_REGION = "eu-west-1"


class Hours:
    """A trail in the bucket, and a clock that goes on by the hour."""

    def __init__(self, aws: LocalAws, cli: AwsCli) -> None:
        self.cli = cli
        self.aws = aws
        self.passed = 0
        aws.control("reset", {})
        aws.control("clock", {"time": START.isoformat()})
        self.deployment = Deployment(aws)
        self.deployment.create_trail(EnableLogFileValidation=True)

    def pass_one(self) -> None:
        """Deliver everything of this hour, let it pass, and have its digests written."""
        self.end()
        self.write_digests()

    def end(self) -> None:
        """Deliver everything of this hour, and let it pass: from now on its digests are due."""
        self.deployment.deliver()
        self.passed += 1
        self.aws.control("clock", {"time": (START + timedelta(hours=self.passed, minutes=1)).isoformat()})

    def write_digests(self) -> None:
        """Have every digest written that is due and not yet there."""
        self.aws.control("digests", {})

    def validate(self, region: str = REGION) -> subprocess.CompletedProcess[str]:
        """Run validate-logs over the digests of a Region."""
        end = START + timedelta(hours=self.passed, minutes=1)
        return self.cli.run(
            "cloudtrail",
            "validate-logs",
            "--trail-arn",
            TRAIL_ARN,
            "--start-time",
            f"{START:%Y-%m-%dT%H:%M:%SZ}",
            "--end-time",
            f"{end:%Y-%m-%dT%H:%M:%SZ}",
            "--region",
            region,
            "--verbose",
        )

    def keys(self, folder: str, region: str = REGION) -> list[str]:
        """Return the keys of log files or digests of a Region, oldest first."""
        return [key for key in self.deployment.log_keys(folder) if f"/{region}/" in key]


@pytest.fixture(scope="module")
def cli(local_aws: LocalAws) -> AwsCli:
    """The AWS CLI, pointed at the local AWS."""
    return AwsCli(local_aws)


@pytest.fixture
def hours(local_aws: LocalAws, cli: AwsCli) -> Hours:
    """Three hours of calls in two Regions; in the second hour nobody calls anything."""
    hours = Hours(local_aws, cli)
    for calls in (2, 0, 1):
        hours.deployment.call_image_builder(calls)
        hours.deployment.call_image_builder(calls, SECOND_REGION)
        hours.pass_one()
    return hours


def test_three_hours_are_valid_in_every_region(hours: Hours) -> None:
    """Logs and digests of two busy Regions and a silent one are all valid, the empty hour's digests too."""
    for region in (REGION, SECOND_REGION, "sa-east-1"):
        result = hours.validate(region)
        logs = re.search(r"(\d+)/\1 log files valid", result.stdout)
        assert "3/3 digest files valid" in result.stdout, result.stdout + result.stderr
        assert "INVALID" not in result.stdout
        assert result.returncode == 0
        assert (logs is not None) == (region in {REGION, SECOND_REGION})


def test_a_flipped_byte_in_a_log_file_is_found(hours: Hours) -> None:
    """A log file that differs from what was delivered is invalid."""
    key = hours.keys("CloudTrail/")[0]
    body = gzip.decompress(hours.deployment.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
    position = len(body) // 2
    forged = body[:position] + bytes([body[position] ^ 1]) + body[position + 1 :]
    hours.deployment.s3.put_object(Bucket=BUCKET, Key=key, Body=gzip.compress(forged))
    result = hours.validate()
    assert re.search(rf"Log file\ts3://{BUCKET}/{re.escape(key)}\tINVALID: hash value", result.stderr)
    assert result.returncode == 1


def test_a_deleted_log_file_is_found(hours: Hours) -> None:
    """A log file that a digest lists and that is gone is invalid."""
    key = hours.keys("CloudTrail/")[0]
    hours.deployment.s3.delete_object(Bucket=BUCKET, Key=key)
    result = hours.validate()
    assert f"Log file\ts3://{BUCKET}/{key}\tINVALID: not found" in result.stderr
    assert result.returncode == 1


def test_a_deleted_digest_is_found(hours: Hours) -> None:
    """A digest that the next one points back to and that is gone is invalid."""
    key = hours.keys("CloudTrail-Digest/")[1]
    hours.deployment.s3.delete_object(Bucket=BUCKET, Key=key)
    result = hours.validate()
    assert f"Digest file\ts3://{BUCKET}/{key}\tINVALID: not found" in result.stderr
    assert result.returncode == 1


def test_digests_that_could_not_be_delivered_come_as_backfill(local_aws: LocalAws, cli: AwsCli) -> None:
    """Hours whose digests were refused are made up for in a chain of their own, and all logs stay covered."""
    hours = Hours(local_aws, cli)
    hours.deployment.call_image_builder()
    hours.pass_one()
    policy = hours.deployment.bucket_policy()
    denial = {
        "Sid": "NoDigests",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/*/CloudTrail-Digest/*",
    }
    hours.deployment.put_bucket_policy({**policy, "Statement": [*policy["Statement"], denial]})
    for _ in range(2):
        hours.deployment.call_image_builder()
        hours.pass_one()
    assert hours.deployment.status()["LatestDigestDeliveryError"] == "AccessDenied"
    hours.deployment.call_image_builder()
    hours.end()
    # Not before the hour is over: the local AWS tries again by itself, and a digest that is late by less
    # than an hour is no backfill.
    hours.deployment.put_bucket_policy(policy)
    hours.write_digests()
    digests = hours.keys("CloudTrail-Digest/")
    assert len([key for key in digests if key.endswith("_backfill.json.gz")]) == 2
    result = hours.validate()
    assert "2/2 digest files valid" in result.stdout, result.stdout + result.stderr
    assert "2/2 backfill digest files valid" in result.stdout
    assert re.search(r"(\d+)/\1 log files valid", result.stdout), result.stdout
    assert result.returncode == 0
