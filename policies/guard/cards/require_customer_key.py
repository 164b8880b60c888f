"""A trail encrypts its log files with a key of the customer's own."""

from __future__ import annotations

from collections.abc import Iterator

from policies.guard.card import TRAIL, Options, Resource, ResourceCard


def _find(resource: Resource, _options: Options) -> Iterator[str]:
    if not resource.properties.get("kmsKeyId"):
        yield "log files are not encrypted with a customer key"


CARD = ResourceCard(
    code="IBT403",
    verb="require",
    subject="customer-key",
    severity="high",
    framework="CIS AWS Foundations 5.0: 3.5; Security Hub: CloudTrail.2",
    why="Whoever may read the bucket reads the logs, and no key policy stands in between.",
    fix="set kms_key_id to the ARN of a key of your own.",
    link="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html",
    types=(TRAIL,),
    find=_find,
)
