"""How the state of a killed run is put right."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from localaws.pulumi.interrupted import (
    PendingCreate,
    completed,
    damaged,
    remove_dead_locks,
    restore_torn_files,
)

KEY = "urn:pulumi:test::journey::aws:kms/key:Key::key"


def exported(*operations: dict[str, Any], resources: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """A stack's state with pending operations."""
    return {"version": 3, "deployment": {"resources": resources or [], "pending_operations": [*operations]}}


def begun(kind: str = "creating") -> dict[str, Any]:
    """A pending operation on the key."""
    return {"type": kind, "resource": {"urn": KEY, "type": "aws:kms/key:Key", "inputs": {"description": "a"}}}


def test_what_was_made_becomes_a_resource() -> None:
    """A pending create whose call was carried out is a resource with the id that AWS gave it."""
    mended = completed(exported(begun()), [PendingCreate(KEY, "1234")])["deployment"]
    [resource] = mended["resources"]
    assert (resource["urn"], resource["id"], resource["outputs"]) == (KEY, "1234", {"description": "a"})
    assert mended["pending_operations"] == []


def test_what_was_not_made_is_forgotten() -> None:
    """A pending create of which AWS knows nothing leaves no trace."""
    mended = completed(exported(begun()), [PendingCreate(KEY, None)])["deployment"]
    assert mended == {"resources": [], "pending_operations": []}


def test_a_replaced_resource_is_still_to_be_deleted() -> None:
    """Where the killed run was replacing a resource, the old one stays in the state, marked for deletion."""
    old = {"urn": KEY, "id": "old"}
    mended = completed(exported(begun(), resources=[old]), [PendingCreate(KEY, "new")])["deployment"]
    assert [(one["id"], one.get("delete", False)) for one in mended["resources"]] == [
        ("new", False),
        ("old", True),
    ]


def test_other_pending_operations_stay() -> None:
    """Only creations are completed: the engine repeats updates and deletions by itself."""
    mended = completed(exported(begun("deleting"), begun()), [PendingCreate(KEY, None)])["deployment"]
    assert [one["type"] for one in mended["pending_operations"]] == ["deleting"]


def lock(state: Path, process: int, host: str | None = None) -> Path:
    """Write a lock as the engine does."""
    file = state / ".pulumi" / "locks" / "organization" / "journey" / "test" / f"{process}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"pid": process, "hostname": host or socket.gethostname()}))
    return file


def test_locks_of_the_dead_are_removed(tmp_path: Path) -> None:
    """A lock goes when its process no longer runs, or is no engine; another machine's lock stays."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    dead, reused = lock(tmp_path, ended.pid), lock(tmp_path, os.getpid())
    elsewhere = lock(tmp_path, 1, "another-machine")
    assert sorted(remove_dead_locks(tmp_path)) == sorted([dead, reused])
    assert elsewhere.exists()


def test_the_lock_of_a_running_engine_stays(tmp_path: Path) -> None:
    """A lock whose engine runs is left alone."""
    engine = tmp_path / "pulumi"
    engine.symlink_to("/bin/sleep")
    with subprocess.Popen([engine, "60"]) as running:
        held = lock(tmp_path, running.pid)
        assert remove_dead_locks(tmp_path) == []
        assert held.exists()
        running.kill()


def state_files(folder: Path, **contents: str) -> Path:
    """The files of a stack's state: `json`, `json_bak`, `json_attrs` and so on, with their contents."""
    stacks = folder / ".pulumi" / "stacks" / "journey"
    stacks.mkdir(parents=True)
    for name, content in contents.items():
        (stacks / f"test.{name.replace('_', '.')}").write_text(content)
    return stacks


WHOLE = '{"version": 3, "checkpoint": {"stack": "test", "latest": null}}'
TORN = [
    "",
    "{",
    "{}",
    "null",
    "[]",
    "3",
    '{"checkpoint": 1}',
    '{"checkpoint": {"latest": {"resources": [{}]}}}',
]


@pytest.mark.parametrize("content", TORN)
def test_a_torn_state_gives_way_to_the_one_before(tmp_path: Path, content: str) -> None:
    """What is no state is put aside, and what the engine wrote before takes its place."""
    stacks = state_files(tmp_path, json=content, json_attrs="{}", json_bak=WHOLE, json_bak_attrs="{}")
    assert [file.name for file in restore_torn_files(tmp_path)] == ["test.json"]
    assert (stacks / "test.json").read_text() == WHOLE
    assert (stacks / "test.json.torn-1").read_text() == content
    assert (stacks / "test.json.bak").read_text() == WHOLE, "kept, in case this run is killed as well"
    assert not list(damaged(tmp_path))


@pytest.mark.parametrize("copy", TORN)
def test_a_torn_state_whose_copy_is_torn_stays(tmp_path: Path, copy: str) -> None:
    """Where neither can be read, both stay as they are, and the stack counts as damaged."""
    stacks = state_files(tmp_path, json="{", json_bak=copy)
    assert restore_torn_files(tmp_path) == []
    assert [stack.name for stack in damaged(tmp_path)] == ["test"]
    assert {file.name: file.read_text() for file in stacks.iterdir()} == {
        "test.json": "{",
        "test.json.bak": copy,
    }


def test_a_torn_state_without_a_copy_stays_if_there_was_one(tmp_path: Path) -> None:
    """Where a history tells of a deployment, a state that cannot be read is not taken for a new stack's."""
    state_files(tmp_path, json="")
    (tmp_path / ".pulumi" / "history" / "journey" / "test").mkdir(parents=True)
    assert restore_torn_files(tmp_path) == []
    assert [stack.name for stack in damaged(tmp_path)] == ["test"]


def test_a_stack_whose_first_state_is_torn_was_never_made(tmp_path: Path) -> None:
    """A kill while the stack was made leaves nothing but a torn file, which is put aside."""
    stacks = state_files(tmp_path, json="")
    assert [file.name for file in restore_torn_files(tmp_path)] == ["test.json"]
    assert [file.name for file in stacks.iterdir()] == ["test.json.torn-1"]


def test_torn_attributes_are_removed(tmp_path: Path) -> None:
    """The engine stops at an empty file of attributes, and does without one."""
    stacks = state_files(tmp_path, json=WHOLE, json_attrs="", json_bak="")
    restore_torn_files(tmp_path)
    assert sorted(file.name for file in stacks.iterdir()) == ["test.json", "test.json.bak"]
    assert (stacks / "test.json").read_text() == WHOLE


def test_files_are_left_alone_while_an_engine_runs(tmp_path: Path) -> None:
    """What looks torn may be half written just now."""
    stacks = state_files(tmp_path, json="", json_bak=WHOLE)
    lock = tmp_path / ".pulumi" / "locks" / "organization" / "lock.json"
    lock.parent.mkdir(parents=True)
    lock.write_text("{}")
    assert restore_torn_files(tmp_path) == []
    assert list(damaged(tmp_path)) == []
    assert (stacks / "test.json").read_text() == ""
