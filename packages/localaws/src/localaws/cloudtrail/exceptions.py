"""CloudTrail's errors, one class a code.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Operations.html lists them by operation.
"""

# ruff: noqa: N818 - the names are AWS's own error codes
from __future__ import annotations

from localaws.errors import AwsError


class CloudTrailError(AwsError):
    """Any error of CloudTrail; a subclass's name is its code."""

    def __init_subclass__(cls) -> None:
        cls.code = cls.__name__


class TrailNotFoundException(CloudTrailError):
    """No trail of that name or ARN."""


class TrailAlreadyExistsException(CloudTrailError):
    """The account has a trail of that name in this Region."""


class MaximumNumberOfTrailsExceededException(CloudTrailError):
    """More than five trails in a Region."""


class InvalidTrailNameException(CloudTrailError):
    """A trail name of wrong length or characters."""


class CloudTrailARNInvalidException(CloudTrailError):
    """An ARN that is no trail's."""


class InvalidHomeRegionException(CloudTrailError):
    """A trail changed from another Region than its own."""


class InvalidParameterCombinationException(CloudTrailError):
    """Parameters that do not go together."""


class InvalidParameterException(CloudTrailError):
    """A parameter's value is wrong."""


class S3BucketDoesNotExistException(CloudTrailError):
    """The bucket for log files is not there."""


class InvalidS3BucketNameException(CloudTrailError):
    """No name that a bucket can have."""


class InvalidS3PrefixException(CloudTrailError):
    """No prefix that log files can have."""


class InsufficientS3BucketPolicyException(CloudTrailError):
    """CloudTrail may not read the bucket's ACL or write log files."""


class InsufficientEncryptionPolicyException(CloudTrailError):
    """CloudTrail may not encrypt with the trail's key."""


class InvalidKmsKeyIdException(CloudTrailError):
    """No key id, key ARN or alias."""


class KmsKeyNotFoundException(CloudTrailError):
    """The key is not there, or not in the bucket's Region."""


class KmsException(CloudTrailError):
    """The key cannot be used: disabled, or waiting for its deletion."""


class InvalidSnsTopicNameException(CloudTrailError):
    """No name or ARN that a topic can have."""


class InsufficientSnsTopicPolicyException(CloudTrailError):
    """CloudTrail may not publish to the topic, or it is not there."""


class InvalidCloudWatchLogsLogGroupArnException(CloudTrailError):
    """The log group's ARN is wrong, or the group is not there."""


class InvalidCloudWatchLogsRoleArnException(CloudTrailError):
    """The role for CloudWatch Logs cannot be assumed, or may not write."""


class InvalidEventSelectorsException(CloudTrailError):
    """Event selectors that CloudTrail does not take."""


class InvalidInsightSelectorsException(CloudTrailError):
    """Insight selectors that CloudTrail does not take."""


class InsightNotEnabledException(CloudTrailError):
    """The trail has no insight selectors."""


class InvalidLookupAttributesException(CloudTrailError):
    """A lookup attribute that Event history does not know."""


class InvalidTimeRangeException(CloudTrailError):
    """The start comes after the end, or is out of range."""


class InvalidMaxResultsException(CloudTrailError):
    """A page size other than 1 to 50."""


class InvalidNextTokenException(CloudTrailError):
    """A token that was not given for this request."""


class InvalidEventCategoryException(CloudTrailError):
    """An event category other than insight."""


class InvalidTagParameterException(CloudTrailError):
    """A tag twice, or without a key."""


class TagsLimitExceededException(CloudTrailError):
    """More than 50 tags."""


class ResourceNotFoundException(CloudTrailError):
    """A resource to tag is not there."""


class ResourceTypeNotSupportedException(CloudTrailError):
    """A kind of resource that the operation does not take."""


class ResourceARNNotValidException(CloudTrailError):
    """The ARN of a resource policy's resource is wrong."""


class UnsupportedOperationException(CloudTrailError):
    """An operation that this CloudTrail does not carry out."""


class NotOrganizationMasterAccountException(CloudTrailError):
    """An organization trail asked for by another account than the management account."""


class OrganizationsNotInUseException(CloudTrailError):
    """An organization trail asked for by an account in no organization."""


class OrganizationNotInAllFeaturesModeException(CloudTrailError):
    """The organization has consolidated billing only."""


class CloudTrailAccessNotEnabledException(CloudTrailError):
    """The organization does not trust CloudTrail."""


class ThrottlingException(CloudTrailError):
    """Too many calls a second."""


class ValidationException(CloudTrailError):
    """A required parameter is missing."""
