"""Which parameters of a call name the resource that is judged; all others are text that says nothing of it.

A parameter names a resource by its own name: that of the resource's type, or of a part of its ARN, as AWS's
service authorization reference writes them, or one of the names that all services have in common.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from localaws.call import Call

PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
EVERYWHERE = ("partition", "region", "account")
_COMMON = frozenset({"arn", "name", "resource", "resourcearn", "resourceid", "resourceidentifier"})
_STEM = re.compile(r"(?:name|id|version|buildversion|arn)(?:withpath)?$")
_SUFFIXES = ("", "arn", "name", "id", "url", "identifier", "versionarn", "buildversionarn")
# What names a resource under a word that neither its type nor its ARN has.
_OTHERWISE = {
    ("iam", "group"): ("policysourcearn",),
    ("iam", "mfa"): ("serialnumber",),
    ("iam", "role"): ("policysourcearn",),
    ("iam", "sms-mfa"): ("serialnumber",),
    ("iam", "user"): ("policysourcearn",),
    ("imagebuilder", "image"): ("sourceimage",),
    ("sns", "topic"): ("targetarn",),
    ("sqs", "queue"): ("destinationarn", "sourcearn"),
}
# Members that hold the name inside a list of structures.
_NESTED = {("cloudtrail", "CreateChannel"): ("Destinations", "Location")} | {
    ("events", "PutEvents"): ("Entries", "EventBusName")
}


@cache
def naming_members(service: str, kind: str, template: str) -> frozenset[str]:
    """The names, in lower case, of the parameters that name a resource of a type."""
    words = {kind.replace("-", "").lower()}
    for part in PLACEHOLDER.findall(template):
        if part.lower() not in EVERYWHERE:
            words |= {part.lower(), _STEM.sub("", part.lower())}
    own = {f"{word}{suffix}" for word in words if word for suffix in _SUFFIXES}
    # IAM names what it works on by type; a simulation has ResourceArns besides.
    common = frozenset({"arn"}) if service == "iam" else _COMMON
    return common | own | set(_OTHERWISE.get((service, kind), ()))


def each_named(call: Call, members: frozenset[str]) -> Iterator[Call]:
    """The call as one that names a single resource, for each that a list among its parameters names."""
    for name, value in call.parameters.items():
        if isinstance(value, list) and value and _singular(name) & members and _is_text(value):
            for one in value:
                yield replace(call, parameters={**call.parameters, name: one})
            return
    nested = _NESTED.get((call.service, call.operation))
    items = call.parameters.get(nested[0]) if nested else None
    if nested and items:
        for item in items:
            yield replace(call, parameters={**call.parameters, **_without_structure(item, nested[1])})
    else:
        yield call


def named_arns(call: Call, members: frozenset[str], template: str) -> list[str]:
    """The ARNs of a form that the naming parameters hold, each once."""
    form = re.compile(
        PLACEHOLDER.sub("[^:]*?", re.escape(template).replace(r"\$\{", "${").replace(r"\}", "}"))
    )
    nested = _NESTED.get((call.service, call.operation), ("", ""))[1].lower()
    given = (
        value
        for name, value in call.parameters.items()
        if isinstance(value, str) and (_singular(name) & members or name.lower() == nested)
    )
    return list(dict.fromkeys(value for value in given if value.startswith("arn:") and form.fullmatch(value)))


def _without_structure(item: Mapping[str, Any], member: str) -> dict[str, Any]:
    return {member: item[member]} if member in item else {}


def _singular(name: str) -> frozenset[str]:
    """A parameter's name, in lower case, and what it is for a single one: `trailNameList`, `Names`."""
    lower = name.lower()
    return frozenset({lower, lower.removesuffix("list").removesuffix("s"), lower.removesuffix("list")})


def _is_text(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)
