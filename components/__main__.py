"""Offers AuditTrail to programs in every Pulumi language: the engine starts this folder as a plugin."""

import importlib.metadata
import inspect
import json
import re
import sys
from typing import Any

import pulumi
from pulumi.errors import InputPropertiesError
from pulumi.provider import ConstructResult, main
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError

from components.audit_trail import AuditTrail
from config.settings import KEYS

NAME = "image-builder-trail"


class Plugin(ComponentProvider):
    """AuditTrail as a package of Pulumi: its schema, and its construction.

    `component_provider_host` does the same, but prints a traceback for settings that are refused.
    """

    def __init__(self) -> None:
        super().__init__([AuditTrail], NAME, None, importlib.metadata.version(NAME))
        self.schema = json.dumps(json.loads(self.schema or "{}", object_hook=_described))

    def construct(
        self, name: str, resource_type: str, inputs: Any, options: pulumi.ResourceOptions | None = None
    ) -> ConstructResult:
        """Make an AuditTrail.

        Raises:
            InputPropertiesError: settings are refused. The engine prints each with the property it is about.

        """
        try:
            return super().construct(name, resource_type, inputs, options)
        except ComponentInitError as error:
            if isinstance(error.inner, pulumi.RunError):
                raise refusal(error.inner) from None
            raise


def refusal(error: pulumi.RunError) -> InputPropertiesError:
    """Return an error about settings, one a line after the first, as errors of single properties."""
    title, *lines = in_schema_names(str(error)).splitlines()
    told = [line.partition(": ") for line in lines]
    return InputPropertiesError(title, [{"property_path": key, "reason": reason} for key, _, reason in told])


def in_schema_names(text: str) -> str:
    """Name settings as programs in other languages do: expirationDays for expiration_days."""
    settings = "|".join(KEYS)
    return re.sub(rf"\b({settings})\b", lambda named: _camel_case(named[0]), text)


def _described(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part of the schema with its description as readers of other languages should see it.

    Pulumi takes docstrings with their indentation, which Markdown would show as code.
    """
    if isinstance(text := part.get("description"), str):
        part["description"] = in_schema_names(inspect.cleandoc(text))
    return part


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


if __name__ == "__main__":
    main(Plugin(), sys.argv[1:])
