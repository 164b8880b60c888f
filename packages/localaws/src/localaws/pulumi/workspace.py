"""The engine's own copy of a project: its description and settings, but not its program.

The engine writes into the project that it finds: the salt of a passphrase when it makes or first reads a
stack, a new secrets provider, the removal of a settings file with its stack. All of that belongs to the local
AWS and must not reach the project's own files. So the engine works in a folder of its own, with a Pulumi.yaml
that leads to the program, and with copies of the settings files:

- plain settings are always the project's, brought up to date before each command;
- what encrypts secrets, and the secrets, are always the copy's own: those of AWS itself cannot be read here.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from yaml.nodes import Node

from localaws.pulumi import yaml_text
from localaws.pulumi.files import replace_file
from localaws.pulumi.project import Project
from localaws.pulumi.yaml_text import Entries

_ENCRYPTION: Final = frozenset({"secretsprovider", "encryptedkey", "encryptionsalt"})
# Of the project file: said anew, or not at all.
_PLACES: Final = frozenset({"main", "stackConfigDir", "backend"})
_WITH_PATHS: Final = frozenset({"packages", "plugins"})


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder in which an engine works on a project, for one local AWS."""

    folder: Path
    project: Project

    def settings(self, stack: str) -> Path:
        """The copy of a stack's settings."""
        return self.folder / f"Pulumi.{stack}.yaml"

    def renew(self) -> None:
        """Bring the copy up to date with the project.

        Raises:
            DocumentError: a file of the project is no YAML mapping.

        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.held():
            replace_file(self.folder / "Pulumi.yaml", self._description())
            given = dict(self.project.all_settings())
            copies = {file.name[len("Pulumi.") : -len(".yaml")] for file in self.folder.glob("Pulumi.*.yaml")}
            for stack in given.keys() | copies:
                self._renew_settings(given.get(stack), self.settings(stack))

    def copy_of(self, settings: Path) -> Path:
        """A copy of a settings file that lies anywhere, up to date.

        Raises:
            DocumentError: the file is no YAML mapping.

        """
        mark = hashlib.sha256(str(settings.resolve()).encode()).hexdigest()[:16]
        copy = self.folder / "named" / f"{mark}.yaml"
        copy.parent.mkdir(parents=True, exist_ok=True)
        with self.held():
            self._renew_settings(settings, copy)
        return copy

    def unreadable(self, stack: str) -> list[str]:
        """The settings of a stack that are encrypted for AWS itself, and have no local value."""
        local = dict(_secrets(_config(yaml_text.read(self.settings(stack)))))
        given = _secrets(_config(yaml_text.read(self.project.settings(stack))))
        return [name for name, _value in given if name not in local]

    def overruled(self, stack: str) -> list[str]:
        """The local secrets of a stack that do not count, because the project has a plain value."""
        local = dict(_secrets(_config(yaml_text.read(self.settings(stack)))))
        return [name for name, _value in _plain(self.project.settings(stack)) if name in local]

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the copy, that nobody else renews it; the system lets go even if this process is killed."""
        with (self.folder / "lock").open("w", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _renew_settings(self, given: Path | None, copy: Path) -> None:
        before = yaml_text.read(copy)
        plain = _plain(given) if given else []
        names = {name for name, _value in plain}
        secrets = [entry for entry in _secrets(_config(before)) if entry[0] not in names]
        config = [*plain, *secrets]
        content: Entries = [entry for entry in before if entry[0] in _ENCRYPTION]
        if config:
            content.append(("config", yaml_text.mapping(config)))
        if given:
            others = _ENCRYPTION | {"config"}
            content += [entry for entry in yaml_text.read(given) if entry[0] not in others]
        replace_file(copy, yaml_text.written(content))

    def _description(self) -> str:
        described = self.project.described()
        main = next((str(node.value) for name, node in described if name == "main"), ".")
        kept: Entries = [
            (name, yaml_text.with_texts(node, self._absolute) if name in _WITH_PATHS else node)
            for name, node in described
            if name not in _PLACES and not (name == "config" and not yaml_text.entries(node))
        ]
        program = yaml_text.text(str((self.project.root / main).resolve()))
        return yaml_text.written([*kept, ("main", program)])

    def _absolute(self, value: str) -> str:
        is_path = value in {".", ".."} or value.startswith(("./", "../"))
        return str((self.project.root / value).resolve()) if is_path else value


def _config(content: Entries) -> Entries:
    return yaml_text.entries(dict(content).get("config"))


def _secrets(config: Entries) -> Entries:
    return [entry for entry in config if _is_encrypted(entry[1])]


def _plain(file: Path) -> Entries:
    return [entry for entry in _config(yaml_text.read(file)) if not _is_encrypted(entry[1])]


def _is_encrypted(node: Node) -> bool:
    """Whether a setting is encrypted, or an object or list of which a part is."""
    if isinstance(node.value, list):
        inner = yaml_text.entries(node)
        if [name for name, _value in inner] == ["secure"]:
            return True
        values = [value for _name, value in inner] if inner else node.value
        return any(isinstance(value, Node) and _is_encrypted(value) for value in values)
    return False
