"""A symmetric encryption key rotates."""

from __future__ import annotations

from collections.abc import Iterator

from policies.guard.card import KEY, Options, Resource, ResourceCard


def _find(resource: Resource, _options: Options) -> Iterator[str]:
    symmetric = resource.properties.get("customerMasterKeySpec") in (None, "SYMMETRIC_DEFAULT")
    if symmetric and resource.properties.get("enableKeyRotation") is not True:
        yield "the key is never rotated"


CARD = ResourceCard(
    code="IBT410",
    verb="require",
    subject="key-rotation",
    severity="medium",
    framework="CIS AWS Foundations 5.0: 3.6; Security Hub: KMS.4",
    why="The same key material then protects all logs for ever.",
    fix="set enable_key_rotation=True on the key.",
    link="https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
    types=(KEY,),
    find=_find,
)
