"""What a killed run leaves behind in a stack's state, and how the next run completes it first.

The engine writes down each operation before it begins. Killed half-way, it leaves its lock, and a "pending
create" of which it cannot know whether AWS carried it out, so it asks a human to look, and to mend the state
by `pulumi stack export` and `import`. On the local AWS the answer is on record, and the mending is done here.
https://www.pulumi.com/docs/iac/operations/debugging/interrupted-updates/
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class PendingCreate:
    """A resource whose creation was begun, and the id of what it made, if it made anything."""

    urn: str
    made: str | None


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack's files in the state folder."""

    project: str
    name: str
    file: Path

    def checkpoint(self) -> dict[str, Any]:
        """The state as the engine last wrote it."""
        with suppress(OSError, ValueError):
            latest = json.loads(self.file.read_text(encoding="utf-8"))["checkpoint"]["latest"]
            return dict(latest or {})
        return {}


def stacks(state_folder: Path) -> Iterator[Stack]:
    """Every stack whose state is kept in the folder."""
    for file in sorted((state_folder / ".pulumi" / "stacks").glob("*/*.json")):
        yield Stack(file.parent.name, file.name.removesuffix(".json"), file)


def remove_dead_locks(state_folder: Path) -> list[Path]:
    """Remove the locks of engines on this machine that no longer run, and return them."""
    dead = []
    for lock in (state_folder / ".pulumi" / "locks").rglob("*.json"):
        with suppress(OSError, ValueError, KeyError):
            content = json.loads(lock.read_text(encoding="utf-8"))
            if content["hostname"] == socket.gethostname() and not _is_engine(int(content["pid"])):
                lock.unlink()
                dead.append(lock)
    return dead


def mend_torn_files(state_folder: Path) -> list[Path]:
    """Mend what an engine was writing when it was killed, and return the files; none while an engine runs.

    A torn state is replaced by the one before it, which the engine keeps beside it: what was done since is
    pending there. Torn attributes (a checksum) are removed: the engine does without them.
    """
    if any((state_folder / ".pulumi" / "locks").rglob("*.json")):
        return []
    torn = [file for file in (state_folder / ".pulumi" / "stacks").rglob("*") if _is_torn(file)]
    for file in torn:
        before = file.with_name(f"{file.name}.bak")
        if file.suffix == ".json" and before.is_file():
            before.replace(file)
            before.with_name(f"{before.name}.attrs").unlink(missing_ok=True)
            file.with_name(f"{file.name}.attrs").unlink(missing_ok=True)
        else:
            file.unlink(missing_ok=True)
    return torn


def _is_torn(file: Path) -> bool:
    if not file.name.endswith((".json", ".json.bak", ".attrs")):
        return False
    try:
        json.loads(file.read_bytes())
    except ValueError:
        return True
    return False


def pending_creates(stack: Stack, endpoint: str) -> list[PendingCreate]:
    """The creations that a killed run began, each with what the local AWS says became of it."""
    checkpoint = stack.checkpoint()
    begun = [
        operation["resource"]
        for operation in checkpoint.get("pending_operations") or []
        if operation["type"] == "creating"
    ]
    recorded = {resource.get("id", "") for resource in checkpoint.get("resources") or []}
    return [
        PendingCreate(resource["urn"], _made(resource, checkpoint, endpoint, recorded)) for resource in begun
    ]


def completed(exported: dict[str, Any], pending: list[PendingCreate]) -> dict[str, Any]:
    """An exported state in which what was made is a resource, and what was not is forgotten.

    The outputs of what was made are its inputs until a refresh has read them.
    """
    made = {one.urn: one.made for one in pending}
    deployment = dict(exported["deployment"])
    operations = deployment.get("pending_operations") or []
    begun = [one["resource"] for one in operations if one["type"] == "creating"]
    resources = list(deployment.get("resources") or [])
    for resource in begun:
        if made.get(resource["urn"]) is not None:
            outputs = resource.get("inputs") or {}
            _record(resources, {**resource, "id": made[resource["urn"]], "outputs": outputs})
    deployment["resources"] = resources
    deployment["pending_operations"] = [one for one in operations if one["type"] != "creating"]
    return {**exported, "deployment": deployment}


def _record(resources: list[dict[str, Any]], resource: dict[str, Any]) -> None:
    """Add a resource; one that it replaces stays behind it, marked as still to be deleted."""
    for place, old in enumerate(resources):
        if old["urn"] == resource["urn"] and not old.get("delete"):
            resources[place : place + 1] = [resource, {**old, "delete": True}]
            return
    resources.append(resource)


def _made(
    resource: dict[str, Any], checkpoint: dict[str, Any], endpoint: str, recorded: set[str]
) -> str | None:
    from localaws.pulumi import creations  # noqa: PLC0415 - slow to import, and seldom anything was begun
    from localaws.pulumi.aws import Aws, ConfigurationError, settings  # noqa: PLC0415
    from localaws.pulumi.resources import RESOURCE_TYPES  # noqa: PLC0415

    kind = RESOURCE_TYPES.get(resource["type"])
    if kind is None:
        return None
    inputs = resource.get("inputs") or {}
    try:
        aws = Aws(settings(_provider_inputs(resource, checkpoint), endpoint))
    except ConfigurationError:
        return None
    return creations.unrecorded(kind, aws, resource["urn"], inputs, recorded)


def _provider_inputs(resource: dict[str, Any], checkpoint: dict[str, Any]) -> dict[str, Any]:
    """The configuration of the provider instance that the resource belongs to."""
    urn = str(resource.get("provider", "")).rpartition("::")[0]
    for candidate in checkpoint.get("resources") or []:
        if candidate["urn"] == urn:
            return dict(candidate.get("inputs") or {})
    return {}


def _is_engine(process: int) -> bool:
    """Whether a process runs (a zombie does not), and is not another one that got the same number since."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        name, _, rest = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")
    except OSError:  # no /proc on this system, or gone in this moment
        return not Path("/proc/self").exists()
    return "pulumi" in name and rest.split()[0] not in "ZX"
