"""How a setting's value is read: Pulumi hands over scalars as text, maps and lists as JSON text."""

from __future__ import annotations

import json
import re
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field


def _whole_number(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,9}", value):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)  # numbers from a program in another language arrive as floating point
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError("not a whole number")


def _switch(value: object) -> object:
    spelled = {"true": True, "false": False}
    if isinstance(value, str) and value in spelled:
        return spelled[value]
    if isinstance(value, bool):
        return value
    raise ValueError("neither true nor false")


def _text_map(value: object) -> object:
    parsed = json.loads(value) if isinstance(value, str) else value
    if not isinstance(parsed, dict):
        raise ValueError("not a map")  # noqa: TRY004 - pydantic collects ValueErrors
    # `pulumi config set --path tags.CostCenter 42` stores a number where a text is meant.
    return {key: json.dumps(item) if isinstance(item, bool | int) else item for key, item in parsed.items()}


def _text_list(value: object) -> object:
    parsed = json.loads(value) if isinstance(value, str) else value
    if not isinstance(parsed, list | tuple):
        raise ValueError("not a list")  # noqa: TRY004 - pydantic collects ValueErrors
    return tuple(parsed)


WholeNumber: TypeAlias = Annotated[int, BeforeValidator(_whole_number)]
Switch: TypeAlias = Annotated[bool, BeforeValidator(_switch)]
Arn: TypeAlias = Annotated[
    str,
    Field(
        pattern=r"(?a)^arn:aws(-cn|-us-gov)?:(iam|sts)::\d{12}:(root|(user|role|assumed-role)(/[\w+=,.@-]+)+)\Z"
    ),
]
Arns: TypeAlias = Annotated[tuple[Arn, ...], BeforeValidator(_text_list)]
TagKey: TypeAlias = Annotated[str, Field(pattern=r"^(?!(?i:aws:))[\w .:/=+\-@]{1,128}\Z")]
TagValue: TypeAlias = Annotated[str, Field(pattern=r"^[\w .:/=+\-@]{0,256}\Z")]
Tags: TypeAlias = Annotated[dict[TagKey, TagValue], BeforeValidator(_text_map)]
