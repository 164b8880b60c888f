"""What is rendered is what AWS holds after a deployment by the real engine, statement by statement."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from config.stack_file import LOCAL_ACCOUNT, read_stack
from localaws.testing import LocalAws
from policies.documents import documents
from tests import ROOT
from tests.deployers import deployers_credentials
from tests.journeys.pulumi_project import NO_ENGINE, engine_at_hand

pytestmark = [pytest.mark.engine, pytest.mark.skipif(not engine_at_hand(), reason=NO_ENGINE)]
PROGRAM = ("Pulumi.yaml", "__main__.py", "components", "config", "policies")


def deploy(folder: Path, aws: LocalAws, stack: str) -> dict[str, Any]:
    """Deploy a copy of the program as a stack, and return the stack's outputs."""
    for name in PROGRAM:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)

    credentials = deployers_credentials(aws, read_stack(stack, LOCAL_ACCOUNT))

    def pulumi(*arguments: str) -> str:
        finished = subprocess.run(
            [sys.executable, "-m", "localaws", "pulumi", "--endpoint", aws.endpoint, *arguments],
            cwd=folder,
            env={**aws.environment(), **credentials, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return finished.stdout

    pulumi("stack", "select", "--create", "--stack", stack, "--non-interactive")
    pulumi("up", "--yes", "--skip-preview", "--stack", stack, "--non-interactive")
    found: dict[str, Any] = json.loads(pulumi("stack", "output", "--json", "--stack", stack))
    return found


def held(aws: LocalAws, key_arn: str, buckets: tuple[str, ...], roles: tuple[str, ...]) -> dict[str, Any]:
    """The policies that AWS holds, read back over its API, by bucket, role or "key"."""
    s3, kms, iam = aws.client("s3"), aws.client("kms"), aws.client("iam")
    found = {name: json.loads(s3.get_bucket_policy(Bucket=name)["Policy"]) for name in buckets}
    found["key"] = json.loads(kms.get_key_policy(KeyId=key_arn, PolicyName="default")["Policy"])
    for role in roles:
        found[f"{role} trust"] = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
        (found[role],) = (
            iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names
        )
    return found


@pytest.mark.parametrize("name", ["local", "prod"])
def test_every_statement_that_aws_holds_is_rendered(local_aws: LocalAws, tmp_path: Path, name: str) -> None:
    """Bucket, key and role policies read back over the API equal the documents, statement by statement."""
    outputs = deploy(tmp_path, local_aws, name)
    stack = read_stack(name, LOCAL_ACCOUNT)
    stack = stack.with_key(outputs["key_arn"])
    rendered = {key: document.document() for key, document in documents(stack).items()}
    for beforehand in ("deployer", "role-boundary"):
        assert (beforehand in rendered) == (stack.deployer_role_arn is not None)
        rendered.pop(beforehand, None)
    found = held(local_aws, outputs["key_arn"], stack.buckets, stack.role_names)
    assert sorted(map(json.dumps, found.values())) == sorted(map(json.dumps, rendered.values()))
