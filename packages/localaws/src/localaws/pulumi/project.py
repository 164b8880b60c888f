"""The Pulumi project that a user works in, and its settings files. Both are the user's: only read here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from yaml.nodes import ScalarNode

from localaws.pulumi import yaml_text
from localaws.pulumi.yaml_text import Entries

_SUFFIXES: Final = (".json", ".yaml", ".yml")  # the engine takes the first that is there
FOLDER: Final = ".localaws"


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with a Pulumi.yaml."""

    file: Path

    @property
    def root(self) -> Path:
        """The folder that the project file is in."""
        return self.file.parent

    def described(self) -> Entries:
        """What the project file says.

        Raises:
            DocumentError: it is no YAML mapping.

        """
        return yaml_text.read(self.file)

    def settings_folder(self) -> Path:
        """Where the settings of its stacks are."""
        described = dict(self.described())
        for name in ("stackConfigDir", "config"):  # the second is what the first was once called
            node = described.get(name)
            if isinstance(node, ScalarNode) and node.value:
                return self.root / str(node.value)
        return self.root

    def settings(self, stack: str) -> Path:
        """The file of a stack's settings, which need not exist."""
        return self.settings_folder() / f"Pulumi.{stack}{self.file.suffix}"

    def all_settings(self) -> Iterator[tuple[str, Path]]:
        """Each stack that has a settings file, with the file."""
        for file in sorted(self.settings_folder().glob(f"Pulumi.*{self.file.suffix}")):
            stack = file.name.removeprefix("Pulumi.").removesuffix(self.file.suffix)
            if stack and file.is_file():
                yield stack, file


def around(start: Path) -> Project | None:
    """The project of a folder, or of the nearest one above it."""
    for place in (start, *start.parents):
        for suffix in _SUFFIXES:
            if (place / f"Pulumi{suffix}").is_file():
                return Project(place / f"Pulumi{suffix}")
    return None


def own_folder(start: Path) -> Path:
    """Where all that belongs to the local AWS is kept: `.localaws/` beside the project in hand."""
    project = around(start)
    return (project.root if project else start) / FOLDER
