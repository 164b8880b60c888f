"""Names and ARNs: known beforehand, right in every partition, within AWS's limits."""
# ruff: noqa: D103 - each name says the property

from __future__ import annotations

import pytest

from config import place
from config.place import Place


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_arns_begin_with_their_partition(partition: str) -> None:
    here = Place(partition, "r-1", "1")
    assert here.arn("cloudtrail", "trail/t") == f"arn:{partition}:cloudtrail:r-1:1:trail/t"
    assert here.bucket_arn("b") == f"arn:{partition}:s3:::b"
    assert here.role_arn("path/n") == f"arn:{partition}:iam::1:role/path/n"
    assert here.root_arn == f"arn:{partition}:iam::1:root"


def test_a_name_given_is_taken_as_it_is() -> None:
    assert place.trail_name("mine", "p", "s") == "mine"
    assert place.bucket_name("mine", "t", Place("aws", "r", "1")) == "mine"


def test_a_name_not_given_is_unique_to_project_stack_account_and_region() -> None:
    assert place.trail_name("", "p", "s") == "p-s"
    assert place.bucket_name("", "My_Trail.x", Place("aws", "r-1", "1")) == "my-trail-x-1-r-1"


def test_the_folder_of_logs_ends_in_one_slash_with_and_without_key_prefix() -> None:
    assert place.logs_folder("a/b") == "a/b/AWSLogs/"
    assert place.logs_folder("") == "AWSLogs/"


@pytest.mark.parametrize(
    ("partition", "region", "name"),
    [
        ("aws", "us-east-1", "s3.us-east-1.amazonaws.com"),
        ("aws-us-gov", "us-gov-west-1", "s3.us-gov-west-1.amazonaws.com"),
        ("aws-cn", "cn-north-1", "s3.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_kms_knows_s3_by_its_regions_domain(partition: str, region: str, name: str) -> None:
    assert Place(partition, region, "1").via_service("s3") == name
