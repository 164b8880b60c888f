"""Reads the examples that the AWS CLI's package documents its commands with."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_LITERAL = re.compile(
    r"^(?P<intro>[^\s].*?)::[ \t]*\n[ \t]*\n(?P<block>(?:[ \t]+\S.*\n?|[ \t]*\n)+)", re.MULTILINE
)
_FILE = re.compile(r"Contents of ``(?P<name>[^`]+)``")
_KEY = re.compile(r'^(?P<indent>\s*)"(?P<key>\w+)"\s*:', re.MULTILINE)
_OWN_ARN = re.compile(r"arn:aws:\w+:(?P<region>[a-z0-9-]+):123456789012:[\w/.:-]+")


@dataclass(slots=True)
class Example:
    """A command as documented, the input files shown with it by name, and the output shown after it."""

    name: str
    command: str
    files: dict[str, str] = field(default_factory=dict)
    output: str = ""

    @property
    def arguments(self) -> list[str]:
        """The command's arguments, as a shell would split them."""
        return shlex.split(self.command.replace("\\\n", " "))[1:]

    @property
    def arns(self) -> list[str]:
        """The ARNs of the account 123456789012 that the command or its files mention."""
        return arns_in("\n".join([self.command, *self.files.values()]))

    @property
    def region(self) -> str | None:
        """The Region of the first of them."""
        found = _OWN_ARN.search(self.command)
        return found["region"] if found else None

    @property
    def output_keys(self) -> set[str]:
        """The top-level keys of the output shown. It is read as text: some examples are not valid JSON."""
        found = [(len(match["indent"].expandtabs()), match["key"]) for match in _KEY.finditer(self.output)]
        least = min((indent for indent, _ in found), default=0)
        return {key for indent, key in found if indent == least}


def arns_in(text: str) -> list[str]:
    """The ARNs of the account 123456789012 in a text, each once, in order."""
    return list(dict.fromkeys(match.group() for match in _OWN_ARN.finditer(text)))


def read_examples(folder: Path, service: str) -> Mapping[str, Example]:
    """All examples of a service by name: `create-trail`, or `add-tags-2` for the second in a file."""
    found: dict[str, Example] = {}
    for path in sorted((folder / service).glob("*.rst")):
        for number, example in enumerate(_read(path), start=1):
            name = path.stem if number == 1 else f"{path.stem}-{number}"
            example.name = name
            found[name] = example
    return found


def _read(path: Path) -> Iterator[Example]:
    example: Example | None = None
    for match in _LITERAL.finditer(path.read_text()):
        block = textwrap.dedent(match["block"].expandtabs()).strip("\n")
        file = _FILE.search(match["intro"])
        if block.startswith("aws "):
            if example is not None:
                yield example
            example = Example(path.stem, block)
        elif example is not None and file is not None:
            example.files[file["name"]] = block
        elif example is not None and match["intro"].startswith("Output"):
            example.output = block
    if example is not None:
        yield example
