"""What every new bucket of S3 has and moto's have not.

Importing this module changes moto's S3. https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-overview.html
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.s3.exceptions import ServerSideEncryptionConfigurationNotFoundError
from moto.s3.models import FakeBucket, PublicAccessBlock, S3Backend
from moto.s3.responses import S3Response

OWNER_ENFORCED = "BucketOwnerEnforced"
_BLOCKED = "BlockedEncryptionTypes"
_create = FakeBucket.__init__


def _default_encryption() -> dict[str, Any]:
    """SSE-S3, and no keys of the customer's own (SSE-C)."""
    by_default = {"SSEAlgorithm": "AES256"}
    blocked = {"EncryptionType": "SSE-C"}
    return {
        "Rule": {
            "ApplyServerSideEncryptionByDefault": by_default,
            "BucketKeyEnabled": "false",
            _BLOCKED: blocked,
        }
    }


def _initialise(bucket: FakeBucket, *arguments: Any, **options: Any) -> None:
    _create(bucket, *arguments, **options)
    bucket.encryption = _default_encryption()
    bucket.public_access_block = PublicAccessBlock(
        block_public_acls=True,
        ignore_public_acls=True,
        block_public_policy=True,
        restrict_public_buckets=True,
    )
    bucket.__dict__["ownership_rule"] = OWNER_ENFORCED  # moto keeps the name alone, under another type


def _put_encryption(backend: S3Backend, bucket_name: str, encryption: dict[str, Any]) -> None:
    """Change a bucket's encryption. What is blocked stays blocked where the request does not speak of it."""
    bucket = backend.get_bucket(bucket_name)
    before = (bucket.encryption or {}).get("Rule", {}).get(_BLOCKED)
    if before is not None:
        encryption["Rule"].setdefault(_BLOCKED, before)
    bucket.encryption = encryption


def _delete_encryption(backend: S3Backend, bucket_name: str) -> None:
    """Go back to SSE-S3: no bucket is without encryption."""
    backend.get_bucket(bucket_name).encryption = _default_encryption()


def takes_acls(bucket: FakeBucket) -> bool:
    """Whether a bucket's objects may have ACLs: not where its owner owns them all."""
    return bool(bucket.__dict__["ownership_rule"] != OWNER_ENFORCED)


def blocked_encryption(bucket: FakeBucket) -> list[str]:
    """The kinds of encryption that a bucket refuses: `SSE-C`, or none."""
    return [name for name in _said_of_blocking(bucket) if name != "NONE"]


def _said_of_blocking(bucket: FakeBucket) -> list[str]:
    found = (bucket.encryption or {}).get("Rule", {}).get(_BLOCKED) or {}
    types = found.get("EncryptionType", [])
    return types if isinstance(types, list) else [types]


def _get_encryption(response: S3Response) -> Any:
    """Answer GetBucketEncryption as moto does, and say what is blocked."""
    response.data["Action"] = "GetBucketEncryption"
    bucket = response.backend.get_bucket(response.bucket_name)
    if not bucket.encryption:
        raise ServerSideEncryptionConfigurationNotFoundError(bucket_name=response.bucket_name)
    rule = bucket.encryption["Rule"]
    shown = {
        "ApplyServerSideEncryptionByDefault": rule["ApplyServerSideEncryptionByDefault"],
        "BucketKeyEnabled": rule.get("BucketKeyEnabled") in {True, "true"},
    }
    if blocked := _said_of_blocking(bucket):
        shown[_BLOCKED] = {"EncryptionType": blocked}
    return response.serialized(ActionResult({"ServerSideEncryptionConfiguration": {"Rules": [shown]}}))


for _owner, _name, _member in (
    (FakeBucket, "__init__", _initialise),
    (S3Backend, "put_bucket_encryption", _put_encryption),
    (S3Backend, "delete_bucket_encryption", _delete_encryption),
    (S3Response, "get_bucket_encryption", _get_encryption),
):
    setattr(_owner, _name, _member)
