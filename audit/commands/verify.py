"""`audit verify`: make a harmless, marked Image Builder call and follow it through every channel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from audit.aws import Aws
from audit.delivery import probe
from audit.delivery.causes import Causes
from audit.delivery.channel import Channel, Context
from audit.delivery.channels import channels_for
from audit.delivery.probe import Probe
from audit.delivery.trail import DescribedTrail, described_trails, own_trail
from audit.delivery.watch import Watch
from audit.findings import USER_GUIDE, Finding, FindingKind, Severity
from audit.sources.source import SourceError
from console.messages import say, show_progress
from console.output import Format, write_json_lines, write_rows

NO_TRAIL = FindingKind(
    "IBT201",
    Severity.ERROR,
    "no trail delivers the events of this Region",
    "Without a trail, events are kept in Event history only, for 90 days.",
    "Deploy the stack, or name the trail with --trail and the Region with --region.",
    USER_GUIDE + "cloudtrail-create-and-update-a-trail.html",
)
PROBE_FAILED = FindingKind(
    "IBT214",
    Severity.ERROR,
    "the probe call was refused",
    "A call that AWS refuses is recorded too, so the probe goes on with it.",
    "Allow imagebuilder:ListComponents (with --write: CreateComponent, DeleteComponent) to this identity.",
    "https://docs.aws.amazon.com/imagebuilder/latest/userguide/security-iam.html",
)


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

    A channel of which it is known that it stays empty is not waited for.

    Raises:
        SourceError: AWS cannot be asked, or it is not clear which trail is meant.
        OutputError: the result cannot be written.

    """
    account_id = _account(aws)
    trail = _trail(aws, trail_name, account_id)
    probes = (probe.write if writing else probe.read)(aws.client("imagebuilder"))
    context = Context(aws, account_id, probes, trail)
    channels = channels_for(context)
    watch = Watch(context, channels, Causes.found(context, channels))
    watch.wait(timeout, lambda missing, waited: _show(missing, waited, timeout))
    findings = [Finding(PROBE_FAILED, one.event_name, one.refused) for one in probes if one.refused]
    if trail is None:
        where = trail_name or f"Region {context.region}"
        findings.append(Finding(NO_TRAIL, where, "DescribeTrails does not show one"))
    findings += watch.findings(timeout)
    _write(watch, findings, format, output)
    return 0 if not watch.missing() and not any(one.refused for one in probes) and trail else 1


def _trail(aws: Aws, name: str | None, account_id: str) -> DescribedTrail | None:
    """Choose the trail, and say so where it was one of several."""
    known = described_trails(aws, name)
    trail = own_trail(known, account_id)
    others = ", ".join(sorted(one.arn for one in known if one != trail))
    if trail and others:
        say(f"following {trail.arn}; --trail follows another: {others}")
    return trail


def _rows(watch: Watch) -> list[ChannelRow]:
    return [_row(watch, channel, one) for channel in watch.channels for one in watch.context.probes]


def _row(watch: Watch, channel: Channel, one: Probe) -> ChannelRow:
    sighting = watch.context.sightings.get((channel.name, one.request_id))
    if sighting is None:
        return ChannelRow(channel.name, one.event_name, False, None, watch.errors.get(channel.name, ""))
    latency = round((sighting.at - one.made_at).total_seconds(), 1)
    return ChannelRow(channel.name, one.event_name, True, latency, sighting.where)


def _write(watch: Watch, findings: Sequence[Finding], format: Format, output: Path | None) -> None:
    rows, trail = _rows(watch), watch.context.trail
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
