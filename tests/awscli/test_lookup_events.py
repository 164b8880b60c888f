"""`aws cloudtrail lookup-events`: the AWS CLI, as an independent client, reads Event history."""

from __future__ import annotations

import json

import pytest

from localaws.testing import LocalAws
from tests.awscli.client import AwsCli

pytestmark = pytest.mark.awscli


@pytest.fixture(scope="module")
def cli(local_aws: LocalAws) -> AwsCli:
    """The AWS CLI, pointed at the local AWS."""
    return AwsCli(local_aws)


def test_the_cli_finds_image_builder_calls(local_aws: LocalAws, cli: AwsCli) -> None:
    """A call is found by its source, with who called, in CloudTrail's own JSON."""
    request = local_aws.client("imagebuilder").list_components()["ResponseMetadata"]["RequestId"]
    local_aws.client("s3").list_buckets()
    result = cli.run(
        "cloudtrail",
        "lookup-events",
        "--lookup-attributes",
        "AttributeKey=EventSource,AttributeValue=imagebuilder.amazonaws.com",
        "--output",
        "json",
    )
    assert result.returncode == 0, result.stderr
    (event,) = json.loads(result.stdout)["Events"]
    assert (event["EventName"], event["Username"], event["ReadOnly"]) == ("ListComponents", "root", "true")
    assert json.loads(event["CloudTrailEvent"])["requestID"] == request


def test_the_cli_pages_through_everything(local_aws: LocalAws, cli: AwsCli) -> None:
    """More than a page of events is read to its end, throttled by the way."""
    client = local_aws.client("imagebuilder", region="eu-west-1")
    for _ in range(130):
        client.list_images()
    result = cli.run("cloudtrail", "lookup-events", "--region", "eu-west-1", "--output", "json")
    assert result.returncode == 0, result.stderr
    events = [event["EventName"] for event in json.loads(result.stdout)["Events"]]
    assert events.count("ListImages") == 130
