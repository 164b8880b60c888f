"""Organization trails: the events of all member accounts, under the organization's folder."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localaws.testing import ACCOUNT_ID, LocalAws
from packages.localaws.tests.cloudtrail.deployment import BUCKET, REGION, TRAIL, TRAIL_ARN

STRANGER = "999999999999"


class Organization:
    """An organization of two accounts and, with `open_bucket`, a bucket for its trail."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self.client = aws.client("organizations")
        self.id = self.client.create_organization(FeatureSet="ALL")["Organization"]["Id"]
        created = self.client.create_account(Email="member@example.com", AccountName="member")
        self.member = created["CreateAccountStatus"]["AccountId"]
        self.cloudtrail = aws.client("cloudtrail")
        self.s3 = aws.client("s3")
        self.s3.create_bucket(Bucket=BUCKET)

    def trust_cloudtrail(self) -> None:
        """Turn trusted access on."""
        self.client.enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")

    def open_bucket(self, *folders: str) -> None:
        """Let the trail write to these folders of AWSLogs/, as AWS documents it for organization trails."""
        condition = {"StringEquals": {"aws:SourceArn": TRAIL_ARN}}
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Condition": condition,
        }
        bucket = f"arn:aws:s3:::{BUCKET}"
        statements: list[dict[str, Any]] = [
            {**statement, "Action": "s3:GetBucketAcl", "Resource": bucket},
            {
                **statement,
                "Action": "s3:PutObject",
                "Resource": [f"{bucket}/AWSLogs/{folder}/*" for folder in folders],
            },
        ]
        policy = {"Version": "2012-10-17", "Statement": statements}
        self.s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))

    def create_trail(self) -> None:
        """Create the organization's trail, and start it."""
        self.cloudtrail.create_trail(Name=TRAIL, S3BucketName=BUCKET, IsOrganizationTrail=True)
        self.cloudtrail.start_logging(Name=TRAIL)

    def refusal(self) -> str:
        """Return the code with which the trail is refused."""
        with pytest.raises(ClientError) as refused:
            self.create_trail()
        return str(refused.value.response["Error"]["Code"])


@pytest.fixture
def organization(local_aws: LocalAws) -> Organization:
    """An organization in an otherwise empty cloud."""
    local_aws.control("reset", {})
    return Organization(local_aws)


def test_members_events_go_under_the_organizations_folder(organization: Organization) -> None:
    """Each member's events lie in its own folder below the organization's id; no other organization's do."""
    organization.aws.client("organizations", access_key=STRANGER).create_organization(FeatureSet="ALL")
    organization.trust_cloudtrail()
    organization.open_bucket(ACCOUNT_ID, organization.id)
    organization.create_trail()
    for account_id in (ACCOUNT_ID, organization.member, STRANGER):
        organization.aws.client("imagebuilder", access_key=account_id).list_components()
    organization.aws.control("deliver", {})
    keys = [item["Key"] for item in organization.s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert {tuple(key.split("/")[:4]) for key in keys} == {
        ("AWSLogs", organization.id, ACCOUNT_ID, "CloudTrail"),
        ("AWSLogs", organization.id, organization.member, "CloudTrail"),
    }


def test_members_see_the_trail_and_cannot_change_it(organization: Organization) -> None:
    """A member account sees the organization's trail, with its ARN, and may not stop it."""
    organization.trust_cloudtrail()
    organization.open_bucket(ACCOUNT_ID, organization.id)
    organization.create_trail()
    member = organization.aws.client("cloudtrail", access_key=organization.member)
    (trail,) = member.describe_trails()["trailList"]
    assert (trail["TrailARN"], trail["IsOrganizationTrail"]) == (TRAIL_ARN, True)
    assert member.get_trail_status(Name=TRAIL_ARN)["IsLogging"] is True
    with pytest.raises(ClientError) as refused:
        member.stop_logging(Name=TRAIL_ARN)
    assert refused.value.response["Error"]["Code"] == "NotOrganizationMasterAccountException"
    stranger = organization.aws.client("cloudtrail", access_key=STRANGER)
    assert stranger.describe_trails()["trailList"] == []
    with pytest.raises(ClientError) as refused:
        stranger.get_trail(Name=TRAIL_ARN)
    assert refused.value.response["Error"]["Code"] == "TrailNotFoundException"


def test_a_bucket_needs_both_folders(organization: Organization) -> None:
    """The policy must open the management account's own folder and the organization's."""
    organization.trust_cloudtrail()
    organization.open_bucket(ACCOUNT_ID)
    assert organization.refusal() == "InsufficientS3BucketPolicyException"
    organization.open_bucket(organization.id)
    assert organization.refusal() == "InsufficientS3BucketPolicyException"


def test_an_organization_must_trust_cloudtrail(organization: Organization) -> None:
    """Without trusted access there is no organization trail."""
    organization.open_bucket(ACCOUNT_ID, organization.id)
    assert organization.refusal() == "CloudTrailAccessNotEnabledException"


def test_a_member_cannot_make_an_organization_trail(organization: Organization) -> None:
    """Only the management account may."""
    organization.trust_cloudtrail()
    organization.cloudtrail = organization.aws.client(
        "cloudtrail", region=REGION, access_key=organization.member
    )
    assert organization.refusal() == "NotOrganizationMasterAccountException"
