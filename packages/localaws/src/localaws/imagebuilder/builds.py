"""A build: an image on its way from PENDING to AVAILABLE, by the local AWS's clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from localaws.imagebuilder.events import Events
from localaws.imagebuilder.executions import (
    STEP_SECONDS,
    WAITING,
    StepExecution,
    WorkflowExecution,
)
from localaws.imagebuilder.models import Resource
from localaws.imagebuilder.progress import Effect
from localaws.imagebuilder.service_calls import ServiceCalls

TERMINAL = frozenset(["AVAILABLE", "CANCELLED", "FAILED", "DEPRECATED", "DELETED", "DISABLED"])
_PHASES = {"BUILD": "BUILDING", "TEST": "TESTING", "DISTRIBUTION": "DISTRIBUTING"}


@dataclass(eq=False, slots=True)
class Build:
    """Runs an image's workflows one after the other. An import has none: it takes a moment.

    `complete` fills in what the image has when it is available.
    """

    image: Resource
    executions: list[WorkflowExecution]
    events: Events
    calls: ServiceCalls
    clock: datetime
    complete: Callable[[Build], None]
    pipeline: Resource | None = None
    effects: deque[Effect] = field(default_factory=deque)

    @property
    def status(self) -> str:
        """The image's status."""
        return str(self.image.document["state"]["status"])

    @property
    def finished(self) -> bool:
        """Whether the image reached a state that it leaves only when asked to."""
        return self.status in TERMINAL

    def advance(self, now: datetime) -> bool:
        """Take one step if it is due, and say whether one was."""
        if self.finished:
            return False
        execution = self._current()
        if execution is None:
            return self._end(now)
        if execution.status == "PENDING":
            execution.status, execution.started = "RUNNING", self.clock
            self.enter(_PHASES[execution.type])
            return True
        step = execution.current()
        if step is None:
            execution.finish("COMPLETED", self.clock)
            return True
        return self._advance_step(execution, step, now)

    def _current(self) -> WorkflowExecution | None:
        return next((each for each in self.executions if each.status in {"PENDING", "RUNNING"}), None)

    def _advance_step(self, execution: WorkflowExecution, step: StepExecution, now: datetime) -> bool:
        if step.status == "PENDING":
            step.status, step.started = "RUNNING", self.clock
            self._begin(execution, step)
            return True
        outcome = step.outcome(now, answered=now)
        if outcome is None:
            return False
        status, self.clock = outcome
        step.finish(status, self.clock, step.reason)
        if status == "FAILED" and step.definition["onFailure"] == "Abort":
            self._abort(execution, f"Workflow step '{step.definition['name']}' failed.")
        return True

    def _begin(self, execution: WorkflowExecution, step: StepExecution) -> None:
        if step.action == WAITING:
            name = step.definition["name"]
            self.effects.append(partial(self.events.step_waiting, self.image, execution.id, step.id, name))
        else:
            self.effects.append(partial(self.calls.perform, step.action))

    def _abort(self, execution: WorkflowExecution, reason: str) -> None:
        execution.finish("FAILED", self.clock, reason)
        if execution.on_failure == "CONTINUE":
            return
        for other in self.executions:
            if other.status == "PENDING":
                other.finish("SKIPPED", self.clock)
        self.enter("FAILED", reason)

    def _end(self, now: datetime) -> bool:
        if not self.executions and now < self.clock + timedelta(seconds=STEP_SECONDS):
            return False
        self.complete(self)
        self.enter("AVAILABLE")
        return True

    def enter(self, status: str, reason: str | None = None) -> None:
        """Bring the image into a state, and tell of the change."""
        before = self.status
        if before == status:
            return
        state: dict[str, Any] = {"status": status}
        if reason is not None:
            state["reason"] = reason
        self.image.document["state"] = state
        self.effects.append(partial(self.events.image_state_changed, self.image, before, dict(state)))
        if self.finished:
            self.effects.append(partial(self.calls.notify, dict(self.image.document)))
        if self.pipeline is not None and self.finished:
            self._note_run(self.pipeline, status)

    def _note_run(self, pipeline: Resource, status: str) -> None:
        """Tell the pipeline how its run ended; failures in a row may disable it."""
        document = pipeline.document
        document["lastRunStatus"] = status
        failures = document.get("consecutiveFailures", 0) + 1 if status == "FAILED" else 0
        document["consecutiveFailures"] = failures
        limit = document.get("schedule", {}).get("autoDisablePolicy", {}).get("failureCount")
        if limit is not None and failures >= limit and document["status"] == "ENABLED":
            document["status"] = "DISABLED"
            self.effects.append(partial(self.events.pipeline_disabled, pipeline, failures))

    def cancel(self, now: datetime) -> None:
        """Stop where it stands; instances that still run are terminated."""
        for execution in self.executions:
            if execution.status in {"PENDING", "RUNNING"}:
                execution.finish("CANCELLED", now)
        self.effects.append(partial(self.calls.perform, "TerminateInstance"))
        self.enter("CANCELLED")

    def retry(self, now: datetime) -> None:
        """Go on from the first workflow that did not complete."""
        fresh = []
        for execution in self.executions:
            if execution.status != "COMPLETED":
                execution.retried = True
                fresh.append(execution.again())
        self.executions.extend(fresh)
        self.clock = now
        self.enter("PENDING")
