"""What the component registers for a stack, found by running it on Pulumi's mocks: nothing is deployed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pulumi

from components.audit_trail import AuditTrail
from config.stack import Stack
from policies.documents import documents
from policies.documents.card import ROLE_BOUNDARY

_NAME = "audit"  # as in __main__.py


def registered(stack: Stack) -> Mapping[str, Mapping[str, Any]]:
    """Return the inputs of every resource of the stack, by "type name"."""
    recorder = _Recorder(stack)
    pulumi.runtime.set_mocks(recorder, project=stack.project, stack=stack.name)

    def program() -> None:
        AuditTrail(_NAME, stack.settings.arguments())

    pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]  # Pulumi leaves it untyped
    return recorder.found


def _deployer(stack: Stack) -> str:
    role = str(stack.deployer_role_arn).rpartition("/")[2]
    return f"arn:{stack.place.partition}:sts::{stack.place.account_id}:assumed-role/{role}/session"


def _boundary(stack: Stack) -> str:
    return json.dumps(documents(stack)[ROLE_BOUNDARY].document()) if stack.boundary_arn else "{}"


class _Recorder(pulumi.runtime.Mocks):
    """Answers as AWS would, and keeps what was asked for. An unknown call is an error."""

    def __init__(self, stack: Stack) -> None:
        place = stack.place
        self.found: dict[str, dict[str, Any]] = {}
        self._key_arn = stack.key_arn
        self._calls = {
            "aws:index/getPartition:getPartition": {"partition": place.partition},
            "aws:index/getRegion:getRegion": {"region": place.region},
            "aws:index/getCallerIdentity:getCallerIdentity": {
                "accountId": place.account_id,
                "arn": _deployer(stack),
            },
            "aws:iam/getRole:getRole": {},
            "aws:iam/getUser:getUser": {},
            "aws:iam/getPolicy:getPolicy": {"policy": _boundary(stack)},
        }

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        """Tell where the stack is."""
        return self._calls[args.token], []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Keep the inputs; an ARN is made up, but for the key's, which policies name."""
        self.found[f"{args.typ} {args.name}"] = args.inputs
        arn = self._key_arn if args.typ == "aws:kms/key:Key" else f"the ARN of {args.name}"
        return args.name, {**args.inputs, "arn": arn, "keyId": "id"}
