"""What records call an operation."""

from __future__ import annotations

import pytest

from localaws.models import operation_of, record_name


@pytest.mark.parametrize(
    ("service", "operation", "recorded"),
    [
        ("s3", "PutBucketLifecycleConfiguration", "PutBucketLifecycle"),
        ("s3", "PutPublicAccessBlock", "PutBucketPublicAccessBlock"),
        ("s3", "PutBucketPolicy", "PutBucketPolicy"),
        ("cloudfront", "ListDistributions", "ListDistributions2020_05_31"),
        ("imagebuilder", "CreateImage", "CreateImage"),
        ("lambda", "CreateFunction", "CreateFunction20150331"),
        ("lambda", "UpdateFunctionConfiguration", "UpdateFunctionConfiguration20150331v2"),
    ],
)
def test_event_names_are_cloudtrails(service: str, operation: str, recorded: str) -> None:
    """Where CloudTrail calls an operation otherwise than the SDK, so does the record."""
    assert record_name(operation_of(service, operation, {})) == recorded
