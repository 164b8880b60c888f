"""Terraform with its real AWS provider, in a folder of its own, pointed at a local AWS and at nothing else.

The provider comes from a mirror folder where there is one: the one that TERRAFORM_MIRROR names, or one where
machines are often set up with it. Else Terraform looks for it in its own ways, the registry among them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from localaws.environment import pointed_at
from tests import ROOT

REGION = "eu-central-1"
_PROVIDER = "registry.terraform.io/hashicorp/aws"
_FOLDERS_OF_MIRRORS = ("/opt", "/usr/lib/terraform", "/usr/share/terraform", "/usr/local/share/terraform")
_INIT_SECONDS = 240
_USERS_OWN = ("TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR")
_ADVICE = "name a folder of `terraform providers mirror` in TERRAFORM_MIRROR"


@dataclass(frozen=True)
class Terraform:
    """Runs `terraform …` in one folder, which holds the state too, as one identity."""

    folder: Path
    environment: Mapping[str, str]

    @classmethod
    def prepared(
        cls,
        folder: Path,
        sources: Iterable[Path],
        endpoint: str,
        key: Mapping[str, str] | None = None,
        region: str = REGION,
    ) -> Terraform:
        """Copy a configuration into an empty folder and have its provider installed, or skip the test.

        `key` is an access key as IAM gives it, or the credentials of a session; without one, root calls.
        """
        if shutil.which("terraform") is None:
            pytest.skip("no Terraform: install `terraform`")
        for source in sources:
            shutil.copy(source, folder)
        terraform = cls(folder, _environment(folder, endpoint, key or {}, region))
        terraform._install()
        return terraform

    def run(self, *arguments: str, expect: int = 0, **variables: Any) -> str:
        """Run one command, see that it ends with this exit code, and return what it said."""
        given = [f"-var={name}={value}" for name, value in variables.items()]
        finished = self._finished(*arguments, *given)
        said = finished.stdout + finished.stderr
        assert finished.returncode == expect, said
        return said

    def apply(self, expect: int = 0) -> str:
        """Make what the configuration says."""
        return self.run("apply", "-auto-approve", expect=expect)

    def plan_nothing(self, **variables: Any) -> None:
        """Read all that there is, and see that it is what the configuration says."""
        self.run("plan", "-detailed-exitcode", **variables)

    def destroy(self) -> str:
        """Remove all that was made."""
        return self.run("destroy", "-auto-approve")

    def change(self, **variables: Any) -> set[str]:
        """Make what the configuration says now, and return the types of the resources that it changed."""
        said = self.run("apply", "-auto-approve", "-json", **variables)
        messages = map(json.loads, said.splitlines())
        planned = [one["change"] for one in messages if one["type"] == "planned_change"]
        return {one["resource"]["resource_type"] for one in planned if one["action"] != "read"}

    def types(self) -> tuple[set[str], set[str]]:
        """The types of the resources in the state, and those of its data sources."""
        addresses = [address.split(".") for address in self.run("state", "list").split()]
        sources = {parts[1] for parts in addresses if parts[0] == "data"}
        return {parts[0] for parts in addresses} - {"data"}, sources

    def schemas(self) -> Mapping[str, Any]:
        """What the provider has: `resource_schemas` and `data_source_schemas`, by type."""
        schemas: Mapping[str, Any] = json.loads(self._finished("providers", "schema", "-json").stdout)
        return dict(schemas["provider_schemas"][_PROVIDER])

    def _install(self) -> None:
        try:
            finished = self._finished("init", timeout=_INIT_SECONDS)
        except subprocess.TimeoutExpired:
            pytest.skip(f"no AWS provider for Terraform within {_INIT_SECONDS} s: {_ADVICE}")
        if finished.returncode:
            pytest.skip(f"no AWS provider for Terraform: {_ADVICE}\n{finished.stdout}{finished.stderr}")

    def _finished(self, *arguments: str, timeout: float | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["terraform", *arguments, "-no-color"],
            cwd=self.folder,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )


def _environment(folder: Path, endpoint: str, key: Mapping[str, str], region: str) -> dict[str, str]:
    own = {
        "LOCALAWS_ACCESS_KEY_ID": key.get("AccessKeyId", "test"),
        "LOCALAWS_SECRET_ACCESS_KEY": key.get("SecretAccessKey", "test"),
        "LOCALAWS_SESSION_TOKEN": key.get("SessionToken", ""),
    }
    users = {
        name: value for name, value in os.environ.items() if name in _USERS_OWN or not name.startswith("TF_")
    }
    settings = {"AWS_REGION": region, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0"}
    return pointed_at(endpoint, {**users, **own}) | settings | _origin(folder)


def _origin(folder: Path) -> dict[str, str]:
    """The variables that say where the provider comes from; what is downloaded is kept for the next time."""
    mirror = next(_mirrors(), None)
    if mirror is None:
        cache = ROOT / ".tools" / "terraform-plugins"
        cache.mkdir(parents=True, exist_ok=True)
        return {"TF_PLUGIN_CACHE_DIR": os.environ.get("TF_PLUGIN_CACHE_DIR", str(cache))}
    file = folder / "terraform.rc"
    path = json.dumps(str(mirror))
    file.write_text(f"provider_installation {{\n  filesystem_mirror {{\n    path = {path}\n  }}\n}}\n")
    return {"TF_CLI_CONFIG_FILE": str(file)}


def _mirrors() -> Iterator[Path]:
    if named := os.environ.get("TERRAFORM_MIRROR"):
        yield Path(named)
    for folder in map(Path, _FOLDERS_OF_MIRRORS):
        yield from (found.parents[2] for found in sorted(folder.glob(f"*/{_PROVIDER}")))
