"""The wait for the probes: each channel is looked at in its own time, until all are seen or hope is gone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from audit.delivery.causes import Causes
from audit.delivery.channel import Channel, ChannelError, Context, TrailChannel
from audit.findings import USER_GUIDE, Finding, FindingKind, Severity

CANNOT_READ = FindingKind(
    "IBT211",
    Severity.ERROR,
    "these credentials cannot look into a channel",
    "The event may have arrived there, but this identity may not see it.",
    "Use the auditor role, or grant the actions that the finding names.",
    USER_GUIDE + "cloudtrail-log-files-access.html",
)
LATE = FindingKind(
    "IBT212",
    Severity.ERROR,
    "the event did not arrive in time",
    "Nothing that would keep it from arriving was found; CloudTrail promises no time.",
    "Wait and run again with a longer --timeout; see the AWS Health Dashboard.",
    USER_GUIDE + "get-and-view-cloudtrail-log-files.html",
)
BLOCKED_SECONDS = 15.0  # how long to look on when a cause is known; it may have been fixed just now
_TICK_SECONDS = 0.25

Progress = Callable[[Sequence[str], float], None]
"""Takes the names of the channels that are waited for and the seconds that have passed."""


@dataclass
class Watch:
    """What has been seen so far. `errors` holds why a channel could not be looked at, by its name."""

    context: Context
    channels: Sequence[Channel]
    causes: Causes
    errors: dict[str, str] = field(default_factory=dict)
    _failing_since: dict[str, float] = field(default_factory=dict)
    _next_look: dict[str, float] = field(default_factory=dict)
    _started: float = field(default_factory=time.monotonic)

    def wait(self, timeout: float, progress: Progress) -> None:
        """Look for `timeout` seconds at most; less where what is missing is known to stay so."""
        self._started = time.monotonic()
        while True:
            self._look()
            missing, waited = self.missing(), time.monotonic() - self._started
            progress([channel.name for channel in missing], waited)
            if not missing or self._hopeless(missing) or not waited < timeout:  # a timeout of "nan" ends, too
                return
            time.sleep(min(_TICK_SECONDS, max(0.0, timeout - waited)))

    def missing(self) -> list[Channel]:
        """The channels in which a probe has not been seen."""
        seen, probes = self.context.sightings, self.context.probes
        return [
            channel
            for channel in self.channels
            if any((channel.name, probe.request_id) not in seen for probe in probes)
        ]

    def findings(self, timeout: float) -> list[Finding]:
        """The findings that hold after the wait: causes, closed channels, or that no cause is known."""
        missing = self.missing()
        found = self.causes.that_hold(missing)
        unexplained = [channel for channel in missing if not self.causes.block(channel)]
        for channel in unexplained:
            if channel.name in self.errors:
                detail = f"{self.errors[channel.name]}; it needs {', '.join(channel.needs)}"
                found.append(Finding(CANNOT_READ, channel.name, detail))
        late = [channel.name for channel in unexplained if self._is_late(channel, missing)]
        if late and not self._hopeless(missing):
            found.append(Finding(LATE, ", ".join(late), f"not seen within {timeout:.0f} seconds"))
        return found

    def _look(self) -> None:
        for channel in self.missing():
            if time.monotonic() < self._next_look.get(channel.name, 0.0):
                continue
            try:
                for sighting in channel.look():
                    self.context.sightings.setdefault((channel.name, sighting.request_id), sighting)
                self.errors.pop(channel.name, None)
                self._failing_since.pop(channel.name, None)
            except ChannelError as error:
                self.errors[channel.name] = str(error)
                self._failing_since.setdefault(channel.name, time.monotonic())
            self._next_look[channel.name] = time.monotonic() + channel.pause_seconds

    def _hopeless(self, missing: Sequence[Channel]) -> bool:
        """Whether the wait can change nothing: what stands without a trail is not waited for alone then."""
        given_up = [channel for channel in missing if self._given_up(channel, missing)]
        of_trail = [channel for channel in missing if isinstance(channel, TrailChannel)]
        if len(given_up) == len(missing):
            return True
        if self.context.trail is None:
            return time.monotonic() - self._started >= BLOCKED_SECONDS
        return bool(of_trail) and all(channel in given_up for channel in of_trail)

    def _given_up(self, channel: Channel, missing: Sequence[Channel]) -> bool:
        """Whether the channel has been known to stay empty, or refused to be looked at, for a while."""
        now = time.monotonic()
        if self.causes.block(channel) and now - self._started >= BLOCKED_SECONDS:
            return True
        if channel.name in self.errors and now - self._failing_since[channel.name] >= BLOCKED_SECONDS:
            return True
        return any(self._given_up(one, missing) for one in missing if type(one) is channel.follows)

    def _is_late(self, channel: Channel, missing: Sequence[Channel]) -> bool:
        return channel.name not in self.errors and not any(type(one) is channel.follows for one in missing)
