"""Moves builds and lifecycle executions on by the local AWS's clock, in one background thread."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from localaws.call import Cloud

TICK_SECONDS = 0.05

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
    """Advances activities. Their effects (calls to other services, events) run in order, without the lock.

    It is not responsible for what the steps are: each activity knows its own.
    """

    def __init__(self, cloud: Cloud, lock: threading.RLock) -> None:
        self._cloud = cloud
        self._lock = lock
        self._activities: list[Activity] = []
        self._thread: threading.Thread | None = None
        self._pause = threading.Event()

    def add(self, activity: Activity) -> None:
        """Begin, or begin again, to move an activity on."""
        with self._lock:
            if activity not in self._activities:
                self._activities.append(activity)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="imagebuilder", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self.tick()
            with self._lock:
                self._activities = [
                    activity for activity in self._activities if activity.effects or not activity.finished
                ]
                if not self._activities:
                    self._thread = None
                    return
            self._pause.wait(TICK_SECONDS)

    def tick(self) -> None:
        """Do all that is due now."""
        with self._lock:
            activities = list(self._activities)
        for activity in activities:
            while self._step(activity):
                pass

    def _step(self, activity: Activity) -> bool:
        with self._lock:
            effect = activity.effects.popleft() if activity.effects else None
            if effect is None:
                return activity.advance(self._cloud.now())
        effect()
        return True
