"""Lanes: work that goes on beside this thread, in threads or in processes, and what it gives, in order.

What a lane has ready is bounded, so that memory stays flat however slowly the parts are taken.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import SimpleQueue
from threading import Semaphore, Thread
from typing import Any, Generic, Protocol, TypeVar

from audit.errors import AuditError

_READY = 2  # parts that may wait to be taken


class WorkerError(AuditError):
    """A worker process ended before its work was done."""


class Part(Protocol):
    """What comes of work; `last` marks the end of a unit."""

    @property
    def last(self) -> bool:
        """Whether nothing more comes of this unit."""
        ...


Share = TypeVar("Share")
PartT = TypeVar("PartT", bound=Part)


class InThread(Generic[Share, PartT]):
    """Work done in the lane's own thread."""

    def __init__(self, work: Callable[[Share], Iterator[PartT]]) -> None:
        self.parts = work

    def stop(self) -> None:
        """Nothing: the lane stops between two parts."""

    def close(self) -> None:
        """Nothing: there is nothing to put away."""


class InProcess(Generic[Share, PartT]):
    """Work done by a process of its own: a fresh interpreter, to which nothing of this one is handed on."""

    def __init__(self, job: Any) -> None:
        code = f"import sys; sys.path[:] = {sys.path!r}; from audit.worker import main; main()"
        self._process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0,  # Ctrl-C is this process's matter, which then ends the other
        )
        self._pending: list[Any] = [job]

    def parts(self, share: Share) -> Iterator[PartT]:
        """Have a share done.

        Raises:
            WorkerError: the process ended before.
            Exception: what the job raised.

        """
        given, answers = self._process.stdin, self._process.stdout
        assert given  # noqa: S101 - asked for above
        assert answers  # noqa: S101
        with suppress(BrokenPipeError):  # then its answer says why
            for item in (*self._pending, share):
                pickle.dump(item, given, pickle.HIGHEST_PROTOCOL)
            given.flush()
        self._pending = []
        try:
            while (answer := pickle.load(answers)) is not None:  # noqa: S301 - from the process started above
                if isinstance(answer, Exception):
                    raise answer
                yield answer
        except (EOFError, pickle.UnpicklingError) as error:
            code = self._process.wait()
            how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
            raise WorkerError(
                f"a process that read logs ended {how} before it was done; memory may be short: run again"
            ) from error

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()

    def close(self) -> None:
        """Put away what the process leaves."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()


class Lane(Generic[Share, PartT]):
    """One thread that works through the shares that it is given, one after another."""

    def __init__(self, worker: InThread[Share, PartT] | InProcess[Share, PartT]) -> None:
        self._worker = worker
        self._shares: SimpleQueue[Share | None] = SimpleQueue()
        self._parts: SimpleQueue[PartT | BaseException] = SimpleQueue()
        self._room = Semaphore(_READY)
        self._stopped = False
        self._thread = Thread(target=self._run, daemon=True, name="reading")
        self._thread.start()

    def give(self, share: Share) -> None:
        """Add a share to what there is to do."""
        self._shares.put(share)

    def unit(self) -> Iterator[PartT]:
        """The parts of the next unit, as they come.

        Raises:
            Exception: what the work raised.

        """
        last = False
        while not last:
            part = self._parts.get()
            self._room.release()
            if isinstance(part, BaseException):
                raise part
            last = part.last
            yield part

    def stop(self) -> None:
        """Let the work end as soon as it can, done or not."""
        self._stopped = True
        self._shares.put(None)
        self._room.release()
        self._worker.stop()

    def join(self) -> None:
        """Wait until it has ended."""
        self._thread.join()

    def _run(self) -> None:
        try:
            while (share := self._shares.get()) is not None:
                for part in self._worker.parts(share):
                    self._room.acquire()
                    if self._stopped:
                        return
                    self._parts.put(part)
        except BaseException as error:  # noqa: BLE001 - raised where the parts are taken
            self._parts.put(error)
        finally:
            self._worker.close()
