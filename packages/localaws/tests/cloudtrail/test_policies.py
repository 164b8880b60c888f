"""Delivery under the policies of bucket and key: what stops it, and that nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localaws.testing import ACCOUNT_ID, LocalAws
from packages.localaws.tests.cloudtrail.deployment import BUCKET, REGION, TRAIL, TRAIL_ARN, Deployment

OTHER_TRAIL = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT_ID}:trail/other"


@pytest.fixture
def deployment(local_aws: LocalAws) -> Deployment:
    """Bucket and key, in an otherwise empty cloud."""
    local_aws.control("reset", {})
    return Deployment(local_aws)


def without(policy: dict[str, Any], sid: str) -> dict[str, Any]:
    """Return the policy less one statement, which must be there."""
    kept = [statement for statement in policy["Statement"] if statement["Sid"] != sid]
    assert len(kept) == len(policy["Statement"]) - 1
    return {**policy, "Statement": kept}


def with_condition(policy: dict[str, Any], sid: str, key: str, value: str) -> dict[str, Any]:
    """Return the policy with another value in a condition, which must be there."""
    (statement,) = (statement for statement in policy["Statement"] if statement["Sid"] == sid)
    (tests,) = (tests for tests in statement["Condition"].values() if key in tests)
    tests[key] = value
    return policy


BUCKET_BREAKS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "no ACL check": lambda policy: without(policy, "CloudTrailChecksBucketAcl"),
    "no writing": lambda policy: without(policy, "CloudTrailWritesLogs"),
    "ACL check of another trail": lambda policy: with_condition(
        policy, "CloudTrailChecksBucketAcl", "aws:SourceArn", OTHER_TRAIL
    ),
    "writing of another trail": lambda policy: with_condition(
        policy, "CloudTrailWritesLogs", "aws:SourceArn", OTHER_TRAIL
    ),
    "another ACL": lambda policy: with_condition(
        policy, "CloudTrailWritesLogs", "s3:x-amz-acl", "public-read"
    ),
}
KEY_BREAKS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "no encryption": lambda policy: without(policy, "CloudTrailEncryptsLogs"),
    "no description": lambda policy: without(policy, "CloudTrailDescribesKey"),
    "encryption for another trail": lambda policy: with_condition(
        policy, "CloudTrailEncryptsLogs", "aws:SourceArn", OTHER_TRAIL
    ),
    "encryption bound to another trail": lambda policy: with_condition(
        policy, "CloudTrailEncryptsLogs", "kms:EncryptionContext:aws:cloudtrail:arn", OTHER_TRAIL
    ),
}


def held_back_and_restored(deployment: Deployment, error: str, restore: Callable[[], object]) -> None:
    """Check that calls made now are held back with this error, and that all arrive once after `restore`."""
    made = deployment.call_image_builder(3)
    deployment.deliver()
    status = deployment.status()
    assert status["LatestDeliveryError"] == error
    assert status["LatestDeliveryAttemptSucceeded"] == ""
    assert not made & set(deployment.delivered_requests())
    restore()
    made |= deployment.call_image_builder()
    deployment.deliver()
    delivered = deployment.delivered_requests()
    assert made <= set(delivered)
    assert len(delivered) == len(set(delivered))
    assert "LatestDeliveryError" not in deployment.status()


@pytest.mark.parametrize("reason", BUCKET_BREAKS)
def test_delivery_stops_without_what_the_bucket_policy_must_allow(
    deployment: Deployment, reason: str
) -> None:
    """Each needed statement and condition of the bucket policy stops delivery, and nothing is lost."""
    deployment.create_trail()
    deployment.put_bucket_policy(BUCKET_BREAKS[reason](deployment.bucket_policy()))
    held_back_and_restored(
        deployment, "AccessDenied", lambda: deployment.put_bucket_policy(deployment.bucket_policy())
    )


@pytest.mark.parametrize("reason", KEY_BREAKS)
def test_delivery_stops_without_what_the_key_policy_must_allow(deployment: Deployment, reason: str) -> None:
    """Each needed statement and condition of the key policy stops delivery, and nothing is lost."""
    deployment.create_trail()
    deployment.put_key_policy(KEY_BREAKS[reason](deployment.key_policy()))
    held_back_and_restored(
        deployment, "AccessDenied", lambda: deployment.put_key_policy(deployment.key_policy())
    )


def test_delivery_stops_while_the_key_is_disabled(deployment: Deployment) -> None:
    """A disabled key is told as KMS.DisabledException, and nothing is lost."""
    deployment.create_trail()
    deployment.kms.disable_key(KeyId=deployment.key_id)
    held_back_and_restored(
        deployment, "KMS.DisabledException", lambda: deployment.kms.enable_key(KeyId=deployment.key_id)
    )


def test_delivery_stops_while_the_key_waits_for_deletion(deployment: Deployment) -> None:
    """A key that is to be deleted is told as KMS.KMSInvalidStateException, and nothing is lost."""
    deployment.create_trail()
    deployment.kms.schedule_key_deletion(KeyId=deployment.key_id)

    def restore() -> None:
        deployment.kms.cancel_key_deletion(KeyId=deployment.key_id)
        deployment.kms.enable_key(KeyId=deployment.key_id)

    held_back_and_restored(deployment, "KMS.KMSInvalidStateException", restore)


def test_delivery_stops_while_the_bucket_is_gone(deployment: Deployment) -> None:
    """A deleted bucket is told as NoSuchBucket, and events wait for it."""
    deployment.create_trail(IsMultiRegionTrail=False)
    deployment.put_bucket_policy(without(deployment.bucket_policy(), "CloudTrailWritesLogs"))
    made = deployment.call_image_builder(2)
    for key in deployment.log_keys():
        deployment.s3.delete_object(Bucket=BUCKET, Key=key)
    deployment.s3.delete_bucket(Bucket=BUCKET)
    deployment.deliver()
    assert deployment.status()["LatestDeliveryError"] == "NoSuchBucket"
    deployment.s3.create_bucket(Bucket=BUCKET)
    deployment.put_bucket_policy(deployment.bucket_policy())
    deployment.deliver()
    assert sorted(deployment.delivered_requests()) == sorted(made)


def test_an_account_without_delivery_errors_tells_of_none(deployment: Deployment) -> None:
    """A healthy trail has a delivery time and no error."""
    deployment.create_trail()
    made = deployment.call_image_builder(2)
    deployment.deliver()
    status = deployment.status()
    assert status["IsLogging"] is True
    assert status["LatestDeliveryTime"]
    assert status["LatestDeliveryAttemptTime"] == status["LatestDeliveryAttemptSucceeded"] != ""
    assert "LatestDeliveryError" not in status
    assert made <= set(deployment.delivered_requests())


def test_log_files_are_encrypted_with_the_trails_key(deployment: Deployment) -> None:
    """HeadObject of a log file shows SSE-KMS and the key."""
    deployment.create_trail()
    deployment.call_image_builder()
    deployment.deliver()
    head = deployment.s3.head_object(Bucket=BUCKET, Key=deployment.log_keys()[0])
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", deployment.key_arn)
    assert (head["ContentType"], head["ContentEncoding"]) == ("application/json", "gzip")


def test_a_bucket_key_needs_decrypt(local_aws: LocalAws) -> None:
    """With an S3 bucket key, CloudTrail must be let decrypt too."""
    local_aws.control("reset", {})
    deployment = Deployment(local_aws, bucket_key=True)
    deployment.create_trail()
    deployment.put_key_policy(without(deployment.key_policy(), "CloudTrailUsesBucketKey"))
    held_back_and_restored(
        deployment, "AccessDenied", lambda: deployment.put_key_policy(deployment.key_policy())
    )
    assert deployment.s3.head_object(Bucket=BUCKET, Key=deployment.log_keys()[0])["BucketKeyEnabled"] is True


def test_another_trail_of_the_account_gets_no_use_of_bucket_and_key(deployment: Deployment) -> None:
    """The confused deputy: policies bound to one trail refuse another one of the same account."""
    deployment.create_trail()
    with pytest.raises(ClientError) as refused:
        deployment.cloudtrail.create_trail(Name="other", S3BucketName=BUCKET)
    assert refused.value.response["Error"] == {
        "Code": "InsufficientS3BucketPolicyException",
        "Message": f"Incorrect S3 bucket policy is detected for bucket: {BUCKET}",
    }


def test_another_accounts_trail_of_the_same_name_gets_no_use_of_bucket_and_key(
    deployment: Deployment,
) -> None:
    """The confused deputy: another account's trail, even of the same name, is refused bucket and key."""
    stranger = deployment.aws.client("cloudtrail", access_key="999999999999")
    with pytest.raises(ClientError) as refused:
        stranger.create_trail(Name=TRAIL, S3BucketName=BUCKET)
    assert refused.value.response["Error"]["Code"] == "InsufficientS3BucketPolicyException"
    own = deployment.aws.client("s3", access_key="999999999999")
    own.create_bucket(Bucket="the-strangers-bucket")
    own.put_bucket_policy(Bucket="the-strangers-bucket", Policy=open_bucket_policy("the-strangers-bucket"))
    with pytest.raises(ClientError) as refused:
        stranger.create_trail(Name=TRAIL, S3BucketName="the-strangers-bucket", KmsKeyId=deployment.key_arn)
    assert refused.value.response["Error"] == {
        "Code": "InsufficientEncryptionPolicyException",
        "Message": "Insufficient permissions to access S3 bucket the-strangers-bucket or KMS key"
        f" {deployment.key_arn}.",
    }
    assert stranger.create_trail(Name=TRAIL, S3BucketName="the-strangers-bucket")["Name"] == TRAIL


def test_logs_outside_the_key_are_refused(deployment: Deployment) -> None:
    """A trail may have no key, but its log files are not let into a bucket that asks for one."""
    deployment.create_trail()
    trail = deployment.cloudtrail.update_trail(Name=TRAIL_ARN, KmsKeyId="")
    assert "KmsKeyId" not in trail
    held_back_and_restored(
        deployment,
        "AccessDenied",
        lambda: deployment.cloudtrail.update_trail(Name=TRAIL, KmsKeyId=deployment.key_arn),
    )


def open_bucket_policy(bucket: str) -> str:
    """Return a policy that lets CloudTrail write for any trail."""
    statements = [
        {
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": action,
            "Resource": resource,
        }
        for action, resource in (
            ("s3:GetBucketAcl", f"arn:aws:s3:::{bucket}"),
            ("s3:PutObject", f"arn:aws:s3:::{bucket}/*"),
        )
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
