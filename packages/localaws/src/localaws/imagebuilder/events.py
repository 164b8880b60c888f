"""The events that Image Builder puts on EventBridge itself.

https://docs.aws.amazon.com/imagebuilder/latest/userguide/integ-eventbridge.html
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from localaws.call import Cloud
from localaws.errors import AwsError
from localaws.imagebuilder.models import Resource, Store

SOURCE = "aws.imagebuilder"
_log = logging.getLogger(__name__)


class Events:
    """Puts one account's Image Builder events on its default bus in one Region, as best it can."""

    def __init__(self, cloud: Cloud, store: Store) -> None:
        self._cloud = cloud
        self._store = store

    def image_state_changed(self, image: Resource, before: str, after: Mapping[str, Any]) -> None:
        """A build went from one status to another."""
        self._put(
            "EC2 Image Builder Image State Change",
            {"previous-state": {"status": before}, "state": dict(after)},
            [str(image.arn)],
        )

    def step_waiting(self, image: Resource, execution_id: str, step_id: str, step_name: str) -> None:
        """A build paused at a WaitForAction step."""
        self._put(
            "EC2 Image Builder Workflow Step Waiting",
            {
                "workflow-execution-id": execution_id,
                "workflow-step-execution-id": step_id,
                "workflow-step-name": step_name,
            },
            [str(image.arn)],
        )

    def cve_detected(self, image: Resource, resource_id: str, counts: Mapping[str, int]) -> None:
        """Amazon Inspector found vulnerabilities in an image; `counts` by severity, and `all`."""
        self._put(
            "EC2 Image Builder CVE Detected",
            {"resource-id": resource_id, "finding-severity-counts": dict(counts)},
            [str(image.arn)],
        )

    def pipeline_disabled(self, pipeline: Resource, failures: int) -> None:
        """A pipeline's failures in a row reached its `autoDisablePolicy`."""
        self._put(
            "EC2 Image Builder Image Pipeline Automatically Disabled",
            {"consecutive-failures": failures},
            [str(pipeline.arn)],
        )

    def _put(self, detail_type: str, detail: Mapping[str, Any], resources: list[str]) -> None:
        try:
            self._cloud.put_event(
                source=SOURCE,
                detail_type=detail_type,
                detail=detail,
                resources=resources,
                region=self._store.region,
                account_id=self._store.account_id,
            )
        except AwsError as error:
            # Delivery is best effort on AWS too: a build goes on without its event.
            _log.warning("%s was not delivered: %s", detail_type, error)
