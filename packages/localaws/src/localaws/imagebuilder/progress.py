"""Moves builds and lifecycle executions on by the local AWS's clock, in one background thread."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Protocol

from localaws.call import Cloud

TICK_SECONDS = 0.05
STOP_SECONDS = 10.0

Effect = Callable[[], None]


class Activity(Protocol):
    """Something that goes on after the call that began it was answered."""

    effects: deque[Effect]

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen by itself."""
        ...

    def advance(self, now: datetime) -> bool:
        """Take one step if it is due, and say whether one was. Called with the service's lock held."""
        ...


class Progress:
    """Advances activities. The effects of each (calls, events) run in order and without the lock.

    An activity stands still while its effects run; the others go on. What the steps are, each activity knows.
    """

    def __init__(self, cloud: Cloud, lock: threading.RLock) -> None:
        self._cloud = cloud
        self._lock = lock
        self._activities: list[Activity] = []
        self._busy: list[Activity] = []
        self._thread: threading.Thread | None = None
        self._workers: list[threading.Thread] = []
        self._stopped = threading.Event()

    def add(self, activity: Activity) -> None:
        """Begin, or begin again, to move an activity on."""
        with self._lock:
            if self._stopped.is_set():
                return
            if activity not in self._activities:
                self._activities.append(activity)
            if self._thread is None:
                self._thread = _thread(self._run)

    def stop(self) -> None:
        """Let go of all activities. Effects that run come to their end first, but no more begin."""
        with self._lock:
            self._stopped.set()
            self._activities.clear()
            workers = list(self._workers)
        for worker in workers:
            worker.join(STOP_SECONDS)

    def _run(self) -> None:
        while self._tick():
            self._stopped.wait(TICK_SECONDS)

    def _tick(self) -> bool:
        """Do all that is due now, and say whether anything is left to be done later."""
        with self._lock:
            for activity in self._activities:
                if activity not in self._busy:
                    self._move(activity)
            self._activities = [
                activity
                for activity in self._activities
                if activity.effects or activity in self._busy or not activity.finished
            ]
            if not self._activities:
                self._thread = None
            return bool(self._activities)

    def _move(self, activity: Activity) -> None:
        if self._has_effects(activity):
            self._busy.append(activity)
            self._workers = [worker for worker in self._workers if worker.is_alive()]
            self._workers.append(_thread(partial(self._perform, activity)))

    def _has_effects(self, activity: Activity) -> bool:
        """Take the steps that are due, up to the first that has effects."""
        while not activity.effects and activity.advance(self._cloud.now()):
            pass
        return bool(activity.effects)

    def _perform(self, activity: Activity) -> None:
        """Run effects until none is due. One that raises ends this thread, visibly; the activity goes on."""
        try:
            while (effect := self._next_effect(activity)) is not None:
                effect()
        finally:
            with self._lock:
                self._busy.remove(activity)

    def _next_effect(self, activity: Activity) -> Effect | None:
        with self._lock:
            if self._stopped.is_set() or not self._has_effects(activity):
                return None
            return activity.effects.popleft()


def _thread(target: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=target, name="imagebuilder", daemon=True)
    thread.start()
    return thread
