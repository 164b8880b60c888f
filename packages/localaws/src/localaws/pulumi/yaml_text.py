"""YAML documents as text: each scalar stays as it is written (`012`, `on`), whatever it would be read as."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from console.errors import UserError

Entries = list[tuple[str, Node]]


class DocumentError(UserError):
    """A file is not the YAML mapping that it should be; the message is one line."""


def read(file: Path) -> Entries:
    """The entries of the mapping in a file, in order; none if there is no file, or nothing in it.

    Raises:
        DocumentError: the file cannot be read, or holds something else.

    """
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise DocumentError(f"{file} cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise DocumentError(f"{file} is no YAML: {' '.join(str(error).split())}") from error
    if node is None or _is_null(node):
        return []
    if not isinstance(node, MappingNode):
        raise DocumentError(f"{file} holds no keys and values; correct it, or restore it from git")
    return entries(node)


def entries(node: Node | None) -> Entries:
    """The entries of a node that is a mapping; none of any other."""
    if not isinstance(node, MappingNode):
        return []
    return [(str(key.value), value) for key, value in node.value]


def mapping(content: Entries) -> MappingNode:
    """A mapping of these entries."""
    return MappingNode("tag:yaml.org,2002:map", [(text(key), value) for key, value in content])


def text(value: str) -> ScalarNode:
    """A text."""
    return ScalarNode("tag:yaml.org,2002:str", value)


def written(content: Entries) -> str:
    """The document of these entries."""
    if not content:
        return ""
    return str(yaml.serialize(mapping(content), Dumper=yaml.SafeDumper, allow_unicode=True))


def with_texts(node: Node, change: Callable[[str], str]) -> Node:
    """The node with every text in it changed, but no key."""
    match node:
        case ScalarNode():
            return ScalarNode(node.tag, change(node.value), style=node.style)
        case SequenceNode():
            return SequenceNode(node.tag, [with_texts(item, change) for item in node.value])
        case MappingNode():
            return MappingNode(node.tag, [(key, with_texts(value, change)) for key, value in node.value])
        case _:
            return node


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.tag == "tag:yaml.org,2002:null"
