"""The delivery probe: it sees what arrives, and names what keeps an event from arriving."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from audit.aws import Aws
from audit.commands import verify as command
from audit.delivery import probe
from audit.delivery.causes import Diagnosis
from audit.delivery.channels import ChannelError, LogFiles, Sighting
from audit.delivery.kinds import DELIVERY_ERROR
from audit.delivery.trail import find_trail
from audit.findings import Finding
from config.place import Place
from console.output import Format
from localaws.testing import ACCOUNT_ID, LocalAws
from tests import ROOT
from tests.policies.stacks import policy, stack

REGION = "us-east-1"
BUCKET = "audit-logs"
TRAIL = "audit"
PLACE = Place("aws", REGION, ACCOUNT_ID)
STACK = stack("verify", PLACE, trail_name=TRAIL, bucket_name=BUCKET, protect_logs=False)
TRAIL_ARN = STACK.trail_arn


@dataclass
class Deployed:
    """A trail with bucket and key, as the program deploys it."""

    aws: LocalAws
    key_arn: str = ""

    def __post_init__(self) -> None:
        self.s3 = self.aws.client("s3")
        self.kms = self.aws.client("kms")
        self.cloudtrail = self.aws.client("cloudtrail")
        key_policy = policy("key", STACK)
        self.key_arn = self.kms.create_key(Policy=json.dumps(key_policy))["KeyMetadata"]["Arn"]
        self.s3.create_bucket(Bucket=BUCKET)
        self.put_bucket_policy(lambda _: None)
        self.cloudtrail.create_trail(
            Name=TRAIL,
            S3BucketName=BUCKET,
            KmsKeyId=self.key_arn,
            IsMultiRegionTrail=True,
            EnableLogFileValidation=True,
        )
        self.cloudtrail.start_logging(Name=TRAIL)

    def put_bucket_policy(self, change: Callable[[Any], object]) -> None:
        """Put the bucket's policy, changed."""
        document = policy("bucket", STACK.with_key(self.key_arn))
        change(document)
        self.s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(document))

    def put_key_policy(self, change: Callable[[Any], object]) -> None:
        """Put the key's policy, changed."""
        document = policy("key", STACK)
        change(document)
        self.kms.put_key_policy(KeyId=self.key_arn, PolicyName="default", Policy=json.dumps(document))


@pytest.fixture
def deployed(local_aws: LocalAws) -> Iterator[Deployed]:
    """A sound deployment in an otherwise empty AWS."""
    local_aws.control("reset", {})
    yield Deployed(local_aws)
    local_aws.control("faults", method="DELETE")


def verify(aws: LocalAws, *arguments: str, region: str = REGION) -> tuple[int, Any]:
    """Run `audit verify --format json`; return its exit code and result."""
    finished = subprocess.run(
        [sys.executable, "-m", "audit", "verify", "--format", "json", "--timeout", "4", *arguments],
        cwd=ROOT,
        env=dict(aws.environment(region=region)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in finished.stderr
    return finished.returncode, json.loads(finished.stdout)


def codes(result: Any) -> set[str]:
    """The codes of the errors found."""
    return {one["code"] for one in result["findings"] if one["severity"] == "error"}


@pytest.mark.parametrize("write", [(), ("--write",)], ids=["read", "write"])
def test_a_sound_trail_delivers_the_probe_to_every_channel(
    deployed: Deployed, write: tuple[str, ...]
) -> None:
    """Exit code 0, each call seen in Event history and in a log file, with its latency."""
    code, result = verify(deployed.aws, *write, "--timeout", "60")
    assert code == 0, result
    assert result["delivered"] is True
    assert {row["channel"] for row in result["channels"]} == {"Event history", "S3 log file"}
    assert len(result["channels"]) == (4 if write else 2)
    assert all(row["seen"] and row["latency_seconds"] is not None for row in result["channels"])
    assert result["findings"] == []


def without(sid: str) -> Callable[[Any], None]:
    """A change that drops a statement."""

    def change(policy: Any) -> None:
        before = len(policy["Statement"])
        policy["Statement"] = [one for one in policy["Statement"] if one["Sid"] != sid]
        assert len(policy["Statement"]) == before - 1

    return change


def rebound(sid: str, name: str, value: str) -> Callable[[Any], None]:
    """A change that gives a condition of a statement another value."""

    def change(policy: Any) -> None:
        statement = next(one for one in policy["Statement"] if one["Sid"] == sid)
        operator = next(one for one, keys in statement["Condition"].items() if name in keys)
        statement["Condition"][operator][name] = value

    return change


def denying(action: str) -> Callable[[Any], None]:
    """A change that adds a statement which denies an action to everyone."""

    def change(policy: Any) -> None:
        policy["Statement"].append(
            {"Sid": "TooStrict", "Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*"}
        )

    return change


def select(**answer: Any) -> Callable[[Deployed], Any]:
    """Put event selectors."""
    return lambda deployed: deployed.cloudtrail.put_event_selectors(TrailName=TRAIL, **answer)


def only_writes(field: str, **operator: list[str]) -> list[dict[str, Any]]:
    """Advanced selectors for management events of which one field is narrowed."""
    fields = [{"Field": "eventCategory", "Equals": ["Management"]}, {"Field": field, **operator}]
    return [{"Name": "narrow", "FieldSelectors": fields}]


def delete_bucket(deployed: Deployed) -> None:
    """Empty the bucket and delete it, once nothing can be delivered to it any more."""
    deployed.s3.delete_bucket_policy(Bucket=BUCKET)
    deployed.aws.control("deliver", {})  # waits for a delivery under way
    for item in deployed.s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        deployed.s3.delete_object(Bucket=BUCKET, Key=item["Key"])
    deployed.s3.delete_bucket(Bucket=BUCKET)


def basic(**selector: Any) -> Callable[[Deployed], Any]:
    """Put one basic event selector."""
    return select(EventSelectors=[selector])


BREAKAGES: dict[str, tuple[Callable[[Deployed], Any], str, str]] = {
    "logging stopped": (lambda it: it.cloudtrail.stop_logging(Name=TRAIL), "IBT202", "since"),
    "trail deleted": (lambda it: it.cloudtrail.delete_trail(Name=TRAIL), "IBT201", "DescribeTrails"),
    "writes only": (basic(ReadWriteType="WriteOnly", IncludeManagementEvents=True), "IBT203", "WriteOnly"),
    "no management events": (
        basic(
            ReadWriteType="All",
            IncludeManagementEvents=False,
            DataResources=[{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::x/"]}],
        ),
        "IBT203",
        "IncludeManagementEvents",
    ),
    "advanced selector of writes": (
        select(AdvancedEventSelectors=only_writes("readOnly", Equals=["false"])),
        "IBT203",
        "narrow",
    ),
    "bucket gone": (delete_bucket, "IBT205", "NoSuchBucket"),
    "no bucket policy": (
        lambda it: it.s3.delete_bucket_policy(Bucket=BUCKET),
        "IBT206",
        "there is no policy",
    ),
    "ACL check not allowed": (
        lambda it: it.put_bucket_policy(without("CloudTrailChecksBucketAcl")),
        "IBT206",
        "s3:GetBucketAcl is not allowed: no statement allows it",
    ),
    "writing not allowed": (
        lambda it: it.put_bucket_policy(without("CloudTrailWritesLogs")),
        "IBT206",
        "s3:PutObject is not allowed: no statement allows it",
    ),
    "bucket bound to another trail": (
        lambda it: it.put_bucket_policy(rebound("CloudTrailWritesLogs", "aws:SourceArn", TRAIL_ARN + "x")),
        "IBT206",
        "CloudTrailWritesLogs would allow it, but for its Condition",
    ),
    "a denial too many in the bucket": (
        lambda it: it.put_bucket_policy(denying("s3:PutObject")),
        "IBT206",
        "TooStrict denies it",
    ),
    "key disabled": (lambda it: it.kms.disable_key(KeyId=it.key_arn), "IBT207", "Disabled"),
    "key awaits deletion": (
        lambda it: it.kms.schedule_key_deletion(KeyId=it.key_arn, PendingWindowInDays=7),
        "IBT207",
        "PendingDeletion",
    ),
    "key bound to another trail": (
        lambda it: it.put_key_policy(
            rebound("CloudTrailEncryptsLogs", "kms:EncryptionContext:aws:cloudtrail:arn", TRAIL_ARN + "x")
        ),
        "IBT208",
        "but for its Condition",
    ),
    "encrypting not allowed": (
        lambda it: it.put_key_policy(without("CloudTrailEncryptsLogs")),
        "IBT208",
        "kms:GenerateDataKey is not allowed",
    ),
    "a denial too many in the key": (
        lambda it: it.put_key_policy(denying("kms:GenerateDataKey*")),
        "IBT208",
        "TooStrict denies it",
    ),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_what_keeps_the_event_from_arriving_is_named(deployed: Deployed, name: str) -> None:
    """Exit code 1 with the one right cause, and in words that lead to it."""
    break_it, code, words = BREAKAGES[name]
    break_it(deployed)
    exit_code, result = verify(deployed.aws)
    assert exit_code == 1
    assert codes(result) - {"IBT213"} == {code}
    details = [one["detail"] for one in result["findings"] if one["code"] == code]
    assert any(words in detail for detail in details), details
    assert all(one["fix"] for one in result["findings"])


def test_a_trail_of_another_region_is_named(deployed: Deployed) -> None:
    """A single-Region trail does not deliver a call made elsewhere."""
    deployed.cloudtrail.update_trail(Name=TRAIL, IsMultiRegionTrail=False)
    exit_code, result = verify(deployed.aws, "--trail", TRAIL_ARN, region="eu-west-1")
    assert exit_code == 1
    assert codes(result) == {"IBT204"}


def test_logs_that_cannot_be_read_are_not_called_undelivered(deployed: Deployed) -> None:
    """A reader without access is told so, not that the trail is broken."""
    deployed.aws.control("faults", [{"kind": "deny", "service": "s3", "operation": "GetObject"}])
    exit_code, result = verify(deployed.aws)
    assert exit_code == 1
    assert codes(result) == {"IBT211"}


def test_what_may_not_be_looked_at_is_told_once(deployed: Deployed) -> None:
    """As a warning, though more than one check would have looked at it."""
    denied = {"kind": "deny", "service": "cloudtrail", "operation": "GetTrailStatus"}
    deployed.aws.control("faults", [denied])
    exit_code, result = verify(deployed.aws, "--timeout", "60")
    assert exit_code == 0
    assert [one["code"] for one in result["findings"]] == ["IBT215"]


def test_a_refused_probe_is_told_though_its_record_arrives(deployed: Deployed) -> None:
    """A denied call is recorded as well; the verdict is still not clean."""
    deployed.aws.control("faults", [{"kind": "deny", "service": "imagebuilder"}])
    exit_code, result = verify(deployed.aws, "--timeout", "60")
    assert exit_code == 1
    assert codes(result) == {"IBT214"}
    assert result["delivered"] is True


def test_a_delivery_that_is_only_late_is_told_as_such() -> None:
    """Nothing is wrong with the trail: the finding says that no cause was found."""
    with LocalAws.started("--delivery-seconds", "600") as slow:
        deployed = Deployed(slow)
        exit_code, result = verify(deployed.aws)
    assert exit_code == 1
    assert codes(result) == {"IBT212"}


def test_several_trails_ask_for_a_name(deployed: Deployed) -> None:
    """One line, exit code 2, with the names to choose from."""
    other = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT_ID}:trail/other"
    others = stack("other", PLACE, trail_name="other", bucket_name="other-logs", protect_logs=False)
    deployed.s3.create_bucket(Bucket="other-logs")
    deployed.s3.put_bucket_policy(Bucket="other-logs", Policy=json.dumps(policy("bucket", others)))
    deployed.cloudtrail.create_trail(Name="other", S3BucketName="other-logs")
    finished = subprocess.run(
        [sys.executable, "-m", "audit", "verify"],
        cwd=ROOT,
        env=dict(deployed.aws.environment()),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 2
    assert TRAIL_ARN in finished.stderr
    assert other in finished.stderr
    assert len(finished.stderr.splitlines()) == 1


def test_a_trail_is_found_by_its_name_in_other_regions_too(deployed: Deployed) -> None:
    """DescribeTrails knows a multi-Region trail there, though not by its name alone."""
    code, result = verify(deployed.aws, "--trail", TRAIL, "--timeout", "60", region="eu-west-1")
    assert code == 0, result
    assert result["trail_arn"] == TRAIL_ARN


def test_later_calls_of_the_same_name_do_not_hide_the_probe(deployed: Deployed) -> None:
    """Event history gives 50 events a page, and a busy account makes more before the probe is seen."""
    deployed.aws.client("imagebuilder").list_components(owner="Self")
    trail = deployed.cloudtrail
    one = json.loads(
        trail.lookup_events(
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "ListComponents"}]
        )["Events"][0]["CloudTrailEvent"]
    )
    soon = (datetime.now(UTC) + timedelta(seconds=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    later = [one | {"eventID": str(uuid4()), "requestID": str(uuid4()), "eventTime": soon} for _ in range(60)]
    deployed.aws.control("records", {"Records": later})
    late = {"kind": "deny", "service": "cloudtrail", "operation": "LookupEvents", "count": 5}
    deployed.aws.control("faults", [late])
    code, result = verify(deployed.aws, "--timeout", "10")
    assert code == 0, result


def test_a_result_that_cannot_be_written_is_told_before_the_probe(deployed: Deployed) -> None:
    """And not after a wait of minutes."""
    deployed.aws.control("faults", [{"kind": "deny", "service": "imagebuilder"}])
    finished = subprocess.run(
        [sys.executable, "-m", "audit", "verify", "--output", "/nowhere/at/all"],
        cwd=ROOT,
        env=dict(deployed.aws.environment()),
        capture_output=True,
        text=True,
        check=False,
    )
    assert deployed.aws.control("faults")[0]["matches"] == 0
    assert finished.returncode == 2
    assert finished.stderr.startswith("audit: --output /nowhere/at/all: ")


def test_a_component_left_behind_is_named(deployed: Deployed) -> None:
    """The probe that writes says what it could not delete."""
    refused = {"kind": "deny", "service": "imagebuilder", "operation": "DeleteComponent"}
    deployed.aws.control("faults", [refused])
    code, result = verify(deployed.aws, "--write", "--timeout", "60")
    assert code == 1
    (component,) = deployed.aws.client("imagebuilder").list_components(owner="Self")["componentVersionList"]
    (finding,) = result["findings"]
    assert f"{component['arn']}/1 is left behind: delete it" in finding["detail"]


@pytest.fixture
def here(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """The deployment's AWS, as this process reaches it."""
    for name, value in deployed.aws.environment().items():
        monkeypatch.setenv(name, value)
    return Aws()


def test_channels_that_stay_closed_are_not_waited_for(
    deployed: Deployed, here: Aws, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Who may not read the logs is told so after a while, not when the time is up."""
    monkeypatch.setattr(command, "BLOCKED_SECONDS", 1.0)
    deployed.aws.control("faults", [{"kind": "deny", "service": "s3", "operation": "GetObject"}])
    began = time.monotonic()
    assert command.verify(here, timeout=60.0, format=Format.JSON) == 1
    assert time.monotonic() - began < 30
    assert codes(json.loads(capsysbinary.readouterr().out)) == {"IBT211"}


def test_a_log_file_that_cannot_be_read_does_not_hide_the_others(deployed: Deployed, here: Aws) -> None:
    """The probe's own file is read though another one, before it, is refused."""
    trail = find_trail(here, TRAIL)
    assert trail is not None
    (made,) = probe.read(here.client("imagebuilder"))
    folder = f"AWSLogs/{ACCOUNT_ID}/CloudTrail/{REGION}/{made.aws_time:%Y/%m/%d}"
    archived = (
        f"{folder}/{ACCOUNT_ID}_CloudTrail_{REGION}_{made.aws_time:%Y%m%dT%H%M}Z_0000000000000000.json.gz"
    )
    deployed.s3.put_object(Bucket=BUCKET, Key=archived, Body=b"", StorageClass="GLACIER")
    deployed.aws.control("deliver", {})
    seen: list[Sighting] = []
    with pytest.raises(ChannelError, match=archived):
        seen.extend(LogFiles(here, trail, ACCOUNT_ID).look([made]))
    assert [sighting.request_id for sighting in seen] == [made.request_id]


def test_an_organizations_trail_needs_the_organizations_folder(deployed: Deployed, here: Aws) -> None:
    """Its logs lie below the organization's ID: only that statement's loss keeps them from arriving."""
    organizations = here.client("organizations")
    organization = organizations.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    organizations.enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")

    def put_policy(*places: str) -> None:
        allowed = [("s3:GetBucketAcl", ""), *(("s3:PutObject", f"/AWSLogs/{place}/*") for place in places)]
        statements = [
            {
                "Effect": "Allow",
                "Principal": {"Service": "cloudtrail.amazonaws.com"},
                "Action": action,
                "Resource": f"arn:aws:s3:::{BUCKET}{place}",
                "Condition": {"StringEquals": {"aws:SourceOrgID": organization, "aws:SourceArn": TRAIL_ARN}},
            }
            for action, place in allowed
        ]
        policy = {"Version": "2012-10-17", "Statement": statements}
        deployed.s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))

    put_policy(organization, ACCOUNT_ID)
    deployed.cloudtrail.update_trail(Name=TRAIL, IsOrganizationTrail=True)
    trail = find_trail(here, TRAIL)
    assert trail is not None
    (made,) = probe.read(here.client("imagebuilder"))

    def refusals() -> list[Finding]:
        # A delivery may have failed meanwhile, which is told beside its cause.
        found = Diagnosis(here, trail, ACCOUNT_ID, made).findings()
        assert {finding.kind.code for finding in found} <= {"IBT206", DELIVERY_ERROR.code}
        return [finding for finding in found if finding.kind.code == "IBT206"]

    put_policy(organization)
    assert refusals() == []
    put_policy(ACCOUNT_ID)
    (finding,) = refusals()
    assert "s3:PutObject is not allowed: the statement number 2 would allow it, but for its Resource" in (
        finding.detail
    )
