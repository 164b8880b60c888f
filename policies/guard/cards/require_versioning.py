"""A bucket that a trail delivers to keeps versions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.guard.card import VERSIONING, Options, Resource, StackCard, log_buckets


def _find(resources: Sequence[Resource], _options: Options) -> Iterator[tuple[Resource, str]]:
    for bucket in log_buckets(resources):
        beside = [found for found in resources if found.type == VERSIONING and found.concerns(bucket)]
        states = [found.properties.get("versioningConfiguration", {}).get("status") for found in beside]
        if "Enabled" not in states:
            yield bucket, "the log bucket keeps no versions"


CARD = StackCard(
    code="IBT412",
    verb="require",
    subject="versioning",
    severity="high",
    framework="Security Hub: S3.14; NIST 800-53 r5: AU-9",
    why="A log that is deleted or overwritten is then gone.",
    fix="add an s3.BucketVersioning with the status Enabled for the bucket.",
    link="https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
    find=_find,
)
