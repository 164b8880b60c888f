"""What the auditor, break-glass and an administrator try on a deployed stack: calls, with names to fill in.

A name in braces stands for what the stack has: {bucket}, {access_bucket}, {log}, {log_version}, {digest},
{key}, {alias}, {trail}, {role} (the caller's own), {break_glass}, {deployer}.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Call = tuple[str, str, Mapping[str, Any]]

_BUCKET = {"Bucket": "{bucket}"}
_LOG = {**_BUCKET, "Key": "{log}"}
_VERSION = {**_LOG, "VersionId": "{log_version}"}
_KEY = {"KeyId": "{key}"}
_OPEN = json.dumps({"Version": "2012-10-17", "Statement": []})
_RETENTION = {"Mode": "GOVERNANCE", "RetainUntilDate": "2020-01-01T00:00:00Z"}
_EXPIRY = {"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
_UNENCRYPTED = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
_PUBLIC = dict.fromkeys(
    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), False
)
_REPLICATION = {
    "Role": "arn:aws:iam::123456789012:role/r",
    "Rules": [{"Status": "Enabled", "Prefix": "", "Destination": {"Bucket": "arn:aws:s3:::elsewhere"}}],
}
_SELECTORS = [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": True, "DataResources": []}]
_TAGS = [{"Key": "Stack", "Value": "other"}]

READING: tuple[Call, ...] = (
    ("s3", "get_bucket_location", _BUCKET),
    ("s3", "list_objects_v2", _BUCKET),
    ("s3", "list_object_versions", _BUCKET),
    ("s3", "get_object", _LOG),
    ("s3", "get_object", _VERSION),
    ("s3", "head_object", _LOG),
    ("s3", "get_object", {**_BUCKET, "Key": "{digest}"}),
    ("s3", "get_bucket_acl", _BUCKET),
    ("s3", "get_bucket_logging", _BUCKET),
    ("s3", "get_object_lock_configuration", _BUCKET),
    ("s3", "get_bucket_ownership_controls", _BUCKET),
    ("s3", "get_bucket_policy", _BUCKET),
    ("s3", "get_bucket_policy_status", _BUCKET),
    ("s3", "get_public_access_block", _BUCKET),
    ("s3", "get_bucket_versioning", _BUCKET),
    ("s3", "get_bucket_encryption", _BUCKET),
    ("s3", "get_bucket_lifecycle_configuration", _BUCKET),
    ("s3", "list_objects_v2", {"Bucket": "{access_bucket}"}),
    ("logs", "describe_log_groups", {}),
    ("ec2", "describe_regions", {}),
    ("imagebuilder", "list_components", {"owner": "Self"}),
    ("cloudtrail", "get_event_selectors", {"TrailName": "{trail}"}),
    ("cloudtrail", "get_trail", {"Name": "{trail}"}),
    ("cloudtrail", "get_trail_status", {"Name": "{trail}"}),
    ("cloudtrail", "list_tags", {"ResourceIdList": ["{trail}"]}),
    ("cloudtrail", "describe_trails", {}),
    ("cloudtrail", "list_trails", {}),
    ("cloudtrail", "list_public_keys", {}),
    ("cloudtrail", "lookup_events", {}),
    ("kms", "describe_key", _KEY),
    ("kms", "get_key_policy", {**_KEY, "PolicyName": "default"}),
    ("kms", "get_key_rotation_status", _KEY),
    ("sts", "get_caller_identity", {}),
)
FORGING: tuple[Call, ...] = (
    ("s3", "put_object", {**_LOG, "Body": b"forged"}),
    ("s3", "put_object", {**_LOG, "Body": b"x", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "{key}"}),
    ("s3", "put_object", {**_BUCKET, "Key": "{digest}", "Body": b"forged"}),
    ("s3", "copy_object", {**_BUCKET, "Key": "{log}-again.json.gz", "CopySource": "{bucket}/{log}"}),
    ("s3", "create_multipart_upload", _LOG),
    ("kms", "encrypt", {**_KEY, "Plaintext": b"forged"}),
    ("kms", "generate_data_key", {**_KEY, "KeySpec": "AES_256"}),
)
DELETING: tuple[Call, ...] = (
    ("s3", "delete_object", _LOG),
    ("s3", "delete_object", _VERSION),
    ("s3", "delete_object", {**_VERSION, "BypassGovernanceRetention": True}),
    ("s3", "delete_objects", {**_BUCKET, "Delete": {"Objects": [{"Key": "{log}"}]}}),
    ("s3", "delete_bucket", _BUCKET),
    ("kms", "schedule_key_deletion", _KEY),
    ("kms", "disable_key", _KEY),
)
LOOSENING: tuple[Call, ...] = (
    ("s3", "put_bucket_policy", {**_BUCKET, "Policy": _OPEN}),
    ("s3", "delete_bucket_policy", _BUCKET),
    ("s3", "put_bucket_versioning", {**_BUCKET, "VersioningConfiguration": {"Status": "Suspended"}}),
    ("s3", "put_bucket_encryption", {**_BUCKET, "ServerSideEncryptionConfiguration": _UNENCRYPTED}),
    ("s3", "delete_bucket_encryption", _BUCKET),
    ("s3", "put_bucket_lifecycle_configuration", {**_BUCKET, "LifecycleConfiguration": {"Rules": [_EXPIRY]}}),
    ("s3", "delete_bucket_lifecycle", _BUCKET),
    ("s3", "put_bucket_acl", {**_BUCKET, "ACL": "public-read"}),
    ("s3", "delete_bucket_ownership_controls", _BUCKET),
    ("s3", "put_public_access_block", {**_BUCKET, "PublicAccessBlockConfiguration": _PUBLIC}),
    ("s3", "delete_public_access_block", _BUCKET),
    ("s3", "put_bucket_logging", {**_BUCKET, "BucketLoggingStatus": {}}),
    (
        "s3",
        "put_object_lock_configuration",
        {**_BUCKET, "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}},
    ),
    ("s3", "put_bucket_replication", {**_BUCKET, "ReplicationConfiguration": _REPLICATION}),
    ("kms", "put_key_policy", {**_KEY, "PolicyName": "default", "Policy": _OPEN}),
)
DECRYPTING: tuple[Call, ...] = (
    ("kms", "decrypt", {**_KEY, "CiphertextBlob": b"x" * 128}),
    (
        "kms",
        "re_encrypt",
        {"CiphertextBlob": b"x" * 128, "SourceKeyId": "{key}", "DestinationKeyId": "{key}"},
    ),
    (
        "kms",
        "create_grant",
        {**_KEY, "GranteePrincipal": "arn:aws:iam::123456789012:user/ci", "Operations": ["Decrypt"]},
    ),
)
STOPPING: tuple[Call, ...] = (
    ("cloudtrail", "stop_logging", {"Name": "{trail}"}),
    ("cloudtrail", "delete_trail", {"Name": "{trail}"}),
    ("cloudtrail", "update_trail", {"Name": "{trail}", "S3BucketName": "elsewhere"}),
    ("cloudtrail", "put_event_selectors", {"TrailName": "{trail}", "EventSelectors": _SELECTORS}),
)
RISING: tuple[Call, ...] = (
    ("iam", "put_role_policy", {"RoleName": "{role}", "PolicyName": "p", "PolicyDocument": _OPEN}),
    ("iam", "update_assume_role_policy", {"RoleName": "{role}", "PolicyDocument": _OPEN}),
    (
        "iam",
        "attach_role_policy",
        {"RoleName": "{role}", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
    ),
    ("iam", "delete_role_policy", {"RoleName": "{role}", "PolicyName": "p"}),
    ("iam", "create_role", {"RoleName": "another", "AssumeRolePolicyDocument": _OPEN}),
    ("iam", "create_access_key", {"UserName": "ci"}),
    ("iam", "create_user", {"UserName": "another"}),
    ("sts", "assume_role", {"RoleArn": "{deployer}", "RoleSessionName": "trying"}),
    ("sts", "get_federation_token", {"Name": "trying"}),
)
ELSEWHERE: tuple[Call, ...] = (
    ("s3", "put_object", {**_BUCKET, "Key": "outside", "Body": b"x"}),
    ("s3", "put_object_retention", {**_LOG, "Retention": _RETENTION, "BypassGovernanceRetention": True}),
    ("s3", "put_object_legal_hold", {**_LOG, "LegalHold": {"Status": "OFF"}}),
    ("s3", "put_object_acl", {**_LOG, "ACL": "public-read"}),
    ("s3", "put_object_tagging", {**_LOG, "Tagging": {"TagSet": []}}),
    ("s3", "put_bucket_tagging", {**_BUCKET, "Tagging": {"TagSet": []}}),
    ("s3", "put_object", {"Bucket": "{access_bucket}", "Key": "any", "Body": b"x"}),
    ("s3", "delete_object", {"Bucket": "{access_bucket}", "Key": "any"}),
    ("s3", "list_buckets", {}),
    ("s3", "create_bucket", {"Bucket": "another-bucket-of-mine"}),
    ("kms", "disable_key_rotation", _KEY),
    ("kms", "tag_resource", {**_KEY, "Tags": [{"TagKey": "Stack", "TagValue": "other"}]}),
    ("kms", "update_alias", {"AliasName": "{alias}", "TargetKeyId": "{key}"}),
    ("kms", "delete_alias", {"AliasName": "{alias}"}),
    ("kms", "create_key", {}),
    ("kms", "list_keys", {}),
    ("kms", "list_grants", _KEY),
    ("cloudtrail", "start_logging", {"Name": "{trail}"}),
    ("cloudtrail", "add_tags", {"ResourceId": "{trail}", "TagsList": _TAGS}),
    ("cloudtrail", "remove_tags", {"ResourceId": "{trail}", "TagsList": _TAGS}),
    ("cloudtrail", "create_trail", {"Name": "another", "S3BucketName": "{bucket}"}),
    ("iam", "delete_role", {"RoleName": "{role}"}),
    ("iam", "list_users", {}),
    ("imagebuilder", "list_images", {"owner": "Self"}),
    ("imagebuilder", "delete_image", {"imageBuildVersionArn": "{image}"}),
    ("ec2", "describe_instances", {}),
)


def filled(value: Any, names: Mapping[str, str]) -> Any:
    """Put a stack's names into the parameters of a call."""
    if isinstance(value, Mapping):
        return {key: filled(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, names) for item in value]
    if isinstance(value, str) and value.startswith("{") and value != _OPEN:
        return value.format_map(names)
    return value


def title(call: Call) -> str:
    """The name of a call in reports of tests."""
    service, operation, parameters = call
    what = parameters.get("Key") or parameters.get("Bucket") or parameters.get("RoleName") or ""
    return f"{service}-{operation}-{str(what).strip('{}')}".strip("-")
