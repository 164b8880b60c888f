"""Which Regions there are, and the partition of each, by the list that botocore ships as data.

AWS opens Regions faster than lists are installed. `aws:skipRegionValidation`, with which Pulumi's AWS
provider takes a Region unseen, lets one through here too: the form of its name tells its partition.
https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from config.settings.meant import nearest

PARTITIONS = ("aws", "aws-cn", "aws-us-gov")
"""The partitions whose names and policies are known here."""
UNSEEN = "skipRegionValidation"
"""The provider's setting under which a Region need not be in the list."""


def partition_of(region: str) -> str | None:
    """Return the partition that a Region lies in, by the form of its name; None where it fits none."""
    forms = ((one["id"], one["regionRegex"]) for one in _partitions())
    return next((name for name, form in forms if re.fullmatch(form.strip("^$"), region)), None)


def problem(region: object, stack: str, *, unseen: object = False) -> str | None:
    """Return the one line that tells what is wrong with a stack's Region, or None.

    `unseen` is the stack's value of `aws:skipRegionValidation`.
    """
    put = f"pulumi config set aws:region {{}} --stack {stack}"
    if not isinstance(region, str) or not region:
        return f"no Region; run: {put.format('REGION')}"
    partition, known = partition_of(region), _regions()
    near = nearest(region.strip().lower().replace("_", "-"), known) or "REGION"
    if partition is None:
        return f'aws:region: "{region}" has not the form of a Region of AWS; run: {put.format(near)}'
    if partition not in PARTITIONS:
        return (
            f'aws:region: "{region}" lies in the partition {partition}'
            f" (allowed: Regions of {', '.join(PARTITIONS)}); run: {put.format('REGION')}"
        )
    if region in known or str(unseen).lower() == "true":
        return None
    return (
        f'aws:region: "{region}" is in no list of Regions here; run: {put.format(near)}; or, if AWS has'
        f" opened it since: pulumi config set aws:{UNSEEN} true --stack {stack}"
    )


@cache
def _regions() -> tuple[str, ...]:
    return tuple(
        name for one in _partitions() for name in one["regions"] if not name.endswith("-global")
    )  # aws-global and its like stand for services without Regions


@cache
def _partitions() -> tuple[Mapping[str, Any], ...]:
    text = resources.files("botocore").joinpath("data/partitions.json").read_text("utf-8")
    return tuple(json.loads(text)["partitions"])
