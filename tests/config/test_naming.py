"""Names and ARNs: known beforehand, right in every partition, within AWS's limits."""
# ruff: noqa: D103 - each name says the property

from __future__ import annotations

import pytest

from config import naming
from policies.configuration import read_stack, stack_names


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_arns_begin_with_their_partition(partition: str) -> None:
    assert naming.trail_arn(partition, "r-1", "1", "t") == f"arn:{partition}:cloudtrail:r-1:1:trail/t"
    assert naming.bucket_arn(partition, "b") == f"arn:{partition}:s3:::b"
    assert naming.role_arn(partition, "1", "path/n") == f"arn:{partition}:iam::1:role/path/n"


def test_a_name_given_is_taken_as_it_is() -> None:
    assert naming.trail_name("mine", "p", "s") == "mine"
    assert naming.bucket_name("mine", "t", "1", "r") == "mine"


def test_a_name_not_given_is_unique_to_project_stack_account_and_region() -> None:
    assert naming.trail_name("", "p", "s") == "p-s"
    assert naming.bucket_name("", "My_Trail.x", "1", "r-1") == "my-trail-x-1-r-1"


def test_the_log_prefix_ends_in_one_slash_with_and_without_key_prefix() -> None:
    assert naming.log_prefix("a/b") == "a/b/AWSLogs/"
    assert naming.log_prefix("") == "AWSLogs/"


@pytest.mark.parametrize("stack", stack_names())
def test_the_policies_room_computes_the_same_names(stack: str) -> None:
    read = read_stack(stack)
    trail = naming.trail_name(read.settings["trail_name"], "image-builder-trail", stack)
    assert read.trail_name == trail
    assert read.trail_arn == naming.trail_arn(read.partition, read.region, read.account_id, trail)
    bucket = naming.bucket_name(read.settings["bucket_name"], trail, read.account_id, read.region)
    assert read.bucket_name == bucket
    assert read.key_alias == naming.alias_name(trail)
    roles = (naming.auditor_role_name(trail), naming.break_glass_role_name(trail))
    assert read.role_names == (roles if read.settings["roles"] else ())
