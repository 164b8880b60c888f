"""One small handler for each AWS resource type that the project uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from localaws.pulumi.resources.base import ResourceType
from localaws.pulumi.resources.bucket import Bucket
from localaws.pulumi.resources.bucket_lifecycle import BucketLifecycleConfiguration
from localaws.pulumi.resources.bucket_logging import BucketLogging
from localaws.pulumi.resources.bucket_object_lock import BucketObjectLockConfiguration
from localaws.pulumi.resources.bucket_settings import (
    BucketOwnershipControls,
    BucketPolicy,
    BucketPublicAccessBlock,
    BucketServerSideEncryptionConfiguration,
    BucketVersioning,
)
from localaws.pulumi.resources.iam import Policy, Role, RolePolicy, RolePolicyAttachment
from localaws.pulumi.resources.kms import Alias, Key
from localaws.pulumi.resources.trail import Trail

RESOURCE_TYPES: Final[Mapping[str, ResourceType]] = {
    kind.type_name: kind()
    for kind in (
        Alias,
        Bucket,
        BucketLifecycleConfiguration,
        BucketLogging,
        BucketObjectLockConfiguration,
        BucketOwnershipControls,
        BucketPolicy,
        BucketPublicAccessBlock,
        BucketServerSideEncryptionConfiguration,
        BucketVersioning,
        Key,
        Policy,
        Role,
        RolePolicy,
        RolePolicyAttachment,
        Trail,
    )
}

__all__ = ["RESOURCE_TYPES", "ResourceType"]
