"""SNS notices, CloudWatch Logs and EventBridge: what else becomes of an event."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localaws.testing import ACCOUNT_ID, LocalAws
from packages.localaws.tests.cloudtrail.deployment import BUCKET, REGION, TRAIL, TRAIL_ARN, Deployment

GROUP_ARN = f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:trail"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT_ID}:role/trail-to-logs"
TOPIC_ARN = f"arn:aws:sns:{REGION}:{ACCOUNT_ID}:deliveries"
CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}


@pytest.fixture
def deployment(local_aws: LocalAws) -> Deployment:
    """Bucket and key, in an otherwise empty cloud."""
    local_aws.control("reset", {})
    return Deployment(local_aws)


def document(*statements: Mapping[str, Any]) -> str:
    """Return a policy of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class Queue:
    """An SQS queue that says what came."""

    def __init__(self, aws: LocalAws, name: str) -> None:
        self._sqs = aws.client("sqs")
        self._url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        self.arn = f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{name}"

    def drain(self) -> list[dict[str, Any]]:
        """Take all messages, as JSON."""
        found = []
        while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in messages:
                found.append(json.loads(message["Body"]))
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return found


class Topic:
    """A topic with a queue behind it."""

    def __init__(self, aws: LocalAws) -> None:
        self._sns = aws.client("sns")
        self._sns.create_topic(Name="deliveries")
        self.queue = Queue(aws, "deliveries")
        self._sns.subscribe(TopicArn=TOPIC_ARN, Protocol="sqs", Endpoint=self.queue.arn)

    def allow(self, trail_arn: str) -> None:
        """Let CloudTrail publish for this trail alone."""
        statement = {
            "Effect": "Allow",
            "Principal": CLOUDTRAIL,
            "Action": "sns:Publish",
            "Resource": TOPIC_ARN,
            "Condition": {"StringEquals": {"aws:SourceArn": trail_arn}},
        }
        self._sns.set_topic_attributes(
            TopicArn=TOPIC_ARN, AttributeName="Policy", AttributeValue=document(statement)
        )


def test_each_log_file_is_announced(deployment: Deployment) -> None:
    """The topic gets bucket and key of every delivered log file."""
    topic = Topic(deployment.aws)
    topic.allow(TRAIL_ARN)
    trail = deployment.create_trail(SnsTopicName="deliveries")
    assert (trail["SnsTopicName"], trail["SnsTopicARN"]) == ("deliveries", TOPIC_ARN)
    deployment.call_image_builder()
    deployment.deliver()
    deployment.cloudtrail.stop_logging(Name=TRAIL)
    deployment.deliver()
    notices = [json.loads(message["Message"]) for message in topic.queue.drain()]
    assert {notice["s3Bucket"] for notice in notices} == {BUCKET}
    announced = [key for notice in notices for key in notice["s3ObjectKey"]]
    assert sorted(announced) == sorted(deployment.log_keys())
    status = deployment.status()
    assert status["LatestNotificationTime"]
    assert "LatestNotificationError" not in status


def test_a_topic_of_another_trail_is_refused_and_later_told_of(deployment: Deployment) -> None:
    """CreateTrail refuses a topic that is closed to the trail; closed later, GetTrailStatus says so."""
    topic = Topic(deployment.aws)
    with pytest.raises(ClientError) as refused:
        deployment.create_trail(SnsTopicName="deliveries")
    assert refused.value.response["Error"] == {
        "Code": "InsufficientSnsTopicPolicyException",
        "Message": "SNS Topic does not exist or the topic policy is incorrect!",
    }
    topic.allow(TRAIL_ARN)
    deployment.create_trail(SnsTopicName=TOPIC_ARN)
    deployment.deliver()
    topic.queue.drain()
    topic.allow(f"{TRAIL_ARN}-of-another-name")
    made = deployment.call_image_builder()
    deployment.deliver()
    assert deployment.status()["LatestNotificationError"] == "AuthorizationError"
    assert made <= set(deployment.delivered_requests())
    topic.queue.drain()


class LogGroup:
    """A log group, and the role that writes to it."""

    def __init__(self, aws: LocalAws) -> None:
        self._logs = aws.client("logs")
        self._iam = aws.client("iam")
        self._logs.create_log_group(logGroupName="trail")
        trust = {"Effect": "Allow", "Principal": CLOUDTRAIL, "Action": "sts:AssumeRole"}
        self._iam.create_role(RoleName="trail-to-logs", AssumeRolePolicyDocument=document(trust))

    def allow(self) -> None:
        """Let the role write to CloudTrail's own streams only."""
        statement = {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"{GROUP_ARN}:log-stream:{ACCOUNT_ID}_CloudTrail_*",
        }
        self._iam.put_role_policy(
            RoleName="trail-to-logs", PolicyName="write", PolicyDocument=document(statement)
        )

    def forbid(self) -> None:
        """Take the role's permission away."""
        self._iam.delete_role_policy(RoleName="trail-to-logs", PolicyName="write")

    def distrust(self) -> None:
        """Let nobody but EC2 assume the role."""
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        self._iam.update_assume_role_policy(RoleName="trail-to-logs", PolicyDocument=document(trust))

    def requests(self) -> list[str]:
        """Return the request ids of the Image Builder calls in the stream of the trail's home."""
        stream = f"{ACCOUNT_ID}_CloudTrail_{REGION}"
        pages = self._logs.filter_log_events(logGroupName="trail", logStreamNames=[stream])["events"]
        records = [json.loads(event["message"]) for event in pages]
        return [r["requestID"] for r in records if r["eventSource"] == "imagebuilder.amazonaws.com"]


SETTINGS = {"CloudWatchLogsLogGroupArn": f"{GROUP_ARN}:*", "CloudWatchLogsRoleArn": ROLE_ARN}


def test_events_go_to_the_log_group_once_each(deployment: Deployment) -> None:
    """All Regions share the trail's stream; what was refused meanwhile arrives once the role may write."""
    group = LogGroup(deployment.aws)
    group.allow()
    deployment.create_trail(**SETTINGS)
    made = deployment.call_image_builder(2)
    elsewhere = deployment.call_image_builder(1, "eu-west-1")
    deployment.deliver()
    assert sorted(group.requests()) == sorted(made | elsewhere)
    assert deployment.status()["LatestCloudWatchLogsDeliveryTime"]
    group.forbid()
    made |= deployment.call_image_builder(2)
    deployment.deliver()
    assert deployment.status()["LatestCloudWatchLogsDeliveryError"] == "AccessDenied"
    group.allow()
    deployment.deliver()
    assert sorted(group.requests()) == sorted(made | elsewhere)
    assert "LatestCloudWatchLogsDeliveryError" not in deployment.status()


def test_a_role_that_cannot_write_is_refused(deployment: Deployment) -> None:
    """CreateTrail tells a role without trust from one without permission, as AWS does."""
    group = LogGroup(deployment.aws)
    assert refusal(deployment, SETTINGS) == (
        "InvalidCloudWatchLogsLogGroupArnException",
        "Access denied. Check the permissions for your role.",
    )
    group.allow()
    group.distrust()
    assert refusal(deployment, SETTINGS) == (
        "InvalidCloudWatchLogsRoleArnException",
        "Access denied. Check the trust relationships for your role.",
    )


def test_log_group_and_role_go_together(deployment: Deployment) -> None:
    """One without the other, and a group that is not there, are refused."""
    for settings, code in (
        ({"CloudWatchLogsLogGroupArn": f"{GROUP_ARN}:*"}, "InvalidCloudWatchLogsRoleArnException"),
        ({"CloudWatchLogsRoleArn": ROLE_ARN}, "InvalidCloudWatchLogsLogGroupArnException"),
        (SETTINGS, "InvalidCloudWatchLogsLogGroupArnException"),
    ):
        assert refusal(deployment, settings)[0] == code


def refusal(deployment: Deployment, settings: Mapping[str, str]) -> tuple[str, str]:
    """Return code and message with which CreateTrail refuses these settings."""
    with pytest.raises(ClientError) as refused:
        deployment.create_trail(**settings)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("ENABLED", {"CreateInfrastructureConfiguration"}),
        (
            "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS",
            {"CreateInfrastructureConfiguration", "ListComponents"},
        ),
        ("DISABLED", set()),
    ],
)
def test_rules_get_api_calls_by_their_state(deployment: Deployment, state: str, expected: set[str]) -> None:
    """Calls that only read come to rules that ask for them; disabled rules get nothing."""
    queue = Queue(deployment.aws, "calls")
    send_api_calls_to(deployment.aws, queue, state)
    deployment.create_trail()
    deployment.call_image_builder()
    change_image_builder(deployment.aws)
    deployment.deliver()
    events = queue.drain()
    assert {event["detail"]["eventName"] for event in events} == expected
    for event in events:
        assert (event["source"], event["detail-type"]) == ("aws.imagebuilder", "AWS API Call via CloudTrail")
        assert (event["account"], event["region"]) == (ACCOUNT_ID, REGION)
        assert event["time"] == event["detail"]["eventTime"]


def test_rules_get_no_api_calls_without_a_logging_trail(deployment: Deployment) -> None:
    """EventBridge gets API calls only where a trail logs."""
    queue = Queue(deployment.aws, "calls")
    send_api_calls_to(deployment.aws, queue, "ENABLED")
    change_image_builder(deployment.aws)
    deployment.deliver()
    assert queue.drain() == []


def send_api_calls_to(aws: LocalAws, queue: Queue, state: str) -> None:
    """Make a rule that sends Image Builder's API calls to a queue."""
    events = aws.client("events")
    pattern = {"source": ["aws.imagebuilder"], "detail-type": ["AWS API Call via CloudTrail"]}
    events.put_rule(Name="calls", EventPattern=json.dumps(pattern), State=state)
    events.put_targets(Rule="calls", Targets=[{"Id": "queue", "Arn": queue.arn}])


def change_image_builder(aws: LocalAws) -> None:
    """Make a call that changes something."""
    aws.client("imagebuilder").create_infrastructure_configuration(
        name="small", instanceProfileName="builder", clientToken="0123456789"
    )
