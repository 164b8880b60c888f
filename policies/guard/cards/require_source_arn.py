"""What CloudTrail is allowed, it is allowed for named trails."""

from __future__ import annotations

from collections.abc import Iterator

from policies.guard.card import WITH_POLICY, Options, Resource, ResourceCard
from policies.guard.documents import CLOUDTRAIL, allowing, condition_keys, label, services


def _find(resource: Resource, _options: Options) -> Iterator[str]:
    for statement in allowing(resource):
        if CLOUDTRAIL in services(statement) and "aws:sourcearn" not in condition_keys(statement):
            yield f"{label(statement)} lets CloudTrail in without saying for which trail"


CARD = ResourceCard(
    code="IBT408",
    verb="require",
    subject="source-arn",
    severity="high",
    framework="NIST 800-53 r5: AC-6",
    why="A trail of anybody's account could have CloudTrail write or encrypt here (the confused deputy).",
    fix="add the condition StringEquals aws:SourceArn with the ARN of the trail.",
    link="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html",
    types=WITH_POLICY,
    find=_find,
)
