"""What a killed run leaves behind in a stack's state, and how the next run completes it first.

The engine writes down each operation before it begins. Killed half-way, it leaves its lock, and a "pending
create" of which it cannot know whether AWS carried it out, so it asks a human to look, and to correct the
state by `pulumi stack export` and `import`. On the local AWS the answer is on record: the state is completed
from it.
https://www.pulumi.com/docs/iac/operations/debugging/interrupted-updates/
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from console.errors import UserError
from localaws.pulumi.files import replace_file


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

    @property
    def copy(self) -> Path:
        """Where the engine keeps the state before the last one."""
        return self.file.with_name(f"{self.file.name}.bak")

    def checkpoint(self) -> dict[str, Any]:
        """The state as the engine last wrote it; nothing if that cannot be read."""
        if self.is_damaged():
            return {}
        return dict(json.loads(self.file.read_bytes())["checkpoint"].get("latest") or {})

    def is_damaged(self) -> bool:
        """Whether the state's file holds anything but a state."""
        return not _is_state(self.file)

    def was_ever_whole(self) -> bool:
        """Whether the stack had a state before: a copy of one, or a history."""
        history = self.file.parents[2] / "history" / self.project / self.name
        return self.copy.exists() or history.exists()


class DamagedStateError(UserError):
    """The state of a stack cannot be read; the message is one line that says what to do."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(
            f"the state of stack {stack.name} cannot be read ({stack.file}), nor can the copy beside it; both"
            " are left as they are: restore one of them, or stop this local AWS, which holds what they told"
            " of, and start another"
        )


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


def restore_torn_files(state_folder: Path) -> list[Path]:
    """Restore what an engine was writing when it was killed, and return the files; none while an engine runs.

    A torn state is put aside, and the one before it, of which the engine keeps a copy, takes its place: what
    was done since is pending there. A stack whose very first state is torn was not made yet. Torn attributes
    (a checksum) are removed: the engine does without them. What has no whole copy is left as it is.
    """
    if any((state_folder / ".pulumi" / "locks").rglob("*.json")):
        return []
    restored = []
    for stack in stacks(state_folder):
        if stack.is_damaged() and (_is_state(stack.copy) or not stack.was_ever_whole()):
            _restore(stack)
            restored.append(stack.file)
    for attributes in (state_folder / ".pulumi" / "stacks").rglob("*.attrs"):
        if not _is_json(attributes):
            attributes.unlink(missing_ok=True)
            restored.append(attributes)
    return restored


def damaged(state_folder: Path) -> Iterator[Stack]:
    """Every stack whose state cannot be read; while an engine runs, it may be half written just now."""
    if not any((state_folder / ".pulumi" / "locks").rglob("*.json")):
        yield from (stack for stack in stacks(state_folder) if stack.is_damaged())


def _restore(stack: Stack) -> None:
    aside = next(
        place
        for number in itertools.count(1)
        if not (place := stack.file.with_name(f"{stack.file.name}.torn-{number}")).exists()
    )
    shutil.copyfile(stack.file, aside)
    if stack.copy.is_file():
        replace_file(stack.file, stack.copy.read_text(encoding="utf-8"))
    else:
        stack.file.unlink()
    stack.file.with_name(f"{stack.file.name}.attrs").unlink(missing_ok=True)


def _is_state(file: Path) -> bool:
    """Whether a file holds a stack's state, and not something else, or half of it."""
    try:
        content = json.loads(file.read_bytes())
        latest = content["checkpoint"].get("latest") or {}
        resources = [*(latest.get("resources") or []), *_begun(latest)]
        return all(isinstance(one["urn"], str) and isinstance(one["type"], str) for one in resources)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return False


def _begun(latest: dict[str, Any]) -> list[dict[str, Any]]:
    """The resources of which a state says that their creation was begun."""
    operations = latest.get("pending_operations") or []
    return [one["resource"] for one in operations if one["type"] == "creating"]


def _is_json(file: Path) -> bool:
    try:
        json.loads(file.read_bytes())
    except ValueError:
        return False
    return True


def pending_creates(stack: Stack, endpoint: str) -> list[PendingCreate]:
    """The creations that a killed run began, each with what the local AWS says became of it."""
    checkpoint = stack.checkpoint()
    recorded = {resource.get("id", "") for resource in checkpoint.get("resources") or []}
    return [
        PendingCreate(resource["urn"], _made(resource, checkpoint, endpoint, recorded))
        for resource in _begun(checkpoint)
    ]


def completed(exported: dict[str, Any], pending: list[PendingCreate]) -> dict[str, Any]:
    """An exported state in which what was made is a resource, and what was not is forgotten.

    The outputs of what was made are its inputs until a refresh has read them.
    """
    made = {one.urn: one.made for one in pending}
    deployment = dict(exported["deployment"])
    operations = deployment.get("pending_operations") or []
    resources = list(deployment.get("resources") or [])
    for resource in _begun(deployment):
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
