"""What moto would do otherwise than AWS, seen over HTTP."""

from __future__ import annotations

import gc
from collections.abc import Mapping

import pytest
from botocore.exceptions import ClientError
from moto.s3.models import FakeKey

from localaws.testing import LocalAws
from packages.localaws.tests.front import Front

NO_MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:none"


def test_a_key_is_disabled_enabled_and_doomed_by_its_arn(local_aws: LocalAws) -> None:
    """KMS takes an ARN wherever it takes a key id."""
    kms = local_aws.client("kms")
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    states = []
    for name, more in (
        ("disable_key", {}),
        ("enable_key", {}),
        ("schedule_key_deletion", {"PendingWindowInDays": 7}),
        ("cancel_key_deletion", {}),
    ):
        getattr(kms, name)(KeyId=arn, **more)
        states.append(kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"])
    assert states == ["Disabled", "Enabled", "PendingDeletion", "Disabled"]


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "code"),
    [
        ("sqs", "get_queue_url", {"QueueName": "none"}, "QueueDoesNotExist"),
        ("dynamodb", "describe_table", {"TableName": "none"}, "ResourceNotFoundException"),
        (
            "stepfunctions",
            "describe_state_machine",
            {"stateMachineArn": NO_MACHINE},
            "StateMachineDoesNotExist",
        ),
        ("kms", "describe_key", {"KeyId": "none"}, "NotFoundException"),
    ],
)
def test_an_error_in_json_is_named_in_the_header_without_a_namespace(
    local_aws: LocalAws, service: str, operation: str, parameters: Mapping[str, str], code: str
) -> None:
    """The AWS SDK for Java takes the header, as it is, for the code."""
    with pytest.raises(ClientError) as refused:
        getattr(local_aws.client(service), operation)(**parameters)
    assert refused.value.response["ResponseMetadata"]["HTTPHeaders"]["x-amzn-errortype"] == code


def test_a_delete_marker_goes_from_a_bucket_whose_versioning_is_suspended(local_aws: LocalAws) -> None:
    """As when a bucket is emptied before it is deleted."""
    s3 = local_aws.client("s3")
    s3.create_bucket(Bucket="suspended")
    s3.put_bucket_versioning(Bucket="suspended", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="suspended", Key="log", Body=b"x")
    s3.delete_object(Bucket="suspended", Key="log")
    s3.put_bucket_versioning(Bucket="suspended", VersioningConfiguration={"Status": "Suspended"})
    versions = s3.list_object_versions(Bucket="suspended")
    for kind in ("DeleteMarkers", "Versions"):
        for one in versions[kind]:
            s3.delete_object(Bucket="suspended", Key="log", VersionId=one["VersionId"])
    s3.delete_bucket(Bucket="suspended")


def test_after_a_reset_it_is_another_aws(local_aws: LocalAws) -> None:
    """State that was kept of the one before, such as Pulumi's, is not taken for the new one's."""
    before = local_aws.control("info")["instance"]
    local_aws.control("reset", {})
    assert local_aws.control("info")["instance"] != before


def test_what_was_overwritten_or_deleted_takes_no_memory(front: Front) -> None:
    """A server that runs for days holds what is there, not all that ever was."""
    s3 = front.client("s3")
    s3.create_bucket(Bucket="example-bucket")
    for number in range(20):
        s3.put_object(Bucket="example-bucket", Key="overwritten", Body=b"%d" % number)
        s3.put_object(Bucket="example-bucket", Key="deleted", Body=b"x")
        s3.delete_object(Bucket="example-bucket", Key="deleted")
    gc.collect()
    held = [
        one for one in gc.get_objects() if isinstance(one, FakeKey) and one.bucket_name == "example-bucket"
    ]
    assert [key.name for key in held] == ["overwritten"]
    assert s3.get_object(Bucket="example-bucket", Key="overwritten")["Body"].read() == b"19"


def test_a_reset_closes_the_files_of_all_objects(front: Front) -> None:
    """Which it finds although they are held weakly."""
    s3 = front.client("s3")
    s3.create_bucket(Bucket="example-bucket")
    s3.put_object(Bucket="example-bucket", Key="key", Body=b"x")
    (key,) = [one for one in gc.get_objects() if isinstance(one, FakeKey)]
    front.cloud.reset()
    assert key.disposed
