"""LookupEvents by the names that people know resources by."""

from __future__ import annotations

from typing import Any

import pytest

from packages.localaws.tests.front import Front


def found(front: Front, name: str) -> list[tuple[str, str]]:
    """The (event name, resource type) pairs of the events that a name finds, newest first."""
    history = front.client("cloudtrail")
    attribute = {"AttributeKey": "ResourceName", "AttributeValue": name}
    events = history.lookup_events(LookupAttributes=[attribute])["Events"]
    return [
        (event["EventName"], resource["ResourceType"])
        for event in events
        for resource in event["Resources"]
        if resource["ResourceName"] == name
    ]


@pytest.fixture
def machine(front: Front) -> dict[str, Any]:
    """An instance with a security group."""
    client = front.client("ec2")
    group = client.create_security_group(GroupName="web", Description="d")["GroupId"]
    ran = client.run_instances(
        ImageId="ami-0123456789abcdef0", MinCount=1, MaxCount=1, SecurityGroupIds=[group]
    )
    machine: dict[str, Any] = ran["Instances"][0]
    return machine


def test_an_instance_is_found_from_its_start_to_its_end(front: Front, machine: dict[str, Any]) -> None:
    """By its id, whether this stands in the request or in the answer."""
    front.client("ec2").terminate_instances(InstanceIds=[machine["InstanceId"]])
    assert found(front, machine["InstanceId"]) == [
        ("TerminateInstances", "AWS::EC2::Instance"),
        ("RunInstances", "AWS::EC2::Instance"),
    ]


def test_a_security_group_is_found_by_id_and_by_name(front: Front, machine: dict[str, Any]) -> None:
    """The name stands only where it was given."""
    group = machine["SecurityGroups"][0]["GroupId"]
    kind = "AWS::EC2::SecurityGroup"
    assert found(front, group) == [("RunInstances", kind), ("CreateSecurityGroup", kind)]
    assert found(front, "web") == [("CreateSecurityGroup", kind)]


def test_a_group_of_iam_is_found_by_name(front: Front) -> None:
    """As users and roles are."""
    iam = front.client("iam")
    iam.create_group(GroupName="auditors")
    iam.create_user(UserName="alice")
    iam.add_user_to_group(GroupName="auditors", UserName="alice")
    assert found(front, "auditors") == [
        ("AddUserToGroup", "AWS::IAM::Group"),
        ("CreateGroup", "AWS::IAM::Group"),
    ]


def test_a_queue_is_found_by_name(front: Front) -> None:
    """Though later calls name it by its URL."""
    client = front.client("sqs")
    queue = client.create_queue(QueueName="events")["QueueUrl"]
    client.delete_queue(QueueUrl=queue)
    assert found(front, "events") == [("DeleteQueue", "AWS::SQS::Queue"), ("CreateQueue", "AWS::SQS::Queue")]


def test_a_topic_is_found_by_name_and_by_arn(front: Front) -> None:
    """Though later calls name it by its ARN."""
    client = front.client("sns")
    topic = client.create_topic(Name="alerts")["TopicArn"]
    client.delete_topic(TopicArn=topic)
    both = [("DeleteTopic", "AWS::SNS::Topic"), ("CreateTopic", "AWS::SNS::Topic")]
    assert found(front, "alerts") == both
    assert found(front, topic) == both
