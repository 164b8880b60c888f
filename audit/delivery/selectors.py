"""Whether a trail's event selectors select a call.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from audit.delivery.probe import Probe
from audit.selection import IMAGE_BUILDER

_OPERATORS: Mapping[str, Callable[[str, Sequence[str]], bool]] = {
    "Equals": lambda value, wanted: value in wanted,
    "NotEquals": lambda value, wanted: value not in wanted,
    "StartsWith": lambda value, wanted: any(map(value.startswith, wanted)),
    "NotStartsWith": lambda value, wanted: not any(map(value.startswith, wanted)),
    "EndsWith": lambda value, wanted: any(map(value.endswith, wanted)),
    "NotEndsWith": lambda value, wanted: not any(map(value.endswith, wanted)),
}


def left_out(answer: Mapping[str, Any], probe: Probe) -> str | None:
    """Why GetEventSelectors' answer does not select the probe's event; None if it does."""
    advanced = answer.get("AdvancedEventSelectors")
    if advanced:
        if any(_advanced_selects(selector, probe) for selector in advanced):
            return None
        names = ", ".join(repr(selector.get("Name", "")) for selector in advanced)
        return f"no advanced event selector ({names}) selects {probe.event_name} of {IMAGE_BUILDER}"
    reasons = [_basic_reason(selector, probe) for selector in answer.get("EventSelectors", ())]
    if None in reasons:
        return None
    return "; ".join(filter(None, reasons)) or "it has no event selectors for management events"


def _basic_reason(selector: Mapping[str, Any], probe: Probe) -> str | None:
    if not selector.get("IncludeManagementEvents", True):
        return "IncludeManagementEvents is false"
    kind = selector.get("ReadWriteType", "All")
    if kind == ("WriteOnly" if probe.read_only else "ReadOnly"):
        return (
            f"ReadWriteType is {kind}, and {probe.event_name} is a {'read' if probe.read_only else 'write'}"
        )
    if IMAGE_BUILDER in selector.get("ExcludeManagementEventSources", ()):
        return f"ExcludeManagementEventSources holds {IMAGE_BUILDER}"
    return None


def _advanced_selects(selector: Mapping[str, Any], probe: Probe) -> bool:
    values = {
        "eventCategory": "Management",
        "eventSource": IMAGE_BUILDER,
        "eventName": probe.event_name,
        "eventType": "AwsApiCall",
        "readOnly": str(probe.read_only).lower(),
        "sessionCredentialFromConsole": "false",
    }
    return all(
        operate(values[field["Field"]], field[operator])
        for field in selector["FieldSelectors"]
        if field["Field"] in values
        for operator, operate in _OPERATORS.items()
        if field.get(operator)
    )
