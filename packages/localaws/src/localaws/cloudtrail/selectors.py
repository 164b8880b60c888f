"""Event selectors, basic and advanced: which events a trail logs.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from localaws.cloudtrail.exceptions import InvalidEventSelectorsException

EXCLUDABLE = frozenset({"kms.amazonaws.com", "rdsdata.amazonaws.com"})
CATEGORIES = frozenset({"Management", "Data", "NetworkActivity"})
# What basic selectors take, and how the ARNs of it begin; all else needs advanced ones.
DATA_RESOURCES = {
    "AWS::DynamoDB::Table": "dynamodb",
    "AWS::Lambda::Function": "lambda",
    "AWS::S3::Object": "s3",
}
MAXIMUM_DATA_RESOURCES = 250
_SERVICE_ARN = re.compile(r"arn:aws[\w-]*:(?P<service>[a-z0-9]+)(:.*)?")
FIELDS = frozenset(
    {
        "readOnly",
        "eventSource",
        "eventName",
        "eventCategory",
        "eventType",
        "resources.type",
        "resources.ARN",
        "sessionCredentialFromConsole",
        "userIdentity.arn",
        "errorCode",
        "vpcEndpointId",
    }
)
MANAGEMENT_FIELDS = frozenset(
    {
        "eventCategory",
        "readOnly",
        "eventSource",
        "eventName",
        "eventType",
        "sessionCredentialFromConsole",
        "userIdentity.arn",
    }
)
_POSITIVE: Mapping[str, Callable[[str, str], bool]] = {
    "Equals": str.__eq__,
    "StartsWith": str.startswith,
    "EndsWith": str.endswith,
}
_NEGATIVE: Mapping[str, Callable[[str, str], bool]] = {
    "NotEquals": str.__eq__,
    "NotStartsWith": str.startswith,
    "NotEndsWith": str.endswith,
}
DEFAULT_SELECTOR: Mapping[str, Any] = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}


@dataclass(frozen=True, slots=True)
class Selectors:
    """A trail's event selectors; a new trail logs every management event."""

    basic: Sequence[Mapping[str, Any]] = field(default_factory=lambda: [DEFAULT_SELECTOR])
    advanced: Sequence[Mapping[str, Any]] = ()
    custom: bool = False

    def select(self, record: Mapping[str, Any]) -> bool:
        """Whether a trail with these selectors logs the record."""
        if self.advanced:
            return any(_selects_advanced(selector, record) for selector in self.advanced)
        return any(_selects_basic(selector, record) for selector in self.basic)

    def describe(self) -> dict[str, Any]:
        """Return the members that Get- and PutEventSelectors answer with."""
        if self.advanced:
            return {"AdvancedEventSelectors": list(self.advanced)}
        return {"EventSelectors": list(self.basic)}


def checked_selectors(parameters: Mapping[str, Any]) -> Selectors:
    """Return PutEventSelectors' selectors.

    Raises:
        InvalidEventSelectorsException: too many, both kinds, or a field or value of no use.

    """
    basic = parameters.get("EventSelectors") or []
    advanced = parameters.get("AdvancedEventSelectors") or []
    if bool(basic) == bool(advanced):
        raise InvalidEventSelectorsException("Specify either EventSelectors or AdvancedEventSelectors.")
    if len(basic) > 5:
        raise InvalidEventSelectorsException("The maximum number of event selectors for a trail is 5.")
    for selector in basic:
        _check_basic(selector)
    resources = [resource for selector in basic for resource in selector.get("DataResources") or ()]
    if sum(_check_data_resource(resource) for resource in resources) > MAXIMUM_DATA_RESOURCES:
        raise InvalidEventSelectorsException(
            f"A trail's event selectors hold at most {MAXIMUM_DATA_RESOURCES} data resources."
        )
    values = sum(_check_advanced(selector) for selector in advanced)
    if values > 500:
        raise InvalidEventSelectorsException("A trail's advanced event selectors hold at most 500 values.")
    if advanced:
        return Selectors(basic=(), advanced=list(advanced), custom=True)
    return Selectors(basic=[{**DEFAULT_SELECTOR, **selector} for selector in basic], custom=True)


def _check_basic(selector: Mapping[str, Any]) -> None:
    if selector.get("ReadWriteType", "All") not in {"All", "ReadOnly", "WriteOnly"}:
        raise InvalidEventSelectorsException("ReadWriteType must be All, ReadOnly or WriteOnly.")
    excluded = set(selector.get("ExcludeManagementEventSources") or ())
    if excluded - EXCLUDABLE:
        raise InvalidEventSelectorsException(
            f"ExcludeManagementEventSources takes {' and '.join(sorted(EXCLUDABLE))} only."
        )
    if excluded and not selector.get("IncludeManagementEvents", True):
        raise InvalidEventSelectorsException(
            "ExcludeManagementEventSources needs IncludeManagementEvents to be true."
        )


def _check_data_resource(resource: Mapping[str, Any]) -> int:
    """Check the data resources of one type and return how many there are."""
    kind, values = resource.get("Type"), resource.get("Values") or []
    if kind not in DATA_RESOURCES:
        raise InvalidEventSelectorsException(
            f"Data resource type {kind} is not valid: event selectors take"
            f" {', '.join(sorted(DATA_RESOURCES))}; use advanced event selectors for others."
        )
    for value in values:
        found = _SERVICE_ARN.fullmatch(value)
        if found is None or found["service"] != DATA_RESOURCES[kind]:
            raise InvalidEventSelectorsException(f"Value {value} for data resource type {kind} is not valid.")
    return len(values)


def _check_advanced(selector: Mapping[str, Any]) -> int:
    """Check one selector and return how many values it holds."""
    conditions = selector.get("FieldSelectors") or []
    fields = [condition["Field"] for condition in conditions]
    if len(set(fields)) != len(fields):
        raise InvalidEventSelectorsException("A field can be used only once in an advanced event selector.")
    if set(fields) - FIELDS:
        raise InvalidEventSelectorsException(f"Unknown field: {', '.join(sorted(set(fields) - FIELDS))}.")
    category = [c.get("Equals") for c in conditions if c["Field"] == "eventCategory"]
    if len(category) != 1 or len(category[0] or ()) != 1 or category[0][0] not in CATEGORIES:
        raise InvalidEventSelectorsException(
            "An advanced event selector needs eventCategory Equals Management, Data or NetworkActivity."
        )
    if category[0][0] == "Management" and set(fields) - MANAGEMENT_FIELDS:
        unknown = ", ".join(sorted(set(fields) - MANAGEMENT_FIELDS))
        raise InvalidEventSelectorsException(f"A selector of management events does not take {unknown}.")
    if category[0][0] == "Data" and "resources.type" not in fields:
        raise InvalidEventSelectorsException("A selector of data events needs resources.type.")
    for condition in conditions:
        operators = set(condition) - {"Field"}
        if not operators or not any(condition[operator] for operator in operators):
            raise InvalidEventSelectorsException(f"The field {condition['Field']} needs an operator.")
        if condition["Field"] == "readOnly" and condition.get("Equals") not in (["true"], ["false"]):
            raise InvalidEventSelectorsException("readOnly takes Equals true or false.")
    return sum(len(c[operator]) for c in conditions for operator in set(c) - {"Field"})


def _selects_basic(selector: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    if not record.get("managementEvent") or not selector["IncludeManagementEvents"]:
        return False
    if record["eventSource"] in selector["ExcludeManagementEventSources"]:
        return False
    wanted = selector["ReadWriteType"]
    return bool(wanted == "All" or (wanted == "ReadOnly") == bool(record.get("readOnly")))


def _selects_advanced(selector: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    return all(_matches(condition, record) for condition in selector["FieldSelectors"])


def _matches(condition: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """Whether a field fits: one value of a positive operator, none of a negative one."""
    values = _values(condition["Field"], record)
    for name, compare in _POSITIVE.items():
        wanted = condition.get(name)
        if wanted and not any(compare(value, want) for value in values for want in wanted):
            return False
    for name, compare in _NEGATIVE.items():
        unwanted = condition.get(name)
        if unwanted and any(compare(value, want) for value in values for want in unwanted):
            return False
    return True


def _values(name: str, record: Mapping[str, Any]) -> list[str]:
    if name == "resources.type":
        return [resource.get("type", "") for resource in record.get("resources", ())]
    if name == "resources.ARN":
        return [resource.get("ARN", "") for resource in record.get("resources", ())]
    value = record.get("userIdentity", {}).get("arn") if name == "userIdentity.arn" else record.get(name)
    if name == "sessionCredentialFromConsole":
        value = bool(value)
    if value is None:
        return []
    return [str(value).lower() if isinstance(value, bool) else str(value)]
