"""`audit verify`: make a harmless, marked Image Builder call and follow it through every channel."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from audit.aws import Aws
from audit.delivery import kinds, probe
from audit.delivery.causes import Diagnosis
from audit.delivery.channels import Channel, ChannelError, EventHistory, LogFiles, Sighting
from audit.delivery.probe import Probe
from audit.delivery.trail import Trail, find_trail
from audit.findings import Finding, Severity
from audit.sources.source import SourceError
from console.messages import say, show_progress
from console.output import Format, write_json_lines, write_rows

BLOCKED_SECONDS = 15.0  # how long to look on when a cause is known; it may have been mended just now
_LOGS = "S3 log file"


class ChannelRow(msgspec.Struct, frozen=True):
    """One probe call in one channel; `latency_seconds` from the call to its being seen, if it was."""

    channel: str
    call: str
    seen: bool
    latency_seconds: float | None
    where: str


class Verdict(msgspec.Struct, frozen=True):
    """The whole result, as --format json gives it."""

    delivered: bool
    trail_arn: str | None
    channels: list[ChannelRow]
    findings: list[dict[str, str]]


@dataclass
class _Watch:
    """What has been seen so far."""

    probes: Sequence[Probe]
    channels: Sequence[Channel]
    sightings: dict[tuple[str, str], Sighting] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    failing_since: dict[str, float] = field(default_factory=dict)
    next_look: dict[str, float] = field(default_factory=dict)

    def missing(self) -> list[Channel]:
        return [
            channel
            for channel in self.channels
            if any((channel.name, one.request_id) not in self.sightings for one in self.probes)
        ]

    def look(self) -> None:
        for channel in self.missing():
            if time.monotonic() < self.next_look.get(channel.name, 0.0):
                continue
            try:
                for sighting in channel.look(self.probes):
                    self.sightings.setdefault((channel.name, sighting.request_id), sighting)
                self.errors.pop(channel.name, None)
                self.failing_since.pop(channel.name, None)
            except ChannelError as error:
                self.errors[channel.name] = str(error)
                self.failing_since.setdefault(channel.name, time.monotonic())
            self.next_look[channel.name] = time.monotonic() + channel.pause_seconds

    def closed(self) -> bool:
        """Whether every channel that is waited for has been refusing to be looked at for a while."""
        long_ago = time.monotonic() - BLOCKED_SECONDS
        return all(self.failing_since.get(one.name, long_ago + 1) <= long_ago for one in self.missing())

    def rows(self) -> list[ChannelRow]:
        return [self._row(channel, one) for channel in self.channels for one in self.probes]

    def _row(self, channel: Channel, one: Probe) -> ChannelRow:
        sighting = self.sightings.get((channel.name, one.request_id))
        if sighting is None:
            return ChannelRow(channel.name, one.event_name, False, None, self.errors.get(channel.name, ""))
        latency = round(_seconds(one.made_at, sighting.at), 1)
        return ChannelRow(channel.name, one.event_name, True, latency, sighting.where)


def verify(
    aws: Aws,
    *,
    trail_name: str | None = None,
    writing: bool = False,
    timeout: float = 1200.0,
    format: Format = Format.TABLE,
    output: Path | None = None,
) -> int:
    """Make the probe and follow it for `timeout` seconds at most; 0 only when it was seen in every channel.

    Where a cause is known that keeps the log file from arriving, it is not waited for.

    Raises:
        SourceError: AWS cannot be asked, or it is not clear which trail is meant.
        OutputError: the result cannot be written.

    """
    trail = find_trail(aws, trail_name)
    account_id = _account(aws)
    probes = (probe.write if writing else probe.read)(aws.client("imagebuilder"))
    findings = [Finding(kinds.PROBE_FAILED, one.event_name, one.refused) for one in probes if one.refused]
    channels: list[Channel] = [EventHistory(aws)]
    if trail is None:
        where = trail_name or f"Region {probes[0].region}"
        findings.append(Finding(kinds.NO_TRAIL, where, "DescribeTrails does not show one"))
    else:
        channels.append(LogFiles(aws, trail, account_id))
        findings += Diagnosis(aws, trail, account_id, probes[0]).findings()
    watch = _Watch(probes, channels)
    _wait(watch, timeout, blocked=_blocks(findings))
    findings = _explained(watch, findings, trail, timeout)
    _write(watch, findings, trail, format, output)
    return 0 if not watch.missing() and not any(one.refused for one in probes) and trail else 1


def _wait(watch: _Watch, timeout: float, *, blocked: bool) -> None:
    started = time.monotonic()
    patience = min(timeout, BLOCKED_SECONDS) if blocked else timeout
    while True:
        watch.look()
        waited = time.monotonic() - started
        missing = [channel.name for channel in watch.missing()]
        _show(missing, waited, patience)
        if (
            not missing or watch.closed() or not waited < patience
        ):  # so that a patience of "nan" seconds ends, too
            return
        time.sleep(min(0.25, max(0.0, patience - waited)))


def _explained(watch: _Watch, findings: list[Finding], trail: Trail | None, timeout: float) -> list[Finding]:
    """The findings that hold after the wait: causes only if it did not arrive, and what else became clear."""
    missing = {channel.name for channel in watch.missing()}
    if not missing and trail is not None:
        return [
            one for one in findings if one.kind.severity is Severity.WARNING or one.kind is kinds.PROBE_FAILED
        ]
    explained = list(findings)
    unreadable = sorted(missing & set(watch.errors) - ({_LOGS} if _blocks(findings) else set()))
    explained += [Finding(kinds.CANNOT_READ, name, watch.errors[name]) for name in unreadable]
    if missing and not _blocks(explained):
        explained.append(
            Finding(kinds.LATE, ", ".join(sorted(missing)), f"not seen within {timeout:.0f} seconds")
        )
    return explained


def _blocks(findings: Sequence[Finding]) -> bool:
    return any(one.kind.severity is Severity.ERROR and one.kind is not kinds.PROBE_FAILED for one in findings)


def _write(
    watch: _Watch, findings: Sequence[Finding], trail: Trail | None, format: Format, output: Path | None
) -> None:
    rows = watch.rows()
    if format in {Format.JSON, Format.JSONL}:
        verdict = Verdict(
            delivered=not watch.missing() and trail is not None,
            trail_arn=trail.arn if trail else None,
            channels=rows,
            findings=[_described(one) for one in findings],
        )
        write_json_lines([msgspec.json.encode(verdict) + b"\n"], output)
        return
    title = f"Delivery of trail {trail.arn}" if trail else "Delivery without a trail"
    write_rows(rows, ChannelRow.__struct_fields__, format, output, title=title)
    for one in findings:
        say(str(one))
        say(f"  fix: {one.kind.fix}")


def _described(finding: Finding) -> dict[str, str]:
    kind = finding.kind
    return {
        "code": kind.code,
        "severity": kind.severity,
        "title": kind.title,
        "where": finding.where,
        "detail": finding.detail,
        "fix": kind.fix,
        "link": kind.link,
    }


def _show(missing: Sequence[str], waited: float, patience: float) -> None:
    """One line of progress, on a terminal only."""
    state = f"waiting for {', '.join(missing)}" if missing else "seen in every channel"
    show_progress(f"{waited:4.0f} of {patience:.0f} s: {state}")


def _account(aws: Aws) -> str:
    try:
        return str(aws.client("sts").get_caller_identity()["Account"])
    except (BotoCoreError, ClientError) as error:
        raise SourceError(f"no caller identity: {error}; check credentials, Region and endpoint") from error


def _seconds(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds()
