"""A trail is switched on."""

from __future__ import annotations

from collections.abc import Iterator

from policies.guard.card import TRAIL, Options, Resource, ResourceCard


def _find(resource: Resource, _options: Options) -> Iterator[str]:
    if resource.properties.get("enableLogging") is False:
        yield "logging is switched off"


CARD = ResourceCard(
    code="IBT404",
    verb="require",
    subject="logging",
    severity="critical",
    framework="NIST 800-53 r5: AU-12; Security Hub: CloudTrail.1",
    why="A trail that is stopped records nothing.",
    fix="leave enable_logging out, or set it to True.",
    link="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-turning-off-logging.html",
    types=(TRAIL,),
    find=_find,
)
