"""The operations on event selectors and insight selectors.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localaws.call import Call
from localaws.cloudtrail.exceptions import (
    InsightNotEnabledException,
    InvalidInsightSelectorsException,
    UnsupportedOperationException,
)
from localaws.cloudtrail.models import Trail
from localaws.cloudtrail.selectors import checked_selectors
from localaws.cloudtrail.state import Trails
from localaws.cloudtrail.trails import own_trail

INSIGHTS = frozenset({"ApiCallRateInsight", "ApiErrorRateInsight"})


class SelectorOperations:
    """Get- and PutEventSelectors, Get- and PutInsightSelectors of trails."""

    def __init__(self, trails: Trails) -> None:
        self._trails = trails

    def get_event_selectors(self, call: Call) -> Mapping[str, Any]:
        """Return the trail's event selectors, basic or advanced."""
        trail = self._find(call)
        return {"TrailARN": trail.arn, **trail.selectors.describe()}

    def put_event_selectors(self, call: Call) -> Mapping[str, Any]:
        """Replace the trail's event selectors."""
        trail = own_trail(self._trails, call, call.parameters["TrailName"])
        selectors = checked_selectors(call.parameters)
        with self._trails.lock:
            trail.selectors = selectors
        return {"TrailARN": trail.arn, **selectors.describe()}

    def get_insight_selectors(self, call: Call) -> Mapping[str, Any]:
        """Return the trail's insight selectors."""
        trail = self._find(call)
        if not trail.insight_selectors:
            raise InsightNotEnabledException(f"Insights are not enabled for the trail {trail.arn}.")
        return {"TrailARN": trail.arn, "InsightSelectors": trail.insight_selectors}

    def put_insight_selectors(self, call: Call) -> Mapping[str, Any]:
        """Replace the trail's insight selectors; an empty list turns Insights off."""
        if call.parameters.get("EventDataStore"):
            raise UnsupportedOperationException(
                "The local AWS has no event data stores; see packages/localaws/LIMITS.md."
            )
        trail = own_trail(self._trails, call, call.parameters.get("TrailName"))
        selectors = list(call.parameters.get("InsightSelectors") or [])
        if {selector.get("InsightType") for selector in selectors} - INSIGHTS:
            raise InvalidInsightSelectorsException(
                f"InsightType must be one of {', '.join(sorted(INSIGHTS))}."
            )
        with self._trails.lock:
            trail.insight_selectors = selectors
        return {"TrailARN": trail.arn, "InsightSelectors": selectors}

    def _find(self, call: Call) -> Trail:
        if call.parameters.get("EventDataStore"):
            raise UnsupportedOperationException(
                "The local AWS has no event data stores; see packages/localaws/LIMITS.md."
            )
        return self._trails.find(
            call.parameters.get("TrailName"), call.account_id, call.region, call.partition
        )
