"""The command that a finding of `audit verify` proposes puts right what the finding names."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from localaws.testing import LocalAws
from tests.audit.delivery.deployed import verify
from tests.journeys.pulumi_project import NO_ENGINE, Project, engine_at_hand
from tests.journeys.trail_program import PROGRAM

pytestmark = [pytest.mark.engine, pytest.mark.skipif(not engine_at_hand(), reason=NO_ENGINE)]

TRAIL = "journey"
BUCKET = "journey-logs"
ONLY_ACCOUNT = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
    "Action": "kms:*",
    "Resource": "*",
}


@pytest.fixture(scope="module")
def deployed(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """One deployment, which each test breaks and puts right."""
    project = Project.written(tmp_path_factory.mktemp("deployed"), local_aws, PROGRAM)
    project.up()
    yield project
    project.pulumi("destroy", "--yes", "--skip-preview")


def put_key_policy(aws: LocalAws) -> None:
    """Keep CloudTrail from using the key."""
    kms = aws.client("kms")
    (key,) = [
        one["TargetKeyId"] for one in kms.list_aliases()["Aliases"] if one["AliasName"] == "alias/journey"
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [ONLY_ACCOUNT]})
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy)


def select_writes(aws: LocalAws) -> None:
    """Let the trail record writes alone."""
    selector = {"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}
    aws.client("cloudtrail").put_event_selectors(TrailName=TRAIL, EventSelectors=[selector])


BREAKAGES: dict[str, tuple[Callable[[LocalAws], Any], str]] = {
    "logging stopped": (lambda aws: aws.client("cloudtrail").stop_logging(Name=TRAIL), "IBT202"),
    "writes only": (select_writes, "IBT203"),
    "bucket policy deleted": (lambda aws: aws.client("s3").delete_bucket_policy(Bucket=BUCKET), "IBT206"),
    "key policy changed": (put_key_policy, "IBT208"),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_the_proposed_command_fixes_it(deployed: Project, name: str) -> None:
    """As written: `pulumi up` without `--refresh` compares with the state only, and would change nothing."""
    break_it, code = BREAKAGES[name]
    break_it(deployed.aws)
    _, result = verify(deployed.aws)
    (fix,) = {one["fix"] for one in result["findings"] if one["code"] == code}
    proposed = shlex.split(re.findall(r"`pulumi ([^`]+)`", fix)[0])
    deployed.pulumi(*proposed, "--yes", "--skip-preview")
    exit_code, result = verify(deployed.aws, "--timeout", "60")
    assert exit_code == 0, result
