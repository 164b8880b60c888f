"""Writing into the S3 of the local AWS as CloudTrail does: under the trail's key, all headers at once."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.s3.models import FakeKey, get_canned_acl, s3_backends
from moto.s3.notifications import S3NotificationEvent, send_event


class DeliveryError(Exception):
    """A delivery that did not succeed. `code` is the error of the service that refused it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of the local AWS: moto's, and whose it is."""

    name: str
    account_id: str
    partition: str
    region: str
    moto: Any

    @classmethod
    def find(cls, name: str) -> Bucket | None:
        """Return the bucket of that name, whoever owns it."""
        owner = s3_backends.bucket_accounts.get(name)
        if owner is None:
            return None
        partition, account_id = owner
        bucket = s3_backends[account_id][partition].buckets.get(name)
        if bucket is None:
            return None
        return cls(name, account_id, partition, bucket.region_name, bucket)

    @property
    def arn(self) -> str:
        """The bucket's ARN."""
        return f"arn:{self.partition}:s3:::{self.name}"

    @property
    def policy(self) -> Mapping[str, Any] | None:
        """The bucket's policy, parsed, if it has one."""
        text = self.moto.policy
        policy: Mapping[str, Any] | None = json.loads(text) if text else None
        return policy

    @property
    def default_encryption(self) -> Mapping[str, Any]:
        """The default encryption's rule: ApplyServerSideEncryptionByDefault and BucketKeyEnabled."""
        rule: Mapping[str, Any] = (self.moto.encryption or {}).get("Rule") or {}
        return rule

    @property
    def has_bucket_key(self) -> bool:
        """Whether objects written under KMS use an S3 bucket key."""
        return str(self.default_encryption.get("BucketKeyEnabled", "")).lower() == "true"

    def write(
        self, key: str, body: bytes, *, time: datetime, key_arn: str | None, metadata: Mapping[str, str]
    ) -> None:
        """Put one object that becomes visible with all its headers, and notify as S3 does.

        Args:
            key: the object's key.
            body: its content.
            time: its LastModified.
            key_arn: the KMS key to encrypt under; None for S3's own key.
            metadata: user metadata, names without `x-amz-meta-`.

        """
        lock = self.moto.has_default_lock
        written = FakeKey(
            name=key,
            bucket_name=self.name,
            value=body,
            account_id=self.account_id,
            region_name=self.region,
            is_versioned=self.moto.is_versioned,
            version_id=self._version_id(),
            encryption="aws:kms" if key_arn else "AES256",
            kms_key_id=key_arn,
            bucket_key_enabled=True if key_arn and self.has_bucket_key else None,
            lock_mode=self.moto.default_lock_mode if lock else None,
            lock_until=self.moto.default_retention() if lock else None,
        )
        written.last_modified = time.replace(tzinfo=None)
        written.set_acl(get_canned_acl("bucket-owner-full-control"))
        written.set_metadata(
            {"Content-Type": "application/json", "Content-Encoding": "gzip"}
            | {f"x-amz-meta-{name}": value for name, value in metadata.items()}
        )
        earlier = self.moto.keys.getlist(key, []) if self.moto.is_versioned else []
        self.moto.keys.setlist(key, [*earlier, written])
        send_event(self.account_id, S3NotificationEvent.OBJECT_CREATED_PUT_EVENT, self.moto, written)

    def _version_id(self) -> str:
        return uuid.uuid4().hex if self.moto.is_versioned else "null"
