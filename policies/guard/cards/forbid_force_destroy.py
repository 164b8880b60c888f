"""A bucket of a production stack is not emptied by destroying it."""

from __future__ import annotations

from collections.abc import Iterator

from policies.guard.card import BUCKET, Options, Resource, ResourceCard


def _find(resource: Resource, options: Options) -> Iterator[str]:
    if resource.stack in options.production_stacks and resource.properties.get("forceDestroy") is True:
        yield f"the bucket of the production stack {resource.stack} can be destroyed with all that is in it"


CARD = ResourceCard(
    code="IBT407",
    verb="forbid",
    subject="force-destroy",
    severity="critical",
    framework="NIST 800-53 r5: AU-9",
    why="One `pulumi destroy` deletes every object, logs and all.",
    fix="set force_destroy=False on the bucket, or leave it out.",
    link="https://www.pulumi.com/registry/packages/aws/api-docs/s3/bucket/",
    options=("production_stacks",),
    types=(BUCKET,),
    find=_find,
)
