"""The component's resources in Terraform's own language: what pulumi-aws bridges, taken back over the bridge.

pulumi-aws is made from the very provider that Terraform runs. Types and properties bear the same names there
in another spelling, and blocks that may be repeated are in the singular; which those are, the schema says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

PROVIDER = {
    "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "~> 5.100"}}},
    "provider": {"aws": {"s3_use_path_style": True}},
}
_RENAMED = {"aws:cloudtrail/trail:Trail": "aws_cloudtrail"}
_NEWER = {"blocked_encryption_types"}  # pulumi-aws 7 has them from version 6 of the provider
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

Resources = Mapping[str, Mapping[str, Any]]
Schema = Mapping[str, Any]


def translated(resources: Resources, schemas: Mapping[str, Schema], key_arn: str) -> dict[str, Any]:
    """A configuration of these resources, found by `registered`, each made after those before it.

    `key_arn` stands for the key's ARN in policies until the key is made.
    """
    ours = [(*_parts(name), inputs) for name, inputs in resources.items() if name.startswith("aws:")]
    references = dict(_references(ours, key_arn))
    blocks: dict[str, dict[str, Any]] = {}
    before: str | None = None
    for kind, name, inputs in ours:
        block = _block(inputs, schemas[_type(kind)]["block"], references)
        block |= {} if before is None else {"depends_on": [before]}
        blocks.setdefault(_type(kind), {})[name] = block
        before = f"{_type(kind)}.{name}"
    return {**PROVIDER, "resource": blocks}


def _parts(name: str) -> tuple[str, str]:
    kind, _, name = name.partition(" ")
    return kind, name


def _type(kind: str) -> str:
    """Terraform's name of a type, such as `aws_kms_key` of `aws:kms/key:Key`."""
    module, _, name = kind.removeprefix("aws:").partition("/")
    return _RENAMED.get(kind, f"aws_{module}_{_snake(name.partition(':')[0])}")


def _snake(name: str) -> str:
    return _CAPITAL.sub("_", name).lower()


def _references(resources: list[Any], key_arn: str) -> Iterator[tuple[str, str]]:
    """What stands for values that AWS gives, with the expression that gets them; longer ones first."""
    for kind, name, _ in sorted(resources, key=lambda one: -len(one[1])):
        yield f"the ARN of {name}", f"${{{_type(kind)}.{name}.arn}}"
        if kind == "aws:kms/key:Key":
            yield key_arn, f"${{{_type(kind)}.{name}.arn}}"
            yield "the id of the key", f"${{{_type(kind)}.{name}.key_id}}"


def _block(inputs: Mapping[str, Any], schema: Schema, references: Mapping[str, str]) -> dict[str, Any]:
    block: dict[str, Any] = {}
    for name, value in inputs.items():
        attribute = _snake(name)
        if attribute in _NEWER:
            continue
        if attribute in schema.get("attributes", {}):
            given = "the id of the key" if attribute == "target_key_id" else value
            block[attribute] = _value(given, references)
            continue
        blocks = schema.get("block_types", {})
        kind = attribute if attribute in blocks else attribute.removesuffix("s")
        items = value if isinstance(value, list) else [value]
        block[kind] = [_block(item, blocks[kind]["block"], references) for item in items]
    return block


def _value(value: Any, references: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        text = value.replace("${", "$${").replace("%{", "%%{")
        for placeholder, expression in references.items():
            text = text.replace(placeholder, expression)
        return text
    if isinstance(value, Mapping):
        return {key: _value(item, references) for key, item in value.items()}
    if isinstance(value, list):
        return [_value(item, references) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
