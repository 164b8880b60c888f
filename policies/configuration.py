"""Reads a stack's configuration without Pulumi: the defaults of Pulumi.yaml under the stack's own values.

Names follow the same rules as the program's own; a test holds both to the same result.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from policies.stack import Stack

ROOT = Path(__file__).resolve().parents[1]
LOCAL_ACCOUNT = "123456789012"  # the account of the local AWS
PLACEHOLDER_ACCOUNT = "111122223333"  # AWS's guides use it for the account that is yours
_PARTITIONS = {"cn": "aws-cn", "us-gov": "aws-us-gov"}


class ConfigurationError(ValueError):
    """A stack's configuration is missing or cannot be understood. One line: where, what, how to mend."""


def stack_names(root: Path = ROOT) -> list[str]:
    """Return the stacks that have a configuration file, in alphabetical order."""
    folder = root / str(_read(root / "Pulumi.yaml").get("stackConfigDir", "."))
    names = (path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in folder.glob("Pulumi.*.yaml"))
    return sorted(names)


def read_stack(name: str, account_id: str | None = None, root: Path = ROOT) -> Stack:
    """Return the stack `name` as configured under `root`.

    `account_id` is 12 digits; without it the local stack gets the local AWS's account, any other a
    placeholder.

    Raises:
        ConfigurationError: no such stack, no Region, or a value of the wrong type.

    """
    project = _read(root / "Pulumi.yaml")
    known = stack_names(root)
    if name not in known:
        raise ConfigurationError(f'no stack "{name}" in {root}: there are {", ".join(known) or "none"}')
    path = root / str(project.get("stackConfigDir", ".")) / f"Pulumi.{name}.yaml"
    given = _read(path).get("config") or {}
    region = given.get("aws:region")
    if not isinstance(region, str):
        raise ConfigurationError(f"{path}: no Region; `pulumi config set aws:region REGION --stack {name}`")
    settings = _settings(str(project["name"]), project.get("config") or {}, given, path)
    account = account_id or (LOCAL_ACCOUNT if name == "local" else PLACEHOLDER_ACCOUNT)
    return _stack(name, str(project["name"]), region, account, settings)


def _stack(name: str, project: str, region: str, account_id: str, settings: Mapping[str, Any]) -> Stack:
    trail = settings["trail_name"] or f"{project}-{name}"
    bucket = settings["bucket_name"] or f"{re.sub('[._]', '-', trail.lower())}-{account_id}-{region}"
    return Stack(
        name=name,
        partition=partition_of(region),
        region=region,
        account_id=account_id,
        trail_name=trail,
        bucket_name=bucket,
        key_prefix=settings["key_prefix"],
        key_alias=f"alias/{trail.replace('.', '-')}",
        key_tags={
            "Project": settings["tags"].get("Project", project),
            "Stack": settings["tags"].get("Stack", name),
        },
        bucket_key_enabled=settings["s3_bucket_key"],
        protect_logs=settings["protect_logs"],
        access_log_bucket_name=f"{bucket}-access" if settings["access_logs"] else None,
        auditor_role_name=f"{trail}-auditor" if settings["roles"] else None,
        auditor_trusted_arns=tuple(settings["auditor_trusted_arns"]),
        auditor_external_id=settings["auditor_external_id"] or None,
        break_glass_role_name=f"{trail}-break-glass" if settings["roles"] else None,
        break_glass_trusted_arns=tuple(settings["break_glass_trusted_arns"]),
        deployer_role_name=settings["deployer_role_name"] or None,
        settings=settings,
    )


def partition_of(region: str) -> str:
    """Return the partition that a Region lies in, by the start of its name."""
    start = region.rpartition("-")[0].rpartition("-")[0]
    return _PARTITIONS.get(start, "aws")


def _settings(
    project: str, schema: Mapping[str, Any], given: Mapping[str, Any], path: Path
) -> dict[str, Any]:
    """Return every value that the schema knows, of the type of its default."""
    settings = {}
    for key, field in schema.items():
        name, default = key.removeprefix(f"{project}:"), field.get("default")
        value = given.get(f"{project}:{name}", default)
        settings[name] = _like(default, value, f"{path}: {project}:{name}")
    unknown = [
        key for key in given if key.startswith(f"{project}:") and key.partition(":")[2] not in settings
    ]
    if unknown:
        raise ConfigurationError(f"{path}: {unknown[0]} is no setting; there are {', '.join(settings)}")
    return settings


def _like(default: Any, value: Any, where: str) -> Any:
    """Return `value` as the type of `default`; Pulumi writes every value that is set by hand as text."""
    if isinstance(default, str) or isinstance(value, type(default)):
        return value
    try:
        read = json.loads(value)
    except (TypeError, ValueError):
        read = None
    if type(read) is not type(default):
        raise ConfigurationError(f"{where} is {value!r}; write a value like {json.dumps(default)}")
    return read


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise ConfigurationError(f"{path} cannot be read: {reason}") from None
    if not isinstance(content, dict):
        raise ConfigurationError(f"{path} is not a map of settings")
    return content
