"""Makes every API call that EC2 Image Builder has, each at least once, the way that a team would.

`imagebuilder_story` says what is asked and in which order. `perform` asks it through boto3 clients, one
identity after the other, and yields a note of each call. The list of operations comes from botocore: one that
the story does not have yet makes `perform` fail.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.exceptions import ClientError

from examples.imagebuilder_story import Answer, Ask, Script, UnexpectedAnswerError, everything, visit


@dataclass(frozen=True, slots=True)
class PerformedCall:
    """A call that was made: by whom, where, with which result; `error_code` is None where it succeeded."""

    operation: str
    identity: str
    region: str
    request_id: str
    error_code: str | None


class MissingOperationsError(RuntimeError):
    """Image Builder has operations that the script does not call."""


def all_operations() -> frozenset[str]:
    """The operations of Image Builder that botocore knows."""
    model = botocore.session.get_session().get_service_model("imagebuilder")
    return frozenset(model.operation_names)


def perform(clients: Mapping[str, Mapping[str, Any]]) -> Iterator[PerformedCall]:
    """Make the calls; `clients[identity][region]` is a boto3 imagebuilder client, all of one account.

    The first Region sees every operation, each further Region a short visit.

    Raises:
        UnexpectedAnswerError: an answer was other than the script expects.
        MissingOperationsError: botocore knows operations that were not called.

    """
    identities = itertools.cycle(clients)
    first, *others = next(iter(clients.values()))
    scripts = [(first, everything(first)), *((region, visit()) for region in others)]
    done = set()
    for region, script in scripts:
        answer: Answer | None = None
        asked: Ask | None = None
        identity = ""
        while (ask := _next_ask(script, answer)) is not None:
            if ask != asked:  # who waits asks again, and takes nobody's turn: each run has the same callers
                identity = next(identities)
            asked = ask
            answer, performed = _make(clients[identity][region], ask, identity, region)
            done.add(ask.operation)
            yield performed
    missing = all_operations() - done
    if missing:
        raise MissingOperationsError(f"not called: {', '.join(sorted(missing))}")


def _next_ask(script: Script, answer: Answer | None) -> Ask | None:
    try:
        return next(script) if answer is None else script.send(answer)
    except StopIteration:
        return None


def _make(client: Any, ask: Ask, identity: str, region: str) -> tuple[Answer, PerformedCall]:
    code = None
    try:
        answer = getattr(client, xform_name(ask.operation))(**ask.parameters)
    except ClientError as error:
        answer = error.response
        code = answer["Error"]["Code"]
    if code != ask.error:
        raise UnexpectedAnswerError(
            f"{ask.operation} by {identity} in {region}: expected {ask.error or 'success'}, "
            f"got {answer.get('Error') or 'success'}"
        )
    request_id = answer["ResponseMetadata"]["RequestId"]
    return answer, PerformedCall(ask.operation, identity, region, request_id, code)
