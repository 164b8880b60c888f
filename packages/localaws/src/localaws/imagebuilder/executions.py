"""A build's workflows as they run: executions and their steps."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from localaws.imagebuilder.request import timestamp

STEP_SECONDS = 0.3
WAITING = "WaitForAction"


@dataclass(slots=True)
class StepExecution:
    """One step of a running workflow. `answer` is the action that SendWorkflowStepAction sent."""

    definition: Mapping[str, Any]
    id: str = field(default_factory=lambda: f"step-{uuid.uuid4()}")
    status: str = "PENDING"
    message: str | None = None
    started: datetime | None = None
    ended: datetime | None = None
    answer: str | None = None
    reason: str | None = None

    @property
    def action(self) -> str:
        """The step's action, such as `LaunchInstance`."""
        return str(self.definition["action"])

    @property
    def waiting(self) -> bool:
        """Whether the step waits for SendWorkflowStepAction."""
        return self.action == WAITING and self.status == "RUNNING" and self.answer is None

    def outcome(self, now: datetime, answered: datetime) -> tuple[str, datetime] | None:
        """How and when the step ends, once it does: `answered` is when an answer was seen."""
        if self.started is None:
            return None
        if self.action != WAITING:
            end = self.started + timedelta(seconds=STEP_SECONDS)
            return ("COMPLETED", end) if end <= now else None
        if self.answer is not None:
            return ("COMPLETED" if self.answer == "RESUME" else "FAILED"), answered
        end = self.started + timedelta(seconds=self.definition["timeoutSeconds"])
        return ("FAILED", end) if end <= now else None

    def finish(self, status: str, when: datetime, message: str | None = None) -> None:
        """End the step."""
        self.status, self.ended, self.message = status, when, message

    def document(self) -> dict[str, Any]:
        """The members that GetWorkflowStepExecution and the step lists show."""
        return {
            "stepExecutionId": self.id,
            "name": self.definition["name"],
            "action": self.action,
            "description": self.definition["description"] or None,
            "status": self.status,
            "message": self.message,
            "inputs": "{}",
            "outputs": json.dumps({} if self.reason is None else {"reason": self.reason}),
            "onFailure": self.definition["onFailure"],
            "timeoutSeconds": self.definition["timeoutSeconds"],
            "attemptNumber": 1,
            "maxAttempts": 1,
            "startTime": self.started and timestamp(self.started),
            "endTime": self.ended and timestamp(self.ended),
        }


@dataclass(slots=True)
class WorkflowExecution:
    """One workflow of a build. `type` is BUILD, TEST or DISTRIBUTION."""

    workflow_arn: str
    type: str
    steps: list[StepExecution]
    parallel_group: str | None = None
    on_failure: str = "ABORT"
    id: str = field(default_factory=lambda: f"wf-{uuid.uuid4()}")
    status: str = "PENDING"
    message: str | None = None
    started: datetime | None = None
    ended: datetime | None = None
    retried: bool = False

    @classmethod
    def of(
        cls, workflow: Mapping[str, Any], steps: Sequence[Mapping[str, Any]], chosen: Mapping[str, Any]
    ) -> WorkflowExecution:
        """Prepare a workflow; `chosen` is its entry in the build's `workflows`."""
        return cls(
            workflow["arn"],
            workflow["type"],
            [StepExecution(step) for step in steps],
            chosen.get("parallelGroup"),
            chosen.get("onFailure", "ABORT"),
        )

    def current(self) -> StepExecution | None:
        """The step that runs, or the next one to run."""
        return next((step for step in self.steps if step.status in {"PENDING", "RUNNING"}), None)

    def finish(self, status: str, when: datetime, message: str | None = None) -> None:
        """End the workflow, and with it the steps that have not ended."""
        self.status, self.ended, self.message = status, when, message
        for step in self.steps:
            if step.status == "RUNNING":
                step.finish("CANCELLED" if status == "CANCELLED" else "FAILED", when, message)
            elif step.status == "PENDING":
                step.status = "SKIPPED"

    def again(self) -> WorkflowExecution:
        """A fresh execution of the same workflow."""
        steps = [StepExecution(step.definition) for step in self.steps]
        return WorkflowExecution(self.workflow_arn, self.type, steps, self.parallel_group, self.on_failure)

    def document(self) -> dict[str, Any]:
        """The members that GetWorkflowExecution and ListWorkflowExecutions show."""
        statuses = [step.status for step in self.steps]
        return {
            "workflowExecutionId": self.id,
            "workflowBuildVersionArn": self.workflow_arn,
            "type": self.type,
            "status": self.status,
            "message": self.message,
            "totalStepCount": len(statuses),
            "totalStepsSucceeded": statuses.count("COMPLETED"),
            "totalStepsFailed": statuses.count("FAILED"),
            "totalStepsSkipped": statuses.count("SKIPPED"),
            "startTime": self.started and timestamp(self.started),
            "endTime": self.ended and timestamp(self.ended),
            "parallelGroup": self.parallel_group,
            "retried": self.retried,
        }
