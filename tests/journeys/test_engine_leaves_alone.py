"""Whatever the engine is asked against a local AWS, the user's files and accounts stay as they are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from localaws.pulumi import engine
from localaws.testing import LocalAws
from tests import ROOT
from tests.journeys import hostile
from tests.journeys.pulumi_project import NO_ENGINE, engine_at_hand

pytestmark = [pytest.mark.engine, pytest.mark.skipif(not engine_at_hand(), reason=NO_ENGINE)]

PROGRAM = f"""
import os
import pulumi, pulumi_aws as aws

found = [name for name, value in os.environ.items() if {hostile.MARK!r} in value]
print("hostile variables:", found)
print("root:", pulumi.get_root_directory())
aws.kms.Key("key", description=pulumi.Config().get("description") or "none")
"""
PLAIN = "config:\n  aws:region: us-east-1\n"
FOR_AWS = f"""# keys of the real account
secretsprovider: awskms://alias/states?region=eu-central-1
encryptedkey: AQICAHhVJq1V0mYk5Hc=
{PLAIN}  journey:description: kept for {"years"}   # in full
  journey:flag: on
"""
SEALED = f"""encryptionsalt: v1:1aUwWMAzCAs=:v1:9EwZJtdIVgC5GnkF:WYyfPzoGDRsF1N03Jt4RWJJN9ksXxA==
{PLAIN}  journey:token:
    secure: v1:QwJ9c0dcrCvbLH6B:0J6Oi2CTTcGfxxYl2Yk0ZJ2UDg==
"""
STACKS = {"test": PLAIN, "prod": FOR_AWS, "sealed": SEALED}


@dataclass
class User:
    """A project under git, and the surroundings in which it is worked on."""

    aws: LocalAws
    folder: Path
    home: Path
    listener: hostile.Listener

    def pulumi(self, line: str, expect: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run one `localaws pulumi` command; its exit code must be as expected, if one is."""
        command = [sys.executable, "-m", "localaws", "pulumi", "--endpoint", self.aws.endpoint, *line.split()]
        surroundings = {**os.environ, **hostile.variables(self.listener, self.home), "NO_COLOR": "1"}
        finished = subprocess.run(
            command,
            cwd=self.folder,
            env={**surroundings, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        said = finished.stdout + finished.stderr
        assert expect is None or finished.returncode == expect, said
        assert "Traceback" not in said
        return finished

    def git(self, *words: str) -> str:
        """Ask git about the project."""
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *words]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=True).stdout

    def everything(self) -> object:
        """All that must stay as it is."""
        return (
            hostile.contents(self.folder, leaving_out=".localaws"),
            hostile.contents(self.home),
            self.git("status", "--porcelain"),
            list(self.listener.connections),
        )


@pytest.fixture
def user(local_aws: LocalAws, tmp_path: Path) -> Iterator[User]:
    """A user with a project of three stacks: plain, encrypted by a KMS key, and by a passphrase."""
    folder, home = tmp_path / "project", tmp_path / "home"
    (folder / "config").mkdir(parents=True)
    (folder / "Pulumi.yaml").write_text("name: journey\nruntime: python\nstackConfigDir: config\n")
    (folder / "__main__.py").write_text(PROGRAM)
    for stack, settings in STACKS.items():
        (folder / "config" / f"Pulumi.{stack}.yaml").write_text(settings)
    hostile.write_home(home)
    with hostile.Listener.opened() as listener:
        user = User(local_aws, folder, home, listener)
        user.git("init", "--quiet")
        user.git("add", ".")
        user.git("commit", "--quiet", "--message", "before")
        yield user


LIVES = {
    "preview": ["preview --stack prod", "preview --stack test --save-plan .localaws/plan.json"],
    "whole": [
        "up --yes --skip-preview --stack prod",
        "refresh --yes --skip-preview --stack prod",
        "stack export --stack prod --file .localaws/state.json",
        "stack import --stack prod --file .localaws/state.json",
        "config --stack prod",
        "stack --stack prod",
        "state unprotect --all --yes --stack prod",
        "destroy --yes --skip-preview --remove --stack prod",
    ],
    "once": ["up --yes --skip-preview --stack test -c journey:description=once"],
    "named file": ["preview --stack test --config-file config/Pulumi.prod.yaml"],
    "stacks": [
        "stack init prod",
        "stack select prod",
        "stack rename other --stack prod",
        "stack ls",
        "stack rm other --yes",
        "stack init test",
        "stack rm test --yes --force",
        "stack init unheard-of",
        "stack unselect",
    ],
    "secrets": [
        "stack init prod",
        "config set --secret journey:token local-token --stack prod",
        "config get journey:token --stack prod",
        "preview --stack prod",
    ],
    "others": ["stack init prod", "cancel --yes --stack prod", "about", "whoami", "version", "policy ls"],
}


@pytest.mark.parametrize("life", LIVES)
def test_the_users_files_stay_as_they_are(user: User, life: str) -> None:
    """No command changes a file of the project or of the user's home, or calls anybody but the local AWS."""
    before = user.everything()
    for line in LIVES[life]:
        user.pulumi(line, None if line.startswith(("policy", "about")) else 0)
        assert user.everything() == before, line


@pytest.mark.parametrize(
    "line",
    [
        "config refresh --force --stack prod",
        "config cp --dest test --stack prod",
        "login s3://states",
        "logout",
        "new python",
        "project new",
    ],
)
def test_what_is_not_for_a_local_aws_is_refused(user: User, line: str) -> None:
    """Commands that would write a project's files or leave this machine end in one line, and do nothing."""
    before = user.everything()
    refused = user.pulumi(line, 2)
    assert refused.stderr.count("\n") == 1
    assert user.everything() == before


def test_an_import_leaves_the_files_alone(user: User) -> None:
    """`import` takes a resource into the local state, and nothing into the project."""
    before = user.everything()
    key = user.aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
    user.pulumi(f"import aws:kms/key:Key taken {key} --yes --generate-code=false --stack prod")
    assert user.everything() == before


def test_a_program_sees_nothing_of_its_users_accounts(user: User) -> None:
    """Program and provider get dummy credentials, none of the user's variables, and the project's folder."""
    shown = user.pulumi("up --yes --skip-preview --stack test").stdout
    assert "hostile variables: []" in shown
    assert f"root: {user.folder}" in shown
    events = user.aws.client("cloudtrail").lookup_events()["Events"]
    assert {json.loads(event["CloudTrailEvent"])["userIdentity"]["accessKeyId"] for event in events} == {
        "test"
    }


EDITS = [
    "set journey:count 5",
    "set --path journey:tags.Team audit",
    "set-all --plaintext journey:a=1 --plaintext journey:b=2",
    "rm journey:flag",
    "set aws:region eu-central-1",
]


@pytest.mark.parametrize("stack", ["test", "prod", "sealed", "fresh"])
def test_settings_are_edited_as_the_real_pulumi_edits_them(user: User, tmp_path: Path, stack: str) -> None:
    """`config set` and `config rm` write the file that the real Pulumi would, byte for byte."""
    user.pulumi(f"stack init {stack}")
    before = user.everything()
    file = user.folder / "config" / f"Pulumi.{stack}.yaml"
    expected = edited_by_the_real_pulumi(user, tmp_path, stack)
    for edit in EDITS:
        user.pulumi(f"config {edit} --stack {stack}")
        assert (file.read_text() if file.exists() else "") == expected[edit], edit
    file.write_text(STACKS[stack]) if stack in STACKS else file.unlink()
    assert user.everything() == before, "nothing else changed"


def edited_by_the_real_pulumi(user: User, place: Path, stack: str) -> dict[str, str]:
    """The settings after each edit, in a project whose stack the real Pulumi knows."""
    folder = place / "real"
    (folder / "config").mkdir(parents=True)
    (folder / "Pulumi.yaml").write_text((user.folder / "Pulumi.yaml").read_text())
    file = folder / "config" / f"Pulumi.{stack}.yaml"
    variables = {
        "PULUMI_BACKEND_URL": f"file://{place}",
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_HOME": str(place / "own"),
    }

    def pulumi(line: str) -> None:
        command = [str(engine.find()), *line.split(), "--non-interactive"]
        environment = {**os.environ, **variables}
        subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True)

    pulumi(f"stack init {stack}")
    file.write_text(STACKS.get(stack, ""))
    after = {}
    for edit in EDITS:
        pulumi(f"config {edit} --stack {stack}")
        after[edit] = file.read_text()
    return after


def test_settings_encrypted_for_aws_end_in_one_line(user: User) -> None:
    """What is encrypted with a key that is not here stops the run, and the line's own advice helps."""
    before = user.everything()
    refused = user.pulumi("up --yes --skip-preview --stack sealed", 2)
    line = refused.stderr.splitlines()[-1]
    assert "config/Pulumi.sealed.yaml" in line
    assert "journey:token" in line
    advice = line.split("`localaws pulumi ")[1].split("`")[0]
    user.pulumi(advice)
    user.pulumi("up --yes --skip-preview --stack sealed")
    assert user.pulumi("config get journey:token --stack sealed").stdout == "VALUE\n"
    assert user.everything() == before


def test_a_removed_local_secret_is_gone(user: User) -> None:
    """`config rm` removes a secret of the local AWS's own as well."""
    user.pulumi("stack init test")
    user.pulumi("config set --secret journey:token mine --stack test")
    user.pulumi("config rm journey:token --stack test")
    assert "journey:token" not in user.pulumi("config --json --stack test").stdout


def test_a_plain_value_is_not_hidden_by_a_local_secret(user: User) -> None:
    """A local secret that could have no effect, as the project has a plain value, is refused."""
    user.pulumi("stack init prod")
    refused = user.pulumi("config set --secret journey:flag off --stack prod", 2)
    assert "has a plain value of journey:flag" in refused.stderr


def test_the_folder_of_another_project_is_found(user: User, tmp_path: Path) -> None:
    """`-C FOLDER` works as if run there: its project, its `.localaws/`, paths relative to it."""
    before = user.everything()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    user.folder, project = elsewhere, user.folder
    user.pulumi(f"-C {project} up --yes --skip-preview --stack test")
    user.pulumi(f"--cwd={project} stack export --stack test --file .localaws/state.json")
    assert json.loads((project / ".localaws" / "state.json").read_text())["deployment"]["resources"]
    assert list(elsewhere.iterdir()) == []
    user.folder = project
    assert user.everything() == before
