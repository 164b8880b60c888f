"""Checks of a trail's settings as a whole, before the trail takes them.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html#API_CreateTrail_Errors
"""

from __future__ import annotations

import re

from localaws.cloudtrail import channels
from localaws.cloudtrail.authorization import may_use_bucket, may_use_key
from localaws.cloudtrail.exceptions import (
    InsufficientEncryptionPolicyException,
    InsufficientS3BucketPolicyException,
    InsufficientSnsTopicPolicyException,
    InvalidCloudWatchLogsLogGroupArnException,
    InvalidCloudWatchLogsRoleArnException,
    InvalidKmsKeyIdException,
    InvalidParameterCombinationException,
    InvalidSnsTopicNameException,
    KmsException,
    KmsKeyNotFoundException,
    S3BucketDoesNotExistException,
)
from localaws.cloudtrail.keys import find_key, is_key_id
from localaws.cloudtrail.models import Trail
from localaws.cloudtrail.names import check_bucket_name, check_prefix
from localaws.cloudtrail.storage import Bucket

_TOPIC = re.compile(r"(arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:)?[A-Za-z0-9_-]{1,256}")


def check_settings(trail: Trail) -> None:
    """Check bucket, key, topic and log group as CreateTrail, UpdateTrail and StartLogging do.

    The key's ARN takes the place of whatever form of its id was given.

    Raises:
        CloudTrailError: the setting that is wrong, as AWS names it.

    """
    check_bucket_name(trail.bucket)
    if trail.prefix:
        check_prefix(trail.prefix)
    if trail.multi_region and not trail.include_global:
        raise InvalidParameterCombinationException("Multi-Region trail must include global service events.")
    bucket = Bucket.find(trail.bucket)
    if bucket is None:
        raise S3BucketDoesNotExistException(f"S3 bucket {trail.bucket} does not exist!")
    if not all(may_use_bucket(trail, bucket, f"{folder}CloudTrail") for folder in trail.test_folders()):
        raise InsufficientS3BucketPolicyException(
            f"Incorrect S3 bucket policy is detected for bucket: {trail.bucket}"
        )
    if trail.key_arn:
        trail.key_arn = _checked_key(trail, bucket, trail.key_arn)
    if trail.topic:
        _check_topic(trail, trail.topic)
    _check_log_group(trail)


def _checked_key(trail: Trail, bucket: Bucket, key_id: str) -> str:
    """Return the ARN of the key, which CloudTrail may use for this bucket."""
    if not is_key_id(key_id):
        raise InvalidKmsKeyIdException(f"KMS key ID {key_id} is not valid.")
    key = find_key(key_id, trail.account_id, trail.home_region)
    if key is None:
        raise KmsKeyNotFoundException(f"KMS key {key_id} does not exist.")
    if key.region != bucket.region:
        raise KmsKeyNotFoundException(
            f"KMS key {key.arn} and S3 bucket {bucket.name} are not in the same Region: {bucket.region}."
        )
    if key.state != "Enabled":
        raise KmsException(f"KMS key {key.arn} cannot be used: it is {key.state}.")
    if not may_use_key(trail, bucket, f"{trail.folder(trail.account_id)}CloudTrail", key):
        raise InsufficientEncryptionPolicyException(
            f"Insufficient permissions to access S3 bucket {bucket.name} or KMS key {key.arn}."
        )
    return key.arn


def _check_topic(trail: Trail, topic: str) -> None:
    if not _TOPIC.fullmatch(topic):
        raise InvalidSnsTopicNameException(f"SNS topic name {topic} is not valid.")
    if channels.sns.refusal(trail) is not None:
        raise InsufficientSnsTopicPolicyException(
            "SNS Topic does not exist or the topic policy is incorrect!"
        )


def _check_log_group(trail: Trail) -> None:
    """Check that log group and role come together, and that the role can write there."""
    if trail.log_group_arn and not trail.role_arn:
        raise InvalidCloudWatchLogsRoleArnException("You must specify a role ARN as well as a log group.")
    if trail.role_arn and not trail.log_group_arn:
        raise InvalidCloudWatchLogsLogGroupArnException("You must specify a log group as well as a role ARN.")
    if not trail.log_group_arn or not trail.role_arn:
        return
    if channels.cloudwatch_logs.find_log_group(trail.log_group_arn) is None:
        raise InvalidCloudWatchLogsLogGroupArnException(
            "Check the log group ARN: CloudTrail can't validate it."
        )
    if not channels.cloudwatch_logs.trusts(trail.role_arn):
        raise InvalidCloudWatchLogsRoleArnException(
            "Access denied. Check the trust relationships for your role."
        )
    if not channels.cloudwatch_logs.may_write(trail, (trail.account_id, trail.home_region)):
        raise InvalidCloudWatchLogsLogGroupArnException("Access denied. Check the permissions for your role.")
