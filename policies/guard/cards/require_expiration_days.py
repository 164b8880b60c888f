"""A bucket that a trail delivers to keeps logs for long enough."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.guard.card import LIFECYCLE, Options, Resource, StackCard, log_buckets


def _find(resources: Sequence[Resource], options: Options) -> Iterator[tuple[Resource, str]]:
    for bucket in log_buckets(resources):
        for lifecycle in (found for found in resources if found.type == LIFECYCLE and found.concerns(bucket)):
            for rule in lifecycle.properties.get("rules") or []:
                days = (rule.get("expiration") or {}).get("days") or 0
                if rule.get("status") == "Enabled" and 0 < days < options.minimum_expiration_days:
                    least = options.minimum_expiration_days
                    yield (
                        lifecycle,
                        f"rule {rule.get('id')} lets logs expire after {days:g} days, fewer than {least:g}",
                    )


CARD = StackCard(
    code="IBT414",
    verb="require",
    subject="expiration-days",
    severity="medium",
    framework="PCI DSS 4.0.1: 10.5.1; NIST 800-53 r5: AU-11",
    why="Logs vanish before anyone looks for the cause of what happened.",
    fix="raise the rule's expiration days to minimum_expiration_days of the policy pack, or more.",
    link="https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html",
    options=("minimum_expiration_days",),
    find=_find,
)
