"""`aws cloudtrail create-subscription`: bucket, topic and trail from AWS's public policy templates."""

from __future__ import annotations

import pytest

from localaws.testing import LocalAws
from tests.awscli.client import AwsCli

pytestmark = pytest.mark.awscli


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
@pytest.mark.parametrize("prefix", [[], ["--s3-prefix", "audit"]])
def test_one_command_sets_a_trail_up(local_aws: LocalAws, region: str, prefix: list[str]) -> None:
    """The templates are where the AWS CLI looks for them, and CloudTrail takes what it makes of them."""
    name = f"subscribed-{region}-{len(prefix)}"
    result = AwsCli(local_aws).run(
        *("cloudtrail", "create-subscription", "--region", region, "--name", name),
        *("--s3-new-bucket", f"{name}-logs", "--sns-new-topic", f"{name}-notices", *prefix),
    )
    assert result.returncode == 0, result.stdout + result.stderr
    client = local_aws.client("cloudtrail", region=region)
    (trail,) = client.describe_trails(trailNameList=[name])["trailList"]
    assert (trail["S3BucketName"], trail["SnsTopicName"]) == (f"{name}-logs", f"{name}-notices")
    assert client.get_trail_status(Name=name)["IsLogging"]
