"""A trail as the program deploys it, `audit verify` run on it, and what may be changed behind its back."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from config.place import Place
from localaws.testing import ACCOUNT_ID, LocalAws
from tests import ROOT
from tests.policies.stacks import policy, stack

REGION = "us-east-1"
BUCKET = "audit-logs"
TRAIL = "audit"
STACK = stack(
    "verify", Place("aws", REGION, ACCOUNT_ID), trail_name=TRAIL, bucket_name=BUCKET, protect_logs=False
)
TRAIL_ARN = STACK.trail_arn
GROUP = "audit-events"
GROUP_ARN = f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:{GROUP}"
ROLE = "audit-to-logs"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT_ID}:role/{ROLE}"
TOPIC = "audit-deliveries"
TOPIC_ARN = f"arn:aws:sns:{REGION}:{ACCOUNT_ID}:{TOPIC}"


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

    def add_log_group(self) -> None:
        """Send the trail's events to CloudWatch Logs as well."""
        self.aws.client("logs").create_log_group(logGroupName=GROUP)
        trust = policy_for("cloudtrail.amazonaws.com", Action="sts:AssumeRole")
        iam = self.aws.client("iam")
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust)
        iam.put_role_policy(RoleName=ROLE, PolicyName="write", PolicyDocument=role_policy())
        self.cloudtrail.update_trail(
            Name=TRAIL, CloudWatchLogsLogGroupArn=f"{GROUP_ARN}:*", CloudWatchLogsRoleArn=ROLE_ARN
        )

    def add_topic(self) -> None:
        """Have each log file of the trail announced on a topic."""
        self.aws.client("sns").create_topic(Name=TOPIC)
        self.put_topic_policy("cloudtrail.amazonaws.com")
        self.cloudtrail.update_trail(Name=TRAIL, SnsTopicName=TOPIC)

    def put_topic_policy(self, service: str) -> None:
        """Let one service publish to the topic for the trail."""
        bound = {"StringEquals": {"aws:SourceArn": TRAIL_ARN}}
        policy = policy_for(service, Action="sns:Publish", Resource=TOPIC_ARN, Condition=bound)
        self.aws.client("sns").set_topic_attributes(
            TopicArn=TOPIC_ARN, AttributeName="Policy", AttributeValue=policy
        )

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


def role_policy(**change: Any) -> str:
    """What CloudTrail's role may do, as AWS's guide has it; `change` alters the statement."""
    statement = {
        "Sid": "WriteEvents",
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"{GROUP_ARN}:log-stream:{ACCOUNT_ID}_CloudTrail_{REGION}*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | change]})


def policy_for(service: str, **statement: Any) -> str:
    """A resource's or a role's policy that lets one service in."""
    allowed = {"Sid": "LetIn", "Effect": "Allow", "Principal": {"Service": service}} | statement
    return json.dumps({"Version": "2012-10-17", "Statement": [allowed]})


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
