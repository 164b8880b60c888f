"""Secrets stay secret: in states, on screens, and in what is computed from them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from localaws.testing import LocalAws
from tests.journeys.pulumi_project import NO_ENGINE, Project, engine_at_hand

pytestmark = [pytest.mark.engine, pytest.mark.skipif(not engine_at_hand(), reason=NO_ENGINE)]

HIDDEN = "hush-hush-7"
PROGRAM = f"""
import pulumi, pulumi_aws as aws

hidden = pulumi.Output.secret({HIDDEN!r})
key = aws.kms.Key("key", description=hidden, tags={{"Plain": "seen", "Hidden": hidden}})
aws.s3.Bucket("whole", tags=pulumi.Output.secret({{"Hidden": {HIDDEN!r}}}))
west = aws.Provider("west", region="us-west-2", default_tags={{"tags": {{"Hidden": hidden}}}})
aws.kms.Key("west-key", opts=pulumi.ResourceOptions(provider=west))
policy = pulumi.Output.json_dumps({{"Version": "2012-10-17", "Statement": [{{
    "Sid": "A", "Effect": "Allow", "Principal": {{"AWS": "*"}}, "Action": "sts:AssumeRole",
    "Condition": {{"StringEquals": {{"sts:ExternalId": hidden}}}}}}]}})
role = aws.iam.Role("role", assume_role_policy=policy)
pulumi.export("tags", key.tags_all)
pulumi.export("arn", key.arn)
"""
COMMANDS = [
    ("preview", "--diff"),
    ("up", "--yes", "--skip-preview"),
    ("refresh", "--yes", "--skip-preview", "--expect-no-changes"),
    ("up", "--yes", "--skip-preview", "--expect-no-changes"),
    ("stack", "export"),
    ("stack", "output", "--json"),
    ("preview", "--json"),
]


def test_a_secret_is_never_written_in_clear(local_aws: LocalAws, tmp_path: Path) -> None:
    """No state, plan or output tells a secret, not even where it is a part of something else."""
    project = Project.written(tmp_path / "project", local_aws, PROGRAM)
    for command in COMMANDS:
        said = project.pulumi(*command)
        assert HIDDEN not in said.stdout + said.stderr, command
    for name, record in project.state().items():
        assert HIDDEN not in json.dumps(record), name
    assert project.state()["key"]["outputs"]["tagsAll"]["Plain"] == "seen", "what is no secret is shown"
    assert "arn" in project.state()["key"]["outputs"]
    tags = local_aws.client("kms").list_resource_tags(KeyId=project.state()["key"]["id"])["Tags"]
    assert {"TagKey": "Hidden", "TagValue": HIDDEN} in tags, "AWS has it in clear"
    project.pulumi("destroy", "--yes", "--skip-preview")


def test_an_error_does_not_tell_a_secret(local_aws: LocalAws, tmp_path: Path) -> None:
    """A message of AWS that repeats a secret is shown without it."""
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    local_aws.client("iam").create_role(RoleName=HIDDEN, AssumeRolePolicyDocument=trust)
    program = (
        "import pulumi, pulumi_aws as aws\n"
        f"aws.iam.Role('role', name=pulumi.Output.secret({HIDDEN!r}), assume_role_policy={trust!r})\n"
    )
    project = Project.written(tmp_path / "project", local_aws, program)
    refused = project.up(expect=None)
    assert refused.returncode != 0
    assert "EntityAlreadyExists" in refused.stdout
    assert HIDDEN not in refused.stdout + refused.stderr
