"""The program as a whole: what it exports, and that wrong settings stop it before the first resource."""
# ruff: noqa: D103 - each name says the property

from __future__ import annotations

import ast
import runpy
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import config as stack_config
from pulumi.runtime import mocks

from components.audit_trail import OUTPUTS
from tests.components.deployment import Recorder, Registered, StrictMocks

PROGRAM = Path(__file__).resolve().parents[1] / "__main__.py"


def run(monkeypatch: pytest.MonkeyPatch, **settings: str) -> tuple[list[Registered], dict[str, Any]]:
    """Run the program with `settings`; return what it registered and exported."""
    strict = StrictMocks("aws", "us-east-1")
    recorder = Recorder(strict)
    mocks.set_mocks(strict, project="image-builder-trail", stack="test", preview=False, monitor=recorder)
    stack_config.set_all_config({f"image-builder-trail:{key}": value for key, value in settings.items()})
    exported: dict[str, Any] = {}
    monkeypatch.setattr(pulumi, "export", exported.__setitem__)

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def program() -> None:
        runpy.run_path(str(PROGRAM))

    try:
        program()
    finally:
        stack_config.set_all_config({})
    return recorder.registered, exported


def test_the_program_exports_every_output_of_the_component(monkeypatch: pytest.MonkeyPatch) -> None:
    registered, exported = run(monkeypatch)
    assert set(exported) == set(OUTPUTS)
    assert "aws:cloudtrail/trail:Trail" in {resource.type for resource in registered}


def test_wrong_settings_stop_the_program_before_the_first_resource(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recorder, "RegisterResource", _refuse)
    with pytest.raises(pulumi.RunError, match=r"2 configuration error\(s\)"):
        run(monkeypatch, expiration_days="ten", nonsense="1")


def test_the_program_is_a_table_of_contents() -> None:
    text = PROGRAM.read_text("utf-8")
    branching = (ast.If, ast.For, ast.While, ast.Try, ast.IfExp, ast.Match, ast.FunctionDef)
    assert len(text.splitlines()) <= 40
    assert not [node for node in ast.walk(ast.parse(text)) if isinstance(node, branching)]


def _refuse(_recorder: Recorder, request: Any) -> Any:
    if request.type == "pulumi:pulumi:Stack":
        return mocks.MockMonitor.RegisterResource(_recorder, request)  # type: ignore[no-untyped-call]
    raise AssertionError(f"{request.type} was registered")
