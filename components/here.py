"""Where the program runs: asked of the provider when the component starts, as plain values."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from config.place import Place
from config.pulumi_config import check_region
from config.settings import Settings
from config.stack import Stack


def stack_here(settings: Settings, asking: pulumi.Resource) -> Stack:
    """Return the stack at the place of the provider that `asking` uses.

    The answers are there at once, also in a preview, so that names, ARNs and policies are plain text.

    Raises:
        pulumi.RunError: the Region is none.

    """
    options = pulumi.InvokeOptions(parent=asking)
    region = aws.get_region(opts=options).region
    check_region(region)
    place = Place(
        partition=aws.get_partition(opts=options).partition,
        region=region,
        account_id=aws.get_caller_identity(opts=options).account_id,
    )
    return Stack(pulumi.get_project(), pulumi.get_stack(), place, settings)
