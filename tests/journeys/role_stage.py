"""A stack deployed by its deployer role, on a local AWS that enforces IAM and notes what it judges."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.stack import Stack
from config.stack_file import LOCAL_ACCOUNT, read_stack
from iam_evaluation import Decision, Policies, Request, evaluate
from localaws import enforcement
from localaws.environment import pointed_at
from packages.localaws.tests.front import Front
from policies.documents import documents
from tests import ROOT

PROGRAM = ("Pulumi.yaml", "__main__.py", "components", "config", "policies")
MFA = {"SerialNumber": f"arn:aws:iam::{LOCAL_ACCOUNT}:mfa/someone", "TokenCode": "123456"}


@dataclass(frozen=True)
class Judged:
    """A request that was judged, with the policies of that moment."""

    request: Request
    policies: Policies


@dataclass
class Stage:
    """One local AWS, the folder of the stack's program, and what was judged so far."""

    front: Front
    folder: Path
    name: str
    judged: list[Judged] = field(default_factory=list)

    @classmethod
    @contextmanager
    def opened(
        cls, folder: Path, name: str, *, tag_delay_seconds: float = 0, **settings: Any
    ) -> Iterator[Stage]:
        """Open one; the deployer's role is there and may do what the stack's rendered policy says.

        `settings` change those of the stack, beforehand. A stack that names no deployer gets one.
        """
        for part in PROGRAM:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            copy(ROOT / part, folder / part)
        opened = Front.opened(enforce_iam=True, tag_delay_seconds=tag_delay_seconds)
        with opened as front, pytest.MonkeyPatch.context() as patch:
            stage = cls(front, folder, name)
            stage.configure(deployer_role_name=stage.deployer, **settings)
            patch.setattr(enforcement, "evaluate", stage._judge)
            trust = {"Effect": "Allow", "Principal": {"AWS": _root()}, "Action": "sts:AssumeRole"}
            front.role(stage.deployer, trust)
            front.user("ci", {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
            stage.permit()
            yield stage

    @property
    def stack(self) -> Stack:
        """The stack as it is configured now."""
        stack = read_stack(self.name, LOCAL_ACCOUNT, self.folder)
        aliases = self.front.client("kms").list_aliases()["Aliases"]
        key = next((one["TargetKeyId"] for one in aliases if one["AliasName"] == stack.alias), None)
        return stack if key is None else replace(stack, key_id=key)

    @property
    def deployer(self) -> str:
        """The name of the role that deploys."""
        return (
            read_stack(self.name, LOCAL_ACCOUNT, self.folder).settings.access.deployer_role_name or "deployer"
        )

    def permit(self, without: str | None = None) -> None:
        """Give the deployer the rendered policy for the stack as configured, perhaps less one statement.

        The boundary of its roles is made, or made anew, as well.
        """
        self._bound()
        document = documents(self.stack)["deployer"].document()
        kept = [statement for statement in document["Statement"] if statement["Sid"] != without]
        assert without is None or len(kept) == len(document["Statement"]) - 1, without
        self.front.client("iam").put_role_policy(
            RoleName=self.deployer,
            PolicyName="deployer",
            PolicyDocument=json.dumps({**document, "Statement": kept}),
        )

    def _bound(self) -> None:
        stack, iam = self.stack, self.front.client("iam")
        if stack.boundary_arn is None:
            return
        text = json.dumps(documents(stack)["role-boundary"].document())
        there = {policy["Arn"] for policy in iam.list_policies(Scope="Local")["Policies"]}
        if stack.boundary_arn not in there:
            iam.create_policy(PolicyName=stack.boundary_arn.rpartition("/")[2], PolicyDocument=text)
            return
        iam.create_policy_version(PolicyArn=stack.boundary_arn, PolicyDocument=text, SetAsDefault=True)
        for old in iam.list_policy_versions(PolicyArn=stack.boundary_arn)["Versions"]:
            if not old["IsDefaultVersion"]:
                iam.delete_policy_version(PolicyArn=stack.boundary_arn, VersionId=old["VersionId"])

    def configure(self, **settings: Any) -> None:
        """Change settings of the stack."""
        path = self.folder / "config" / f"Pulumi.{self.name}.yaml"
        content = yaml.safe_load(path.read_text())
        content["config"] |= {f"image-builder-trail:{key}": value for key, value in settings.items()}
        path.write_text(yaml.safe_dump(content))

    def pulumi(self, *arguments: str, expect: int | None = 0) -> str:
        """Run the engine as the deployer, without a preview, and return what it said."""
        session = self.session(f"arn:aws:iam::{LOCAL_ACCOUNT}:role/{self.deployer}")
        runs = [sys.executable, "-m", "localaws", "pulumi", "--endpoint", self.front.server.url]
        finished = subprocess.run(
            [*runs, *arguments, "--yes", "--skip-preview", "--stack", self.name, "--non-interactive"],
            cwd=self.folder,
            env={**environment(self.front.server.url, session), "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        said = finished.stdout + finished.stderr
        if expect is None:
            assert finished.returncode != 0, said
        else:
            assert finished.returncode == expect, said
        return said

    def session(self, role_arn: str, *, key: Mapping[str, str] | None = None, **more: Any) -> Any:
        """The credentials of somebody who has taken on a role: of `ci`, unless a `key` says who."""
        sts = self.front.client("sts", key or self._key())
        return sts.assume_role(RoleArn=role_arn, RoleSessionName="journey", **more)["Credentials"]

    def deployers(self) -> list[Judged]:
        """What was judged of the deployer."""
        arn = f"arn:aws:iam::{LOCAL_ACCOUNT}:role/{self.deployer}"
        return [one for one in self.judged if one.request.principal.parent_arn == arn]

    def delivered(self) -> list[str]:
        """Deliver all that was recorded, and return the keys of all logs and digests in the bucket."""
        self.front.cloud.cloudtrail.flush()
        bucket = self.front.client("s3").list_objects_v2(Bucket=self.stack.bucket)
        return [one["Key"] for one in bucket.get("Contents", [])]

    def break_the_glass(self) -> Any:
        """The credentials of somebody who has just broken the glass, with a second factor."""
        arn = self.stack.break_glass_role_arn
        assert arn is not None
        return self.session(arn, key=self.session_with_mfa())

    def session_with_mfa(self) -> Any:
        """The credentials of `ci` after signing in with a second factor."""
        return self.front.client("sts", self._key()).get_session_token(**MFA)["Credentials"]

    def _key(self) -> Mapping[str, str]:
        (found,) = self.front.client("iam").list_access_keys(UserName="ci")["AccessKeyMetadata"]
        return {"AccessKeyId": found["AccessKeyId"], "SecretAccessKey": "not checked"}

    def _judge(self, request: Request, policies: Policies) -> Decision:
        self.judged.append(Judged(request, policies))
        return evaluate(request, policies)


def _root() -> str:
    return f"arn:aws:iam::{LOCAL_ACCOUNT}:root"


def environment(endpoint: str, session: Mapping[str, str]) -> dict[str, str]:
    """The variables that give these credentials, and no others, to any AWS tool and to the engine."""
    own = {
        "LOCALAWS_ACCESS_KEY_ID": session["AccessKeyId"],
        "LOCALAWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
        "LOCALAWS_SESSION_TOKEN": session["SessionToken"],
    }
    region = {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}
    return own | pointed_at(endpoint, {**os.environ, **own}) | region
