"""A bucket that a trail delivers to cannot be made public."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.guard.card import PUBLIC_ACCESS_BLOCK, Options, Resource, StackCard, log_buckets

_SWITCHES = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def _find(resources: Sequence[Resource], _options: Options) -> Iterator[tuple[Resource, str]]:
    for bucket in log_buckets(resources):
        beside = [
            found for found in resources if found.type == PUBLIC_ACCESS_BLOCK and found.concerns(bucket)
        ]
        if not any(all(found.properties.get(switch) is True for switch in _SWITCHES) for found in beside):
            yield bucket, "the log bucket can be opened to the public"


CARD = StackCard(
    code="IBT413",
    verb="require",
    subject="private-bucket",
    severity="critical",
    framework="CIS AWS Foundations 5.0: 2.1.4; Security Hub: S3.8",
    why="One careless policy or ACL would show the logs to everybody.",
    fix="add an s3.BucketPublicAccessBlock with all four switches True for the bucket.",
    link="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    find=_find,
)
