"""Hands the cards to Pulumi: `pulumi preview --policy-pack policies/guard`.

Give options with `--policy-pack-config FILE`, a JSON map from a rule's name to its options, such as
{"ibt414-require-expiration-days": {"minimum_expiration_days": 365}}.
"""

from __future__ import annotations

import sys
from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    PolicyPack,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the project, in which the cards are found

from policies.guard.card import Card, Options, Resource, ResourceCard, StackCard
from policies.guard.cards import all_cards

_SCHEMAS: dict[str, dict[str, Any]] = {
    "production_stacks": {"type": "array", "items": {"type": "string"}},
    "minimum_expiration_days": {"type": "integer", "minimum": 1},
}
_NAMES_OF_BUCKETS = ("bucket", "s3BucketName")


def policy(card: ResourceCard | StackCard) -> Policy:
    """Return a card as Pulumi's policy."""
    if isinstance(card, ResourceCard):
        return ResourceValidationPolicy(**_description(card), validate=_resource_validation(card))
    return StackValidationPolicy(**_description(card), validate=_stack_validation(card))


def _description(card: Card) -> dict[str, Any]:
    defaults = asdict(Options())
    heeded = {name: {**_SCHEMAS[name], "default": defaults[name]} for name in card.options}
    return {
        "name": card.name,
        "description": card.why,
        "enforcement_level": EnforcementLevel.MANDATORY,
        "config_schema": PolicyConfigSchema(properties=_plain(heeded)) if heeded else None,
        "display_name": f"{card.code}: {card.verb} {card.subject}",
        "severity": Severity(card.severity),
        "framework": PolicyComplianceFramework(name=card.framework),
        "remediation_steps": card.fix,
        "url": card.link,
    }


def _resource_validation(card: ResourceCard) -> Any:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if args.resource_type in card.types:
            resource = Resource(args.resource_type, args.urn, args.props)
            for what in card.find(resource, _options(args.get_config())):
                report(card.message(resource, what), None)

    return validate


def _stack_validation(card: StackCard) -> Any:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        resources = [_resource(resource) for resource in args.resources]
        for resource, what in card.find(resources, _options(args.get_config())):
            report(card.message(resource, what), resource.urn)

    return validate


def _resource(resource: PolicyResource) -> Resource:
    # A bucket's name may be unknown in a preview: equal to no other then, so that the links alone count.
    links = {
        name: frozenset(origin.urn for origin in origins)
        for name, origins in resource.property_dependencies.items()
    }
    unknown = {name: object() for name in _NAMES_OF_BUCKETS if _is_unknown(resource.props, name)}
    dict_like = cast("MutableMapping[str, Any]", resource.props)  # is only read
    return Resource(resource.resource_type, resource.urn, ChainMap(unknown, dict_like), links)


def _is_unknown(properties: Mapping[str, Any], name: str) -> bool:
    try:
        str(properties.get(name))
    except UnknownValueError:
        return True
    return False


def _options(given: Mapping[str, Any]) -> Options:
    known = {name: given[name] for name in asdict(Options()) if name in given}
    stacks = {"production_stacks": tuple(known["production_stacks"])} if "production_stacks" in known else {}
    return Options(**{**known, **stacks})


def _plain(heeded: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {key: list(value) if isinstance(value, tuple) else value for key, value in schema.items()}
        for name, schema in heeded.items()
    }


if __name__ == "__main__":
    PolicyPack("image-builder-trail-guard", [policy(card) for card in all_cards()])
