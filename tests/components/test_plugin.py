"""The component as a plugin: the host that the engine starts for programs in other languages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import grpc
import yaml
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from config.settings import KEYS

FOLDER = Path(__file__).resolve().parents[2] / "components"


def test_the_started_plugin_offers_audit_trail_with_every_setting(tmp_path: Path) -> None:
    """A program in any language finds the component under the project's name, with all its inputs."""
    command = [sys.executable, str(FOLDER), "127.0.0.1:1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as host:
        assert host.stdout is not None
        try:
            schema = _schema(int(host.stdout.readline()))
        finally:
            host.terminate()
    offered = schema["resources"]["image-builder-trail:index:AuditTrail"]
    assert offered["isComponent"] is True
    assert len(offered["inputProperties"]) == len(KEYS)


def test_the_plugin_is_named_as_its_host_says() -> None:
    """PulumiPlugin.yaml and the host give the same name."""
    named = yaml.safe_load((FOLDER / "PulumiPlugin.yaml").read_text("utf-8"))["name"]
    assert f'name="{named}"' in (FOLDER / "__main__.py").read_text("utf-8")


def _schema(port: int) -> dict[str, Any]:
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        provider = provider_pb2_grpc.ResourceProviderStub(channel)
        answer = provider.GetSchema(provider_pb2.GetSchemaRequest(), timeout=60)
    schema: dict[str, Any] = json.loads(answer.schema)
    return schema
