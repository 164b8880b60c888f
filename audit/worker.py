"""What a worker process runs: a job that it was given, share after share, until nobody gives it any more."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Iterator
from typing import Any


def main() -> None:
    """Read a job and shares from stdin; write the parts to what was stdout, None behind those of a share."""
    given, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed here is no answer
    try:
        for answer in _answers(given):
            pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()
    except BrokenPipeError:
        pass  # nobody listens any more
    os._exit(0)  # all is said, and there is nothing to put away


def _answers(given: Any) -> Iterator[Any]:
    try:
        job = pickle.load(given)  # noqa: S301 - from the process that started this one
        while True:
            try:
                share = pickle.load(given)  # noqa: S301
            except EOFError:
                return
            yield from job.parts(share)
            yield None
    except Exception as error:  # noqa: BLE001 - raised where the parts are awaited
        yield _sendable(error)


def _sendable(error: Exception) -> Exception:
    """The error, or one that says the same, if it cannot be sent."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301
    except Exception:  # noqa: BLE001 - an exception's class may do anything here
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
