"""What the settings refuse, and what is left after the correction that they propose."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

import pytest

from config.settings import KEYS, ConfigurationError, checked

ROLES = {"roles": "true", "deployer_role_name": "d"}
ROOT_USER = "arn:aws:iam::111122223333:root"
FILLED: dict[str, Any] = {
    key: field.default if isinstance(field.default, bool | int) else "" for key, field in KEYS.items()
}
"""What a reader might put in the place of VALUE; for words, lists and maps below."""
FILLED |= {"tags": "{}", "deployer_role_name": "d"}
FILLED |= {key: "[]" for key in KEYS if key.endswith("_arns")}
FILLED |= {
    key: field.default for key, field in KEYS.items() if key.endswith(("_class", "_mode", "_requires"))
}


def refused(given: Mapping[str, Any]) -> list[str]:
    """Return the lines, after the heading, by which `given` is refused."""
    with pytest.raises(ConfigurationError) as error:
        checked(given, "image-builder-trail", "test")
    heading, *lines = str(error.value).splitlines()
    assert heading == f"{len(lines)} configuration error(s):"
    return lines


def corrected(line: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return `given` after the command that `line` proposes."""
    changed = dict(given)
    for command in line.partition("; run: ")[2].split(" && "):
        words = shlex.split(command)
        assert words[-2:] == ["--stack", "test"], command
        if words[:3] == ["pulumi", "config", "rm"]:
            changed.pop(words[3], None)
        else:
            assert words[:3] == ["pulumi", "config", "set"], command
            changed[words[3]] = words[4]
    return changed


def filled(line: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return `given` after that command, with something allowed for the placeholder."""
    changed = corrected(line, given)
    locked = {"object_lock_days": "30"} if "object_lock_mode" in given else {}
    for key, value in changed.items():
        right = (FILLED | locked)[key] if value == "VALUE" else str(value)
        changed[key] = right.replace('"VALUE"', f'"{ROOT_USER}"') if key.endswith("_arns") else right
    return changed
