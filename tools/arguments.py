"""The component's arguments and Pulumi.yaml's `config:` block, made from the settings."""

from __future__ import annotations

import json
import textwrap

import yaml
from pydantic.fields import FieldInfo

from config.settings import KEYS
from config.settings.group import said

_TYPES = {bool: "bool", int: "int", str: "str", tuple: "list[str]", dict: "dict[str, str]"}
_HEAD = '''\
"""The arguments of AuditTrail. Made from config/settings by `make generate`: do not edit."""

from typing import NotRequired, TypedDict

# No `from __future__ import annotations` here: Pulumi's host for other languages reads the types at run time.


class AuditTrailArgs(TypedDict):
    """The settings of a trail, all of them optional, under their names in Pulumi.yaml."""

'''
_COMMENT = """\
# A key's type is that of its default. There is no `type:` beside it on purpose: Pulumi's own check stops at
# the first wrong type and names neither value nor correction; config/settings tells all errors at once.
# The block below is made from config/settings by `make generate`.
config:
"""


def arguments() -> str:
    """Return components/arguments.py."""
    return _HEAD + "".join(_argument(key, field) for key, field in KEYS.items())


def _argument(key: str, field: FieldInfo) -> str:
    words = f"{field.description} Allowed: {said(field, 'allowed')}. Default: {_default(field)}."
    text = textwrap.fill(words, 102, break_long_words=False, break_on_hyphens=False)
    docstring = textwrap.indent(f'"""{text}"""', "    ")
    return f"    {key}: NotRequired[{_TYPES[type(field.default)]}]\n{docstring}\n"


def _default(field: FieldInfo) -> str:
    return json.dumps(field.default) if field.default not in ("", (), {}) else "empty"


def pulumi_yaml(current: str) -> str:
    """Return Pulumi.yaml with its `config:` block made anew; whatever stands before it is kept."""
    kept = current.partition("# A key's type is that of its default.")[0]
    return kept + _COMMENT + "".join(_entry(key, field) for key, field in KEYS.items())


def _entry(key: str, field: FieldInfo) -> str:
    default = list(field.default) if field.default == () else field.default
    entry = {"description": field.description, "default": default}
    text = yaml.safe_dump(entry, sort_keys=False, width=10_000, allow_unicode=True)
    return f"  {key}:\n{textwrap.indent(text, '    ')}"
