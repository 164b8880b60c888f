"""Why a probe would not arrive: everything on its way that can be looked at, each fault as a finding."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from audit.delivery.channel import Channel, Check, Context, TrailChannel
from audit.delivery.trail_causes import trail_checks
from audit.findings import API_REFERENCE, Finding, FindingKind, Severity

NOT_KNOWN = FindingKind(
    "IBT215",
    Severity.WARNING,
    "a part of the trail's state could not be looked at",
    "These credentials may not see it, so it was left out of the search for causes.",
    "Use the auditor or the deployer role, or grant what the error names.",
    API_REFERENCE + "API_Operations.html",
)


@dataclass(frozen=True, slots=True)
class Causes:
    """What was found of the trail, which concerns each of its channels, and of each channel by its name."""

    of_trail: Sequence[Finding]
    of_channel: Mapping[str, Sequence[Finding]]

    @classmethod
    def found(cls, context: Context, channels: Sequence[Channel]) -> Causes:
        """Run every check; a part that cannot be looked at is a finding too."""
        return cls(
            _findings(context, trail_checks(context)),
            {channel.name: _findings(context, channel.checks()) for channel in channels},
        )

    def block(self, channel: Channel) -> bool:
        """Whether something is known that keeps the channel empty."""
        own = [*self.of_channel[channel.name], *(self.of_trail if isinstance(channel, TrailChannel) else ())]
        return any(one.kind.severity is Severity.ERROR for one in own)

    def that_hold(self, missing: Collection[Channel]) -> list[Finding]:
        """The findings after the wait: a cause only if the channel is empty that it would keep so."""
        names = {channel.name for channel in missing}
        trail = any(isinstance(channel, TrailChannel) for channel in missing)
        kept = [one for one in self.of_trail if trail or one.kind.severity is Severity.WARNING]
        kept += [
            one
            for name, findings in self.of_channel.items()
            for one in findings
            if name in names or one.kind.severity is Severity.WARNING
        ]
        return list(dict.fromkeys(kept))  # two checks may fail by the same refusal


def _findings(context: Context, checks: Sequence[Check]) -> list[Finding]:
    found: list[Finding] = []
    for check in checks:
        try:
            found += check()
        except (BotoCoreError, ClientError) as error:
            where = context.trail.arn if context.trail else f"Region {context.region}"
            found.append(Finding(NOT_KNOWN, where, str(error)))
    return found
