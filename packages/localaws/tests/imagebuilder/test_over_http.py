"""What only the whole local AWS can show: records, events that reach their targets, enforced policies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from examples.imagebuilder_calls import perform
from localaws.testing import LocalAws
from packages.localaws.tests.imagebuilder.direct import build_inputs, eventually, status_of

REGION = "us-west-2"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "imagebuilder:*", "Resource": "*"}],
}


@pytest.fixture(scope="module")
def strict_aws() -> Iterator[LocalAws]:
    """A local AWS that asks policies."""
    with LocalAws.started("--delivery-seconds", "0.1", "--enforce-iam") as aws:
        yield aws


def records(aws: LocalAws, name: str, region: str = REGION) -> list[dict[str, Any]]:
    """The records of a kind in Event history, oldest first."""
    history = aws.client("cloudtrail", region=region)
    wanted = [{"AttributeKey": "EventName", "AttributeValue": name}]
    events = history.lookup_events(LookupAttributes=wanted)["Events"]
    return [json.loads(event["CloudTrailEvent"]) for event in reversed(events)]


def test_the_whole_story_plays_over_http(local_aws: LocalAws) -> None:
    """In two Regions; each answer is what boto3 makes of it, and failing calls are failures there too."""
    regions = ("us-east-1", "eu-west-1")
    clients = {"root": {region: local_aws.client("imagebuilder", region=region) for region in regions}}
    calls = list(perform(clients))
    failed = [call for call in calls if call.operation == "CreateImageRecipe" and call.error_code]
    (record,) = [
        record
        for record in records(local_aws, "CreateImageRecipe", "us-east-1")
        if record["requestID"] == failed[0].request_id
    ]
    assert record["errorCode"] == "ResourceAlreadyExistsException"


def test_events_reach_the_targets_of_rules(local_aws: LocalAws) -> None:
    """A rule on aws.imagebuilder sees each change of an image's state."""
    queues = local_aws.client("sqs", region=REGION)
    queue = queues.create_queue(QueueName="changes")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    rules = local_aws.client("events", region=REGION)
    rules.put_rule(Name="changes", EventPattern=json.dumps({"source": ["aws.imagebuilder"]}))
    rules.put_targets(Rule="changes", Targets=[{"Id": "queue", "Arn": arn}])
    client = local_aws.client("imagebuilder", region=REGION)
    image = client.create_image(**build_inputs(client, "told"))["imageBuildVersionArn"]
    seen: list[str] = []

    def is_complete() -> bool:
        for message in queues.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            event = json.loads(message["Body"])
            if event["resources"] == [image]:
                seen.append(event["detail"]["state"]["status"])
        return len(seen) == 4

    eventually(is_complete, seconds=60)
    assert set(seen) == {"BUILDING", "TESTING", "DISTRIBUTING", "AVAILABLE"}


def test_the_calls_of_a_build_are_recorded_as_the_services(strict_aws: LocalAws) -> None:
    """Where policies are enforced, who asked for the build needs no right to them: the service has it."""
    iam = strict_aws.client("iam")
    iam.create_user(UserName="alice")
    iam.put_user_policy(UserName="alice", PolicyName="images", PolicyDocument=json.dumps(POLICY))
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    client = strict_aws.client(
        "imagebuilder", region=REGION, access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"]
    )
    image = client.create_image(**build_inputs(client, "recorded"))["imageBuildVersionArn"]
    eventually(lambda: status_of(client, image) == "AVAILABLE", seconds=60)
    record = records(strict_aws, "RunInstances")[0]
    assert "errorCode" not in record
    assert record["userIdentity"]["invokedBy"] == record["sourceIPAddress"] == "imagebuilder.amazonaws.com"
    issuer = record["userIdentity"]["sessionContext"]["sessionIssuer"]
    assert issuer["userName"] == "AWSServiceRoleForImageBuilder"
    (ami,) = client.get_image(imageBuildVersionArn=image)["image"]["outputResources"]["amis"]
    machines = strict_aws.client("ec2", region=REGION)
    assert machines.describe_images(ImageIds=[ami["image"]])["Images"][0]["State"] == "available"


def test_a_reset_forgets_images_and_ends_builds(local_aws: LocalAws) -> None:
    """Nothing of the life before is seen in the next one."""
    client = local_aws.client("imagebuilder", region=REGION)
    client.create_image(**build_inputs(client, "forgotten"))
    local_aws.control("reset", {})
    assert client.list_images()["imageVersionList"] == []
    again = client.create_image(**build_inputs(client, "forgotten"))["imageBuildVersionArn"]
    assert again.endswith("/forgotten/1.0.0/1")
