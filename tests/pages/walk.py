"""A reader of pages, with a checkout, an AWS account and a shell: the local AWS that enforces IAM.

What stands in a page as ```console is run in one shell, top to bottom. Each line has to succeed; a line that
ends in `# refused` has to fail. Fences of other languages are for reading.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from localaws.environment import cleaned
from localaws.testing import LocalAws
from tests import ROOT
from tests.awscli.client import AwsCli

DOCS: Final = ROOT / "docs"
_BLOCK: Final = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_REFUSED: Final = re.compile(r"^(.+?)\s+# refused\b.*$", re.MULTILINE)
_PATIENCE_SECONDS: Final = 900
# `pulumi` as a reader has it, but for its account: the local AWS takes only credentials that are said to be
# its own. A reader answers yes to what pulumi asks. Local runs bring the backend, so a login does nothing.
_PULUMI: Final = """#!/bin/bash
set -e
if [ "$1" = login ]; then exit 0; fi
export PATH=${PATH#*:}
credentials=$("{python}" -c '{credentials}')
export $credentials
case "$1 $2" in
    up*|destroy*|refresh*) answers="--yes --skip-preview";;
    "stack rm"|"state unprotect") answers=--yes;;
esac
exec "{python}" -m localaws pulumi --endpoint "$AWS_ENDPOINT_URL" "$@" $answers --non-interactive
"""
_CREDENTIALS: Final = """import boto3
key = boto3.Session().get_credentials().get_frozen_credentials()
print("LOCALAWS_ACCESS_KEY_ID=" + key.access_key, "LOCALAWS_SECRET_ACCESS_KEY=" + key.secret_key)
print("LOCALAWS_SESSION_TOKEN=" + (key.token or ""))
"""
_AWS: Final = """#!/bin/bash
unset PYTHONPATH
exec "{aws}" "$@"
"""


def commands(page: str) -> str:
    """The commands that a page of docs/ prints, as a script."""
    text = "".join(_BLOCK.findall((DOCS / page).read_text(encoding="utf-8")))
    return _REFUSED.sub(r"if \1; then exit 99; fi", text)


@dataclass(frozen=True)
class Reader:
    """Somebody at a shell, in a checkout of the project."""

    home: Path
    checkout: Path
    aws: LocalAws

    @classmethod
    def seated(cls, folder: Path, aws: LocalAws) -> Reader:
        """Give the reader a home, a checkout, tools, and an account that has an administrator and no more."""
        reader = cls(folder / "home", folder / "image-builder-trail", aws)
        reader._check_out()
        reader._equip(AwsCli(aws))
        reader._sign_in("administrator")
        return reader

    def walk(self, *pages: str) -> str:
        """Run all commands of pages, one after the other; return what they print."""
        script = self.home / "pages.sh"
        script.write_text("set -eE\n" + "\n".join(commands(page) for page in pages), encoding="utf-8")
        done = subprocess.run(
            ["bash", "-v", str(script)],
            cwd=self.checkout,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def _check_out(self) -> None:
        for name in _printed("git", "ls-files", "--cached", "--others", "--exclude-standard").splitlines():
            target = self.checkout / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
        (self.checkout / ".venv").symlink_to(Path(sys.prefix))

    def _equip(self, cli: AwsCli) -> None:
        tools = self.home / "bin"
        tools.mkdir(parents=True)
        scripts = {
            "aws": _AWS.format(aws=cli.executable()),
            "pulumi": _PULUMI.replace("{python}", sys.executable).replace("{credentials}", _CREDENTIALS),
        }
        for name, text in scripts.items():
            (tools / name).write_text(text, encoding="utf-8")
            (tools / name).chmod(0o755)

    def _sign_in(self, name: str) -> None:
        """Make an administrator with a second factor; its access key is the default profile."""
        iam = self.aws.client("iam")
        iam.create_user(UserName=name)
        iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]["SerialNumber"]
        codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
        iam.enable_mfa_device(UserName=name, SerialNumber=device, **codes)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        secret = f"aws_secret_access_key = {key['SecretAccessKey']}"
        folder = self.home / ".aws"
        folder.mkdir()
        (folder / "config").write_text("[default]\nregion = us-east-1\n", encoding="utf-8")
        (folder / "credentials").write_text(
            f"[default]\naws_access_key_id = {key['AccessKeyId']}\n{secret}\n", encoding="utf-8"
        )

    def _environment(self) -> Mapping[str, str]:
        beside = Path(sys.executable).parent
        return cleaned(os.environ) | {
            "HOME": str(self.home),
            "USER": "reader",
            "PATH": f"{self.home / 'bin'}:{beside}:{os.environ['PATH']}",
            "PYTHONPATH": str(self.checkout),
            "AWS_ENDPOINT_URL": self.aws.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_COLOR": "1",
            "NO_PROXY": "*",
        }


def _printed(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
