"""Reads the YAML documents of components and workflows as far as Image Builder's answers depend on them.

https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html
https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-overview.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from localaws.imagebuilder.exceptions import InvalidParameterValueException

_DAY_SECONDS = 24 * 60 * 60
_DEFAULT_TIMEOUTS = {"WaitForAction": 3 * _DAY_SECONDS}


def read(text: str, list_member: str) -> dict[str, Any]:
    """Read a document, which must be a mapping with a list of `phases` or `steps`.

    Raises:
        InvalidParameterValueException: it is no such document.

    """
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        reason = str(error).replace("\n", " ")
        raise InvalidParameterValueException.of("data", f"The document is not valid YAML: {reason}") from None
    items = document.get(list_member) if isinstance(document, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) and "name" in item for item in items):
        raise InvalidParameterValueException.of(
            "data", f"The document must have a list '{list_member}' whose items each have a name."
        )
    return dict(document)


def component_type(document: Mapping[str, Any]) -> str:
    """`TEST` for a document whose single phase is named test, else `BUILD`."""
    names = [phase["name"] for phase in document["phases"]]
    return "TEST" if names == ["test"] else "BUILD"


def parameters(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parameters that a document declares, as the API lists them.

    Components name each one by its key (`- Greeting: {type: string}`), workflows by `name`.
    """
    found = []
    for item in document.get("parameters") or []:
        name, declared = (item["name"], item) if "name" in item else next(iter(item.items()))
        detail: dict[str, Any] = {"name": str(name), "type": str(declared.get("type", "string"))}
        if "description" in declared:
            detail["description"] = str(declared["description"])
        if "default" in declared:
            detail["defaultValue"] = [str(declared["default"])]
        found.append(detail)
    return found


def workflow_steps(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The steps of a workflow with their defaults filled in; `timeoutSeconds` is in seconds."""
    return [
        {
            "name": str(step["name"]),
            "action": str(step.get("action", "")),
            "description": str(step.get("description", "")),
            "onFailure": str(step.get("onFailure", "Abort")),
            "timeoutSeconds": int(
                step.get("timeoutSeconds", _DEFAULT_TIMEOUTS.get(str(step.get("action")), 7200))
            ),
        }
        for step in document["steps"]
    ]


def shell_component(name: str, script: str, platform: str, component_type_name: str) -> str:
    """The component document in which ImportComponent wraps a shell script."""
    action = "ExecutePowerShell" if platform == "Windows" else "ExecuteBash"
    return yaml.safe_dump(
        {
            "name": name,
            "schemaVersion": 1.0,
            "phases": [
                {
                    "name": component_type_name.lower(),
                    "steps": [{"name": "RunScript", "action": action, "inputs": {"commands": [script]}}],
                }
            ],
        },
        sort_keys=False,
    )
