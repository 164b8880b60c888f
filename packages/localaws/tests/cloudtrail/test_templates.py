"""The public buckets from which `create-subscription` of the AWS CLI takes its policies."""

from __future__ import annotations

import json

import pytest

from packages.localaws.tests.front import Front, allow, refused

TEMPLATES = [
    "policy/S3/AWSCloudTrail-S3BucketPolicy-2014-12-17.json",
    "policy/SNS/AWSCloudTrail-SnsTopicPolicy-2014-12-17.json",
]


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_everybody_may_read_the_templates(strict_front: Front, region: str, template: str) -> None:
    """Who may read objects at all may read these, in every Region; they let CloudTrail in."""
    s3 = strict_front.client("s3", strict_front.user("alice", allow("s3:GetObject")), region=region)
    body = s3.get_object(Bucket=f"awscloudtrail-policy-{region}", Key=template)["Body"].read()
    statements = json.loads(body)["Statement"]
    assert {statement["Principal"]["Service"] for statement in statements} == {"cloudtrail.amazonaws.com"}


def test_the_templates_belong_to_nobody_here(front: Front) -> None:
    """They are in no account's list."""
    s3 = front.client("s3")
    s3.get_object(Bucket="awscloudtrail-policy-us-east-1", Key=TEMPLATES[0])
    assert s3.list_buckets()["Buckets"] == []


def test_no_other_bucket_comes_into_being_by_being_read(front: Front) -> None:
    """A bucket of that kind of another Region is not there."""
    with refused("NoSuchBucket"):
        front.client("s3").get_object(Bucket="awscloudtrail-policy-eu-west-1", Key=TEMPLATES[0])
