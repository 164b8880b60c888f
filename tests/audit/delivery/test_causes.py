"""Each thing that keeps log files from arriving is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from audit.aws import Aws
from audit.delivery import probe
from audit.delivery.causes import Causes
from audit.delivery.channel import Context
from audit.delivery.channels.log_files import LogFiles
from audit.delivery.log_file_causes import BUCKET_REFUSES, DELIVERY_ERROR
from audit.delivery.trail import described_trails
from audit.findings import Finding
from localaws.testing import ACCOUNT_ID
from tests.audit.delivery.conftest import Verified
from tests.audit.delivery.deployed import (
    BUCKET,
    REGION,
    TRAIL,
    TRAIL_ARN,
    Deployed,
    codes,
    denying,
    rebound,
    verify,
    without,
)


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
def test_what_keeps_the_event_from_arriving_is_named(
    deployed: Deployed, verified: Verified, name: str
) -> None:
    """Exit code 1 with the one right cause, and in words that lead to it."""
    break_it, code, words = BREAKAGES[name]
    break_it(deployed)
    exit_code, result = verified()
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


def only_region(region: str) -> Callable[[Any], None]:
    """A change that keeps the logs of one Region out of the bucket."""

    def change(policy: Any) -> None:
        denying("s3:PutObject")(policy)
        policy["Statement"][-1]["Resource"] = f"arn:aws:s3:::{BUCKET}/AWSLogs/*/CloudTrail/{region}/*"

    return change


def test_an_error_in_the_region_of_the_call_alone_is_found_there(deployed: Deployed) -> None:
    """GetTrailStatus answers for one Region: the home Region knows nothing of another's failures."""
    deployed.put_bucket_policy(only_region("eu-west-1"))
    deployed.aws.client("imagebuilder", region="eu-west-1").list_components()
    deployed.aws.control("deliver", {})
    exit_code, result = verify(deployed.aws, region="eu-west-1")
    assert exit_code == 1
    assert codes(result) == {"IBT206", "IBT213"}
    details = {one["code"]: one["detail"] for one in result["findings"]}
    assert details["IBT213"] == "LatestDeliveryError in eu-west-1: AccessDenied"


def test_an_error_of_the_home_region_does_not_stop_a_call_elsewhere(deployed: Deployed) -> None:
    """It is told as a warning, beside a probe that arrived."""
    deployed.put_bucket_policy(only_region(REGION))
    deployed.aws.client("imagebuilder").list_components()
    deployed.aws.control("deliver", {})
    exit_code, result = verify(deployed.aws, "--timeout", "60", region="eu-west-1")
    assert exit_code == 0, result
    assert [(one["code"], one["detail"]) for one in result["findings"]] == [
        ("IBT217", f"LatestDeliveryError in {REGION}: AccessDenied")
    ]


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
    (trail,) = described_trails(here, TRAIL)
    context = Context(here, ACCOUNT_ID, probe.read(here.client("imagebuilder")), trail)

    def refusals() -> list[Finding]:
        # A delivery may have failed meanwhile, which is told beside its cause.
        causes = Causes.found(context, [LogFiles(context)])
        found = [*causes.of_trail, *causes.of_channel[LogFiles.name]]
        assert {finding.kind for finding in found} <= {BUCKET_REFUSES, DELIVERY_ERROR}
        return [finding for finding in found if finding.kind is BUCKET_REFUSES]

    put_policy(organization)
    assert refusals() == []
    put_policy(ACCOUNT_ID)
    (finding,) = refusals()
    assert "s3:PutObject is not allowed: the statement number 2 would allow it, but for its Resource" in (
        finding.detail
    )
