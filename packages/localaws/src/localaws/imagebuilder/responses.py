"""EC2 Image Builder as a service of the local AWS: finds the handler of a call and answers it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from localaws.call import Call, Cloud
from localaws.imagebuilder import (
    components,
    configurations,
    findings,
    images,
    lifecycle,
    managed,
    pipelines,
    recipes,
    sharing,
    workflows,
)
from localaws.imagebuilder.models import World
from localaws.imagebuilder.progress import Progress
from localaws.imagebuilder.request import Handler, Request
from localaws.imagebuilder.shapes import output_members
from localaws.imagebuilder.validation import validate

OPERATIONS: Mapping[str, Handler] = {
    **components.OPERATIONS,
    **configurations.OPERATIONS,
    **findings.OPERATIONS,
    **images.OPERATIONS,
    **lifecycle.OPERATIONS,
    **pipelines.OPERATIONS,
    **recipes.OPERATIONS,
    **sharing.OPERATIONS,
    **workflows.OPERATIONS,
}


class ImageBuilder:
    """Answers every operation of botocore's model of Image Builder. Its state is in memory, and thread-safe.

    It is not responsible for who may call: that is decided before a call gets here.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._lock = threading.RLock()
        self._world = World(managed.resources)
        self._progress = Progress(cloud, self._lock)

    def stop(self) -> None:
        """Let builds that are under way rest for good: after this, nothing more is called or told."""
        self._progress.stop()

    def handle(self, call: Call) -> Mapping[str, Any]:
        """Carry a call out and return the members of its output.

        Raises:
            AwsError: the call fails as it would on AWS.

        """
        validate(call.operation, call.parameters)
        with self._lock:
            store = self._world.store(call.partition, call.region, call.account_id)
            request = Request(call, store, self._world, self._cloud, self._cloud.now(), self._progress.add)
            output = store.once(call.operation, call.parameters, lambda: OPERATIONS[call.operation](request))
        members = output_members(call.operation)
        if "requestId" in members:
            output = {"requestId": call.request_id, **output}
        if "clientToken" in members:
            output = {**output, "clientToken": call.parameters["clientToken"]}
        return output
