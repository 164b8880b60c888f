"""Reads a stack's configuration without Pulumi: Pulumi.<stack>.yaml, checked as the program checks it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from config import regions
from config.place import Place
from config.settings import ConfigurationError, checked
from config.stack import Stack

LOCAL_ACCOUNT = "123456789012"  # the account of the local AWS
PLACEHOLDER_ACCOUNT = "111122223333"  # AWS's guides use it for the account that is yours


class _Loader(yaml.SafeLoader):
    """Reads YAML as Pulumi does: `OFF` and `yes` are texts, as are dates and numbers with a leading zero."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _form, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", list("-+0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_form), _first)


def project_folder(start: Path | None = None) -> Path:
    """Return the folder of Pulumi.yaml: the current one, or the nearest above it.

    Raises:
        ConfigurationError: there is none.

    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "Pulumi.yaml").is_file():
            return folder
    raise ConfigurationError(f"no Pulumi.yaml in {here} or above it: change into the folder of the project")


def stack_names(root: Path | None = None) -> list[str]:
    """Return the stacks that have a configuration file, in alphabetical order.

    Raises:
        ConfigurationError: there is no project, or Pulumi.yaml cannot be read.

    """
    root = root or project_folder()
    folder = root / str(_read(root / "Pulumi.yaml").get("stackConfigDir", "."))
    names = (path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in folder.glob("Pulumi.*.yaml"))
    return sorted(names)


def read_stack(name: str, account_id: str | None = None, root: Path | None = None) -> Stack:
    """Return the stack `name` as configured under `root`, by default the project in hand.

    `account_id` is 12 digits; without it the local stack gets the local AWS's account, any other a
    placeholder.

    Raises:
        ConfigurationError: no such stack, no Region, or values that the program would refuse, in its words.

    """
    root = root or project_folder()
    description = _read(root / "Pulumi.yaml")
    known = stack_names(root)
    if name not in known:
        raise ConfigurationError(f'no stack "{name}" in {root}: there are {", ".join(known) or "none"}')
    path = root / str(description.get("stackConfigDir", ".")) / f"Pulumi.{name}.yaml"
    given, project = _config(path), str(description["name"])
    region = given.get("aws:region")
    if wrong := regions.problem(region, name, unseen=given.get(f"aws:{regions.UNSEEN}")):
        raise ConfigurationError(f"{path}: {wrong}")
    own = {
        key.removeprefix(f"{project}:"): _as_pulumi_gives_it(value)
        for key, value in given.items()
        if str(key).startswith(f"{project}:")
    }
    account = account_id or (LOCAL_ACCOUNT if name == "local" else PLACEHOLDER_ACCOUNT)
    place = Place(str(regions.partition_of(str(region))), str(region), account)
    return Stack(project, name, place, checked(own, project, name))


def _config(path: Path) -> dict[str, Any]:
    config = _read(path).get("config") or {}
    if not isinstance(config, dict):
        raise ConfigurationError(f"{path}: config is not a map of settings")
    return config


def _as_pulumi_gives_it(value: Any) -> Any:
    """Pulumi hands scalars to a program as text: so that both refuse a value in the same words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text("utf-8"), _Loader)  # noqa: S506 - a safe loader
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise ConfigurationError(f"{path} cannot be read: {reason}") from None
    if not isinstance(content, dict):
        raise ConfigurationError(f"{path} is not a map of settings")
    return content
