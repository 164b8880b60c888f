"""Has a program tell its stories against a local AWS of its own, and keeps what came of it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from localaws.testing import ACCOUNT_ID, LocalAws
from packages.localaws.tests.cloudtrail.deployment import Deployment
from tests.clients.programs import STORIES, Program
from tests.journeys.inventory import inventory

INSIDER: Final = f"arn:aws:iam::{ACCOUNT_ID}:user/insider"
OUTSIDER: Final = f"arn:aws:iam::{ACCOUNT_ID}:user/outsider"
LOGS: Final = "stories-logs"
_SERVICES: Final = (
    *("cloudtrail", "cloudwatch", "events", "imagebuilder", "kms", "logs", "s3", "sns", "sqs"),
    "sts",
)
_LISTS: Final = (
    ("cloudwatch", "describe_alarms", "MetricAlarms"),
    ("events", "list_rules", "Rules"),
    ("imagebuilder", "list_components", "componentVersionList"),
    ("imagebuilder", "list_distribution_configurations", "distributionConfigurationSummaryList"),
    ("imagebuilder", "list_image_pipelines", "imagePipelineList"),
    ("imagebuilder", "list_image_recipes", "imageRecipeSummaryList"),
    ("imagebuilder", "list_infrastructure_configurations", "infrastructureConfigurationSummaryList"),
    ("logs", "describe_log_groups", "logGroups"),
    ("sns", "list_topics", "Topics"),
    ("sqs", "list_queues", "QueueUrls"),
)
_LONGEST_SECONDS: Final = 150


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a program told as one user, what there was before and afterwards, and the records delivered."""

    told: Mapping[str, list[str]]
    """Story -> its lines."""
    before: frozenset[str]
    after: frozenset[str]
    records: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Stage:
    """A local AWS with a trail, a key, a role that the insider may assume, and the two users."""

    aws: LocalAws
    trail: Deployment
    variables: Mapping[str, str]
    keys: Mapping[str, Mapping[str, str]]

    @classmethod
    def prepared(cls, aws: LocalAws) -> Stage:
        """Make all that the stories take for granted."""
        trail = Deployment(aws)
        trail.create_trail()
        iam = aws.client("iam")
        users = {name: iam.create_user(UserName=name)["User"]["Arn"] for name in ("insider", "outsider")}
        actions = [*(f"{service}:*" for service in _SERVICES), "iam:PassRole"]
        iam.put_user_policy(
            UserName="insider", PolicyName="all", PolicyDocument=_policy(actions, Resource="*")
        )
        trust = _policy(["sts:AssumeRole", "sts:TagSession"], Principal={"AWS": users["insider"]})
        role = iam.create_role(RoleName="stories", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        iam.put_role_policy(RoleName="stories", PolicyName="all", PolicyDocument=_policy(["*"], Resource="*"))
        key = aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
        keys = {name: iam.create_access_key(UserName=name)["AccessKey"] for name in users}
        return cls(aws, trail, {"STORIES_KEY": key, "STORIES_ROLE": role}, keys)

    def tell(self, program: Program, user: str) -> Outcome:
        """Have a program tell all stories as a user."""
        before = self._made()
        key = self.keys[user]
        finished = subprocess.run(
            program.command(*STORIES),
            env={
                **self.aws.environment(),
                **self.variables,
                "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
            },
            capture_output=True,
            text=True,
            timeout=_LONGEST_SECONDS,
            check=False,
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr
        self.trail.deliver()
        return Outcome(_parted(finished.stdout), before, self._made(), self.trail.delivered())

    def _made(self) -> frozenset[str]:
        """All that is there of the kinds that the stories make."""
        listed = {
            json.dumps(one, default=str, sort_keys=True)
            for service, operation, kind in _LISTS
            for one in getattr(self.aws.client(service), operation)().get(kind, ())
        }
        return frozenset(f"{kind} {name}" for kind, name in inventory(self.aws)) | listed | self._logs()

    def _logs(self) -> set[str]:
        """The log files of the trail of the stories, which stay when it is deleted."""
        s3 = self.aws.client("s3")
        if LOGS not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
            return set()
        return {f"log {one['Key']}" for one in s3.list_objects_v2(Bucket=LOGS)["Contents"]}


def _parted(stdout: str) -> dict[str, list[str]]:
    stories = [part.splitlines() for part in stdout.split("# ")[1:]]
    return {lines[0]: lines[1:] for lines in stories}


def _policy(actions: list[str], **more: Any) -> str:
    statement = {"Effect": "Allow", "Action": actions, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
