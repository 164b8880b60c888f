"""Digests: their chain, their signature, and the hours that they cover."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from localaws.cloudtrail.exceptions import CloudTrailError
from localaws.cloudtrail.regions import enabled_regions
from packages.localaws.tests.cloudtrail.conftest import ACCOUNT_ID, BUCKET, Service, make_bucket, s3

REGION = "us-east-1"


class Hours:
    """A single-Region trail with validation, and its digests."""

    def __init__(self, service: Service) -> None:
        self.service = service
        make_bucket()
        service.call(
            "CreateTrail", Name="audit", S3BucketName=BUCKET, S3KeyPrefix="p", EnableLogFileValidation=True
        )
        service.call("StartLogging", Name="audit")

    def pass_hours(self, count: int = 1) -> None:
        """Deliver what is pending, and let hours pass one by one."""
        for _ in range(count):
            self.service.cloudtrail.flush()
            self.service.cloud.advance(hours=1)
            self.service.cloudtrail.deliver_digests()

    def digest_keys(self, region: str = REGION) -> list[str]:
        """Return the digests' keys, oldest first."""
        folder = f"p/AWSLogs/{ACCOUNT_ID}/CloudTrail-Digest/{region}/"
        return [
            item["Key"] for item in s3().list_objects_v2(Bucket=BUCKET, Prefix=folder).get("Contents", [])
        ]

    def read(self, key: str) -> tuple[bytes, Mapping[str, Any], Mapping[str, str]]:
        """Return a digest's bytes, its JSON, and its metadata."""
        found = s3().get_object(Bucket=BUCKET, Key=key)
        body = gzip.decompress(found["Body"].read())
        return body, json.loads(body), found["Metadata"]

    def documents(self) -> list[Mapping[str, Any]]:
        """Return the JSON of all digests, oldest first."""
        return [self.read(key)[1] for key in self.digest_keys()]


@pytest.fixture
def hours(service: Service) -> Hours:
    """A trail that has just begun to log, at 05:06:07."""
    return Hours(service)


def test_a_digest_lists_the_log_files_of_its_hour(hours: Hours) -> None:
    """Each log file stands in one digest, with the hash of its content and the times of its events."""
    hours.service.record(eventTime="2026-03-04T05:00:00Z")
    hours.service.record(eventTime="2026-03-04T05:05:00Z")
    hours.pass_hours(2)
    first, second = hours.documents()
    (log,) = first["logFiles"]
    body = gzip.decompress(s3().get_object(Bucket=BUCKET, Key=log["s3Object"])["Body"].read())
    assert log["hashValue"] == hashlib.sha256(body).hexdigest()
    assert (log["s3Bucket"], log["hashAlgorithm"]) == (BUCKET, "SHA-256")
    assert (log["oldestEventTime"], log["newestEventTime"]) == (
        "2026-03-04T05:00:00Z",
        "2026-03-04T05:05:00Z",
    )
    assert (first["digestStartTime"], first["digestEndTime"]) == (
        "2026-03-04T05:06:07Z",
        "2026-03-04T06:06:07Z",
    )
    assert (second["digestStartTime"], second["logFiles"]) == ("2026-03-04T06:06:07Z", [])
    assert second["newestEventTime"] is None


def test_the_name_of_a_digest_tells_trail_region_and_end(hours: Hours) -> None:
    """The key is AWS's: end of the window, Region, trail and its home Region."""
    hours.pass_hours()
    (key,) = hours.digest_keys()
    assert key == (
        f"p/AWSLogs/{ACCOUNT_ID}/CloudTrail-Digest/{REGION}/2026/03/04/"
        f"{ACCOUNT_ID}_CloudTrail-Digest_{REGION}_audit_{REGION}_20260304T060607Z.json.gz"
    )


def test_each_digest_points_back_to_the_one_before(hours: Hours) -> None:
    """The chain begins with nothing, and then holds place, hash and signature of the previous digest."""
    hours.pass_hours(3)
    first, second, third = hours.digest_keys()
    assert self_link(hours, first) == (None, None, None)
    assert self_link(hours, second) == back_link(hours, first)
    assert self_link(hours, third) == back_link(hours, second)


def self_link(hours: Hours, key: str) -> tuple[Any, Any, Any]:
    """Return what a digest says of the one before."""
    document = hours.read(key)[1]
    return (
        document["previousDigestS3Object"],
        document["previousDigestHashValue"],
        document["previousDigestSignature"],
    )


def back_link(hours: Hours, key: str) -> tuple[Any, Any, Any]:
    """Return what the next digest ought to say of this one."""
    body, _, metadata = hours.read(key)
    return key, hashlib.sha256(body).hexdigest(), metadata["signature"]


def test_the_published_key_verifies_the_signature(hours: Hours) -> None:
    """The signature is PKCS#1 v1.5 with SHA-256 over the string that AWS documents."""
    hours.pass_hours(2)
    (published,) = hours.service.call("ListPublicKeys")["PublicKeyList"]
    key = serialization.load_der_public_key(subject_public_key_info(published["Value"]))
    assert isinstance(key, rsa.RSAPublicKey)
    for name in hours.digest_keys():
        body, document, metadata = hours.read(name)
        signed = "\n".join(
            [
                document["digestEndTime"],
                f"{BUCKET}/{name}",
                hashlib.sha256(body).hexdigest(),
                document["previousDigestSignature"] or "null",
            ]
        )
        key.verify(bytes.fromhex(metadata["signature"]), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        assert metadata["signature-algorithm"] == document["digestSignatureAlgorithm"] == "SHA256withRSA"
        assert document["digestPublicKeyFingerprint"] == published["Fingerprint"]


def subject_public_key_info(pkcs1: bytes) -> bytes:
    """Wrap a PKCS#1 key, which is what AWS publishes, as libraries want it."""
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    bits = b"\x03\x82" + (len(pkcs1) + 1).to_bytes(2, "big") + b"\x00" + pkcs1
    content = algorithm + bits
    return b"\x30\x82" + len(content).to_bytes(2, "big") + content


def test_each_region_signs_with_a_key_of_its_own(service: Service) -> None:
    """Public keys differ by Region, and are valid around now only."""
    here = service.call("ListPublicKeys")["PublicKeyList"][0]
    there = service.call("ListPublicKeys", region="eu-west-1")["PublicKeyList"][0]
    assert here["Fingerprint"] != there["Fingerprint"]
    assert here["ValidityStartTime"] < service.cloud.now() < here["ValidityEndTime"]
    long_ago = service.cloud.now() - timedelta(days=400)
    assert service.call("ListPublicKeys", StartTime=long_ago, EndTime=long_ago)["PublicKeyList"] == []
    with pytest.raises(CloudTrailError) as refused:
        service.call("ListPublicKeys", StartTime=service.cloud.now(), EndTime=long_ago)
    assert refused.value.code == "InvalidTimeRangeException"


def test_a_year_later_another_key_signs(service: Service) -> None:
    """Keys are replaced; the old one stays published for its time."""
    before = service.cloud.now()
    old = service.call("ListPublicKeys")["PublicKeyList"]
    service.cloud.advance(days=400)
    assert service.call("ListPublicKeys")["PublicKeyList"] != old
    assert service.call("ListPublicKeys", StartTime=before, EndTime=before)["PublicKeyList"] == old


def test_a_multi_region_trail_has_digests_everywhere(service: Service) -> None:
    """Every Region of the account gets its digest, those without events too."""
    make_bucket()
    service.call(
        "CreateTrail",
        Name="audit",
        S3BucketName=BUCKET,
        IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
    )
    service.call("StartLogging", Name="audit")
    service.record(awsRegion="me-south-1")  # a Region that the account opted in to
    service.cloudtrail.deliver_digests()
    service.cloud.advance(hours=1)
    assert service.cloudtrail.deliver_digests() == {"delivered": len(enabled_regions("aws")) + 1}


def test_a_region_that_is_no_longer_covered_gets_one_last_digest(service: Service) -> None:
    """A trail that becomes one of a single Region ends the chains of the others."""
    make_bucket()
    settings: dict[str, Any] = {
        "S3BucketName": BUCKET,
        "IsMultiRegionTrail": True,
        "EnableLogFileValidation": True,
    }
    service.call("CreateTrail", Name="audit", **settings)
    service.call("StartLogging", Name="audit")
    service.record(awsRegion="eu-west-1")
    service.cloudtrail.flush()
    service.call("UpdateTrail", Name="audit", IsMultiRegionTrail=False)
    service.cloud.advance(hours=1)
    assert service.cloudtrail.deliver_digests() == {"delivered": len(enabled_regions("aws"))}
    service.cloud.advance(hours=1)
    assert service.cloudtrail.deliver_digests() == {"delivered": 1}


def test_without_validation_there_are_no_digests(service: Service) -> None:
    """Digests are for trails that ask for log file validation."""
    make_bucket()
    service.call("CreateTrail", Name="audit", S3BucketName=BUCKET)
    service.call("StartLogging", Name="audit")
    service.cloud.advance(hours=2)
    assert service.cloudtrail.deliver_digests() == {"delivered": 0}


def test_stopping_ends_the_chain_within_the_hour(hours: Hours) -> None:
    """After StopLogging one last digest comes; a later start begins a new chain."""
    hours.pass_hours()
    hours.service.record()
    hours.service.call("StopLogging", Name="audit")
    hours.pass_hours(3)
    assert len(hours.digest_keys()) == 2
    assert len(hours.documents()[-1]["logFiles"]) == 1
    hours.service.call("StartLogging", Name="audit")
    hours.pass_hours()
    assert len(hours.digest_keys()) == 3
    assert hours.documents()[-1]["previousDigestSignature"] is None


def test_turning_validation_off_ends_the_chain(hours: Hours) -> None:
    """A trail that validates no longer gets the digest of the hour begun, and no more."""
    hours.service.call("UpdateTrail", Name="audit", EnableLogFileValidation=False)
    hours.pass_hours(3)
    assert len(hours.digest_keys()) == 1


def test_deleting_a_trail_leaves_no_log_file_without_digest(hours: Hours) -> None:
    """The last log files of a deleted trail stand in a last digest."""
    hours.service.record()
    hours.service.cloud.advance(minutes=10)
    hours.service.call("DeleteTrail", Name="audit")
    (document,) = hours.documents()
    assert len(document["logFiles"]) == 1
    assert document["digestEndTime"] == "2026-03-04T05:16:08Z"


def test_hours_that_a_moved_clock_skipped_are_written_on_demand(hours: Hours) -> None:
    """A clock moved ahead by days leaves one digest an hour to be asked for."""
    hours.service.cloud.advance(days=3)
    assert hours.service.cloudtrail.deliver_digests() == {"delivered": 72}
    starts = [document["digestStartTime"] for document in hours.documents()]
    ends = [document["digestEndTime"] for document in hours.documents()]
    assert starts[1:] == ends[:-1]


def test_refused_digests_are_told_of_and_come_later(hours: Hours) -> None:
    """A digest that the bucket refuses shows in GetTrailStatus, and comes as itself within the hour."""
    policy = s3().get_bucket_policy(Bucket=BUCKET)["Policy"]
    s3().delete_bucket_policy(Bucket=BUCKET)
    hours.pass_hours()
    assert hours.service.call("GetTrailStatus", Name="audit")["LatestDigestDeliveryError"] == "AccessDenied"
    s3().put_bucket_policy(Bucket=BUCKET, Policy=policy)
    hours.service.cloudtrail.deliver_digests()
    status = hours.service.call("GetTrailStatus", Name="audit")
    assert "LatestDigestDeliveryError" not in status
    assert status["LatestDigestDeliveryTime"] == hours.service.cloud.now()
    assert [key.endswith("_backfill.json.gz") for key in hours.digest_keys()] == [False]
