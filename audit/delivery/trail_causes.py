"""What keeps a trail from recording a call, whatever the channel; and a clock that misleads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from audit.delivery.channel import Check, Context
from audit.delivery.selectors import left_out
from audit.delivery.status import trail_status
from audit.delivery.trail import DescribedTrail
from audit.findings import API_REFERENCE, RESTORED_BY_PULUMI, USER_GUIDE, Finding, FindingKind, Severity

STOPPED = FindingKind(
    "IBT202",
    Severity.ERROR,
    "logging is stopped",
    "A trail that does not log delivers nothing, and what happens meanwhile is never delivered later.",
    f"{RESTORED_BY_PULUMI}, or `aws cloudtrail start-logging`; find out who called StopLogging.",
    API_REFERENCE + "API_StartLogging.html",
)
NOT_SELECTED = FindingKind(
    "IBT203",
    Severity.ERROR,
    "the trail's event selectors leave the call out",
    "A trail delivers only what its selectors select; Image Builder's calls are management events.",
    f"{RESTORED_BY_PULUMI}: all management events, read and write, no event source excluded.",
    USER_GUIDE + "logging-management-events-with-cloudtrail.html",
)
OTHER_REGION = FindingKind(
    "IBT204",
    Severity.ERROR,
    "the trail does not cover the Region of the call",
    "A single-Region trail delivers the events of its home Region only.",
    f"{RESTORED_BY_PULUMI}: the trail covers all Regions.",
    USER_GUIDE + "cloudtrail-multi-region-trails.html",
)
CLOCK_OFF = FindingKind(
    "IBT209",
    Severity.WARNING,
    "this machine's clock differs from AWS's",
    "Times asked for and latencies shown are off by as much; by 15 minutes AWS refuses calls.",
    "Set the clock by NTP.",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html",
)
_MOST_CLOCK_SECONDS = 60


def trail_checks(context: Context) -> Sequence[Check]:
    """Return the checks that concern every channel of the trail."""
    trail = context.trail
    of_trail = (_covers_region, _logs, _selects)
    return [partial(_clock, context), *(partial(check, context, trail) for check in of_trail if trail)]


def _covers_region(context: Context, trail: DescribedTrail) -> Iterator[Finding]:
    if not trail.multi_region and trail.home_region != context.region:
        detail = f"it covers {trail.home_region} only, and the call was made in {context.region}"
        yield Finding(OTHER_REGION, trail.arn, detail)


def _logs(context: Context, trail: DescribedTrail) -> Iterator[Finding]:
    status = trail_status(context, trail)
    if not status["IsLogging"]:
        since = status.get("StopLoggingTime")
        detail = f"since {since:%Y-%m-%dT%H:%M:%SZ}" if since else "it was never started"
        yield Finding(STOPPED, trail.arn, detail)


def _selects(context: Context, trail: DescribedTrail) -> Iterator[Finding]:
    cloudtrail = context.aws.client("cloudtrail", region=trail.home_region)
    answer = cloudtrail.get_event_selectors(TrailName=trail.arn)
    reasons = (left_out(answer, probe) for probe in context.probes)
    for reason in filter(None, reasons):
        yield Finding(NOT_SELECTED, trail.arn, reason)


def _clock(context: Context) -> Iterator[Finding]:
    probe = context.probes[0]
    off = round((probe.aws_time - probe.made_at).total_seconds())
    if abs(off) > _MOST_CLOCK_SECONDS:
        way = "behind" if off > 0 else "ahead"
        yield Finding(CLOCK_OFF, "this machine", f"it is {abs(off)} seconds {way}")
