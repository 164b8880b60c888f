"""The parts of a resource's life that are the same for every type: defaults, names, differences, state."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi.runtime.proto import provider_pb2

from localaws.pulumi.aws import Aws
from localaws.pulumi.fields import Path, canonical, problems, with_defaults
from localaws.pulumi.resources.base import AutomaticName, ResourceType
from localaws.pulumi.wire import UNKNOWN, Properties, contains_unknown

_DEFAULTED = "__defaults"  # the inputs that the program did not give, as the real provider notes them
_OWN = (_DEFAULTED, "__internal")
_Change = tuple[Path, str, bool]


class RefusedError(ValueError):
    """Something that the local provider does not do; the message is one line."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a resource is called in the program, and the randomness that the engine gives for its name."""

    name: str
    seed: bytes = b""


def is_unknown(value: Any) -> bool:
    """Whether a value, or a part of it, is not known yet."""
    return contains_unknown(value)


def check(
    kind: ResourceType, aws: Aws, asked: Asked, *, old: Properties, new: Properties, naming: Any = None
) -> tuple[Properties, list[tuple[str, str]]]:
    """Return the inputs with defaults, default tags and name, and every problem as (property, reason)."""
    given = {name: value for name, value in new.items() if name not in _OWN}
    inputs = with_defaults(kind.fields, given)
    if "tags" in kind.fields and aws.settings.default_tags and inputs.get("tags") is not UNKNOWN:
        inputs["tags"] = {**aws.settings.default_tags, **inputs.get("tags", {})}
    found = list(problems(kind.fields, inputs))
    rule = kind.automatic_name
    if rule is not None and rule.property not in inputs:
        name = _automatic_name(rule, inputs, asked, old, naming)
        if name is None:
            found.append((rule.property, "missing: automatic naming is switched off"))
        else:
            inputs[rule.property] = name
    inputs[_DEFAULTED] = sorted(inputs.keys() - given.keys())
    return inputs, found


def _automatic_name(
    rule: AutomaticName, inputs: Properties, asked: Asked, old: Properties, naming: Any
) -> Any:
    prefix = inputs.get(rule.prefix_property) if rule.prefix_property else None
    if prefix is UNKNOWN:
        return UNKNOWN
    before = old.get(rule.property)
    if rule.property in old.get(_DEFAULTED, ()) and (prefix is None or str(before).startswith(prefix)):
        return before
    modes = provider_pb2.CheckRequest.AutonamingOptions
    if naming is not None and prefix is None:
        if naming.mode == modes.DISABLE:
            return None
        if naming.proposed_name:
            return rule.start + naming.proposed_name
    digits = hashlib.sha256(asked.seed or secrets.token_bytes(16)).hexdigest()[:7]
    start = prefix if prefix is not None else f"{rule.start}{asked.name}-"
    name = start[: rule.longest - len(digits)] + digits
    return name.lower() if rule.lower_case else name


def changes(kind: ResourceType, aws: Aws, state: Properties, inputs: Properties) -> Iterator[_Change]:
    """Yield (path, "add" | "delete" | "update", replaces) for each property that is not as it should be."""
    for name, field in kind.fields.items():
        wanted = inputs.get(name)
        if name == "region" and wanted is None and state.get("region"):
            wanted = aws.settings.region  # the provider itself may have moved to another Region
        yield from kind.differences(name, field, state, wanted)


def diff(
    kind: ResourceType,
    aws: Aws,
    *,
    state: Properties,
    old_inputs: Properties,
    inputs: Properties,
    ignored: list[str],
) -> Any:
    """Return the protocol's answer for the differences between a state and wanted inputs."""
    found = [change for change in changes(kind, aws, state, inputs) if change[0][0] not in ignored]
    replaces = sorted({str(path[0]) for path, _, replacing in found if replacing})
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if found else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=sorted({str(path[0]) for path, _, _ in found}),
        replaces=replaces,
        detailedDiff={_path_text(path): _property_diff(how, replacing) for path, how, replacing in found},
        hasDetailedDiff=True,
        deleteBeforeReplace=bool(replaces) and _name_is_taken(kind, old_inputs or state, inputs),
    )


def _path_text(path: Path) -> str:
    text = str(path[0])
    for step in path[1:]:
        plain = isinstance(step, str) and step.isidentifier()
        text += f".{step}" if plain else f"[{step}]" if isinstance(step, int) else f'["{step}"]'
    return text


def _property_diff(how: str, replacing: bool) -> Any:
    kind = how.upper() + ("_REPLACE" if replacing else "")
    return provider_pb2.PropertyDiff(kind=provider_pb2.PropertyDiff.Kind.Value(kind))


def _name_is_taken(kind: ResourceType, old: Properties, new: Properties) -> bool:
    """Whether the replacement bears the same chosen name, so that the old one has to go first."""
    rule = kind.automatic_name
    if rule is None or rule.property in new.get(_DEFAULTED, ()):
        return False
    return old.get(rule.property) is not None and old.get(rule.property) == new.get(rule.property)


def expected(kind: ResourceType, inputs: Properties) -> Properties:
    """The outputs of a creation as far as a preview can know them."""
    unknown = {name for name, field in kind.fields.items() if field.computed} | set(kind.outputs)
    if "tags" in kind.fields:
        inputs = {"tagsAll": inputs.get("tags", {}), **inputs}
    return dict.fromkeys(unknown, UNKNOWN) | _without_own(inputs)


def expected_after_update(kind: ResourceType, known: Properties, inputs: Properties) -> Properties:
    """The outputs of an update as far as a preview can know them: what AWS assigned once stays."""
    kept = {
        name: value for name, value in known.items() if name not in kind.fields or kind.fields[name].computed
    }
    if "tags" in kind.fields:
        kept["tagsAll"] = inputs.get("tags", {})
    return kept | _without_own(inputs)


def state(
    kind: ResourceType, aws: Aws, resource_id: str, *, known: Properties, inputs: Properties
) -> Properties | None:
    """The properties of a resource as AWS has them, in the words of `known` where both mean the same."""
    found = kind.read(aws, resource_id, known)
    if found is None:
        return None
    for name in kind.kept:
        found[name] = inputs.get(name, known.get(name))
    for name, field in kind.fields.items():
        before = known.get(name)
        if before is not None and canonical(field, before) == canonical(field, found.get(name)):
            found[name] = before
    if "tags" in kind.fields:
        found["tagsAll"] = found.get("tags") or {}
    return {name: value for name, value in found.items() if value is not None}


def inputs_of(kind: ResourceType, found: Properties, inputs: Properties) -> Properties:
    """The inputs that a state stands for: those given before, brought up to date; on an import, all."""
    names = inputs.keys() & kind.fields.keys() if inputs else kind.fields.keys()
    given = {name: found[name] for name in names if canonical(kind.fields[name], found.get(name)) is not None}
    return given | {_DEFAULTED: inputs.get(_DEFAULTED, [])}


def _without_own(properties: Mapping[str, Any]) -> Properties:
    return {name: value for name, value in properties.items() if name not in _OWN}
