"""The component as a plugin: the host that the engine starts for programs in other languages."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import grpc
import pulumi
import pytest
import yaml
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from components.__main__ import NAME, refusal
from components.audit_trail import OUTPUTS
from config.settings import KEYS
from tests import ROOT

FOLDER = ROOT / "components"


@pytest.fixture(scope="module")
def offered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the started plugin tells of AuditTrail."""
    return schema_from(sys.executable, FOLDER, tmp_path_factory.mktemp("elsewhere"))


def test_the_started_plugin_offers_every_setting_and_output(offered: dict[str, Any]) -> None:
    """A program in any language finds the component with all its inputs and outputs."""
    assert offered["isComponent"] is True
    assert len(offered["inputProperties"]) == len(KEYS)
    assert len(offered["properties"]) == len(OUTPUTS)


@pytest.mark.parametrize("kind", ["inputProperties", "properties"])
def test_every_input_and_output_says_what_it_is(offered: dict[str, Any], kind: str) -> None:
    """An editor shows a meaning for each."""
    silent = [name for name, one in offered[kind].items() if not one.get("description", "").strip()]
    assert silent == []


def test_no_setting_is_named_as_no_program_names_it(offered: dict[str, Any]) -> None:
    """Descriptions spell settings as their readers write them: expirationDays."""
    text = json.dumps(offered)
    assert [name for name in KEYS if "_" in name and name in text] == []


def test_no_description_is_shown_as_code_for_its_indentation(offered: dict[str, Any]) -> None:
    """Docstrings lose the indentation that they have in the source."""
    described = [*offered["inputProperties"].values(), *offered["properties"].values()]
    assert [text for one in described if "\n " in (text := one["description"])] == []
    assert "\nMakes an EncryptionKey" in offered["description"]


def test_a_clone_serves_the_plugin_with_nothing_but_its_own_requirements(tmp_path: Path) -> None:
    """What the Pulumi CLI does with a clone (an environment from requirements.txt) is enough."""
    clone = tmp_path / "clone"
    unneeded = shutil.ignore_patterns(".*", "tests", "docs", "benchmarks", "__pycache__")
    shutil.copytree(ROOT, clone, ignore=unneeded)
    environment = clone / ".venv"
    python = environment / "bin" / "python"
    uv = [sys.executable, "-m", "uv", "--quiet"]
    subprocess.run([*uv, "venv", "--python", sys.executable, environment], check=True)
    install = [*uv, "pip", "install", "--python", str(python), "-r", "requirements.txt"]
    subprocess.run(install, cwd=clone / "components", check=True)
    assert schema_from(str(python), clone / "components", tmp_path)["isComponent"] is True


def test_the_plugin_is_named_as_its_host_says() -> None:
    """PulumiPlugin.yaml and the host give the same name."""
    assert yaml.safe_load((FOLDER / "PulumiPlugin.yaml").read_text("utf-8"))["name"] == NAME


def test_each_refused_setting_is_told_of_its_own_property() -> None:
    """A refusal of several settings names each, in the spelling of the schema."""
    told = "2 errors:\nexpiration_days: later than transition_days\nroles: no: such"
    error = refusal(pulumi.RunError(told))
    assert error.message == "2 errors:"
    assert error.errors == [
        {"property_path": "expirationDays", "reason": "later than transitionDays"},
        {"property_path": "roles", "reason": "no: such"},
    ]


def schema_from(python: str, folder: Path, working_directory: Path) -> dict[str, Any]:
    """Start the plugin as the engine does and ask it for its schema."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [python, str(folder), "127.0.0.1:1"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=working_directory, env=variables
    ) as host:
        assert host.stdout is not None
        try:
            with grpc.insecure_channel(f"127.0.0.1:{int(host.stdout.readline())}") as channel:
                provider = provider_pb2_grpc.ResourceProviderStub(channel)
                answer = provider.GetSchema(provider_pb2.GetSchemaRequest(), timeout=60)
        finally:
            host.terminate()
    offered: dict[str, Any] = json.loads(answer.schema)["resources"][f"{NAME}:index:AuditTrail"]
    return offered
