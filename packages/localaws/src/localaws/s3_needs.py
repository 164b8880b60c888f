"""What calls of S3 need besides the action that bears their name: by version, by lock and by encryption.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

from moto.s3.models import FakeBucket, FakeKey, s3_backends

from localaws.call import Call
from localaws.iam_policies import bucket_owner, key_arn

# The actions that have another name where the call names a version of the object.
_OF_VERSIONS = {
    action: f"{action}Version"
    for action in ("DeleteObject", "GetObject", "GetObjectAcl", "GetObjectTagging", "PutObjectAcl")
} | {"DeleteObjectTagging": "DeleteObjectVersionTagging", "PutObjectTagging": "PutObjectVersionTagging"}
_READING = {"GetObject", "SelectObjectContent"}
_WRITING = {"CopyObject", "CreateMultipartUpload", "PutObject"}
_DELETING = {"DeleteObject", "DeleteObjects"}


def s3_pairs(call: Call, action: str) -> Iterator[tuple[str, str]]:
    """The (action, resource ARN) pairs that a call of S3 needs; `action` is its own without the prefix."""
    bucket = call.parameters.get("Bucket")
    if bucket is None:
        yield f"s3:{action}", "*"
        return
    arn = f"arn:{call.partition}:s3:::{bucket}"
    if "Key" not in call.parameters and call.operation != "DeleteObjects":
        yield f"s3:{action}", arn
        return
    for key, version in _objects(call):
        named = f"{arn}/{key}"
        yield f"s3:{_OF_VERSIONS.get(action, action) if version else action}", named
        if call.operation in _DELETING and _held_by_governance(_stored(call, bucket, key, version), call):
            yield "s3:BypassGovernanceRetention", named
        if call.operation in _READING:
            yield from _decryption(call, _stored(call, bucket, key, version))
    if call.operation in _WRITING:
        yield from _encryption(call, bucket)
    if call.operation in {"CopyObject", "UploadPartCopy"}:
        yield from _copied(call)


def _copied(call: Call) -> Iterator[tuple[str, str]]:
    """What reading the source of a copy needs; the header is read as moto reads it, who carries it out."""
    source = urlparse(str(call.parameters.get("CopySource", "")))
    bucket, _, key = unquote(source.path).lstrip("/").partition("/")
    version = parse_qs(source.query).get("versionId", [None])[0]
    action = "GetObjectVersion" if version else "GetObject"
    yield f"s3:{action}", f"arn:{call.partition}:s3:::{bucket}/{key}"
    yield from _decryption(call, _stored(call, bucket, key, version))


def _objects(call: Call) -> Iterator[tuple[str, str | None]]:
    """The key and version of every object that a call names."""
    if call.operation == "DeleteObjects":
        yield from ((one["Key"], one.get("VersionId")) for one in call.parameters["Delete"]["Objects"])
    else:
        yield call.parameters["Key"], call.parameters.get("VersionId")


def _held_by_governance(stored: FakeKey | None, call: Call) -> bool:
    """Whether an object could only be deleted by the bypass that the call asks for.

    Who asks for it without need needs no permission for it, as with S3's console, which always asks.
    """
    asked = bool(call.parameters.get("BypassGovernanceRetention"))
    return asked and stored is not None and stored.is_locked(False) and not stored.is_locked(True)


def _decryption(call: Call, stored: FakeKey | None) -> Iterator[tuple[str, str]]:
    """S3 decrypts for the reader, who needs the permission; with AWS's own key everybody here has it."""
    if stored is not None and stored.encryption == "aws:kms" and stored.kms_key_id:
        yield "kms:Decrypt", key_arn(stored.kms_key_id, call.account_id, call.region, call.partition)


def _encryption(call: Call, bucket: str) -> Iterator[tuple[str, str]]:
    """S3 asks for a data key in the writer's name: the key of the call, or else the bucket's."""
    found = _bucket(bucket, call.partition)
    default: dict[str, Any] = {}
    if found is not None and found.encryption:
        default = found.encryption["Rule"].get("ApplyServerSideEncryptionByDefault") or {}
    algorithm = call.parameters.get("ServerSideEncryption") or default.get("SSEAlgorithm")
    key = call.parameters.get("SSEKMSKeyId") or default.get("KMSMasterKeyID")
    if algorithm == "aws:kms" and key:
        yield "kms:GenerateDataKey", key_arn(key, call.account_id, call.region, call.partition)


def _stored(call: Call, bucket: str, key: str, version: str | None) -> FakeKey | None:
    """The object, or its version, that a bucket holds; None where there is none or only a delete marker."""
    found = _bucket(bucket, call.partition)
    versions = [] if found is None else found.keys.getlist(key, default=[])
    wanted = versions[-1:] if version is None else [one for one in versions if str(one.version_id) == version]
    return next((one for one in wanted if isinstance(one, FakeKey)), None)


def _bucket(name: str, partition: str) -> FakeBucket | None:
    owner = bucket_owner(name, partition)
    return None if owner is None else s3_backends[owner][partition].buckets[name]
