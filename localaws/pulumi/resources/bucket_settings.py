"""The settings of a bucket that are resources of their own: put, read and removed with one call each."""

# ruff: noqa: ARG002 - every type has the same four calls, and few need all that they are given

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from localaws.pulumi.aws import Aws
from localaws.pulumi.fields import REGION, Field, block, blocks, document, flag, text, whole
from localaws.pulumi.resources.base import ResourceType, found, ignoring, region_of
from localaws.pulumi.wire import Properties

_BUCKET = text(required=True, replaces=True)
_OWNER = text(replaces=True)


class BucketSetting(ResourceType):
    """One setting of a bucket. Its id is the bucket's name."""

    absent: tuple[str, ...] = ()  # AWS's codes for "the bucket has no such setting"

    @abstractmethod
    def put(self, s3: Any, bucket: str, inputs: Properties) -> None:
        """Set it."""

    @abstractmethod
    def get(self, s3: Any, bucket: str) -> Properties | None:
        """Read it, or None where the bucket has none."""

    @abstractmethod
    def remove(self, s3: Any, bucket: str, known: Properties) -> None:
        """Take it away."""

    def create(self, aws: Aws, inputs: Properties) -> str:
        """Set it; what was set by hand before is overwritten, as the real provider does."""
        self.put(aws.client("s3", region_of(aws, inputs)), inputs["bucket"], inputs)
        return str(inputs["bucket"])

    def read(self, aws: Aws, resource_id: str, known: Properties) -> Properties | None:
        """Read it; a bucket that is gone has none."""
        bucket = resource_id.split(",", maxsplit=1)[0]  # "bucket,owner" where an expected owner is given
        region = region_of(aws, known)
        answer = found(self.get, ("NoSuchBucket", *self.absent), s3=aws.client("s3", region), bucket=bucket)
        if answer is None:
            return None
        return {
            "bucket": bucket,
            "region": region,
            "expectedBucketOwner": known.get("expectedBucketOwner"),
            **answer,
        }

    def update(
        self, aws: Aws, resource_id: str, known: Properties, inputs: Properties, changed: set[str]
    ) -> None:
        """Set it anew."""
        self.put(aws.client("s3", region_of(aws, inputs)), inputs["bucket"], inputs)

    def delete(self, aws: Aws, resource_id: str, known: Properties) -> None:
        """Take it away."""
        with ignoring("NoSuchBucket", *self.absent):
            self.remove(aws.client("s3", region_of(aws, known)), resource_id.split(",", maxsplit=1)[0], known)


class BucketVersioning(BucketSetting):
    """Versioning; taking it away suspends it, since AWS knows no way back."""

    type_name = "aws:s3/bucketVersioning:BucketVersioning"
    fields: ClassVar[Mapping[str, Field]] = {
        "bucket": _BUCKET,
        "expectedBucketOwner": _OWNER,
        "mfa": text(),
        "region": REGION,
        "versioningConfiguration": block(
            {
                "status": text("Enabled", "Suspended", "Disabled", required=True),
                "mfaDelete": text("Enabled", "Disabled", computed=True),
            },
            required=True,
        ),
    }
    kept = ("mfa",)

    def put(self, s3: Any, bucket: str, inputs: Properties) -> None:
        """Enable or suspend it; "Disabled" is what a new bucket is."""
        wanted = inputs["versioningConfiguration"]
        if wanted["status"] == "Disabled":
            return
        configuration = {"Status": wanted["status"]}
        if wanted.get("mfaDelete"):
            configuration["MFADelete"] = wanted["mfaDelete"]
        mfa = {"MFA": inputs["mfa"]} if inputs.get("mfa") else {}
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=configuration, **mfa)

    def get(self, s3: Any, bucket: str) -> Properties:
        """Read its status."""
        answer = s3.get_bucket_versioning(Bucket=bucket)
        configuration = {"status": answer.get("Status", "Disabled"), "mfaDelete": answer.get("MFADelete")}
        return {"versioningConfiguration": {key: value for key, value in configuration.items() if value}}

    def remove(self, s3: Any, bucket: str, known: Properties) -> None:
        """Suspend it; on a bucket with object lock AWS refuses, and it stays on."""
        if (known.get("versioningConfiguration") or {}).get("status") == "Enabled":
            with ignoring("InvalidBucketState"):
                s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})


class BucketServerSideEncryptionConfiguration(BucketSetting):
    """Default encryption."""

    type_name = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    absent = ("ServerSideEncryptionConfigurationNotFoundError",)
    fields: ClassVar[Mapping[str, Field]] = {
        "bucket": _BUCKET,
        "expectedBucketOwner": _OWNER,
        "region": REGION,
        "rules": blocks(
            {
                "applyServerSideEncryptionByDefault": block(
                    {
                        "kmsMasterKeyId": text(),
                        "sseAlgorithm": text("AES256", "aws:kms", "aws:kms:dsse", required=True),
                    }
                ),
                "bucketKeyEnabled": flag(),
            },
            ordered=False,
            required=True,
        ),
    }

    def put(self, s3: Any, bucket: str, inputs: Properties) -> None:
        """Set the rules."""
        rules = []
        for rule in inputs["rules"]:
            default = rule.get("applyServerSideEncryptionByDefault") or {}
            wanted = {"SSEAlgorithm": default.get("sseAlgorithm")}
            if default.get("kmsMasterKeyId"):
                wanted["KMSMasterKeyID"] = default["kmsMasterKeyId"]
            rules.append(
                {
                    "ApplyServerSideEncryptionByDefault": wanted,
                    "BucketKeyEnabled": bool(rule.get("bucketKeyEnabled")),
                }
            )
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})

    def get(self, s3: Any, bucket: str) -> Properties:
        """Read the rules."""
        answer = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
        rules = []
        for rule in answer["Rules"]:
            default = rule.get("ApplyServerSideEncryptionByDefault", {})
            rules.append(
                {
                    "applyServerSideEncryptionByDefault": {
                        "sseAlgorithm": default.get("SSEAlgorithm"),
                        "kmsMasterKeyId": default.get("KMSMasterKeyID", ""),
                    },
                    "bucketKeyEnabled": rule.get("BucketKeyEnabled", False),
                }
            )
        return {"rules": rules}

    def remove(self, s3: Any, bucket: str, known: Properties) -> None:
        """Go back to AWS's own default."""
        s3.delete_bucket_encryption(Bucket=bucket)


_BLOCKS = {
    "blockPublicAcls": "BlockPublicAcls",
    "blockPublicPolicy": "BlockPublicPolicy",
    "ignorePublicAcls": "IgnorePublicAcls",
    "restrictPublicBuckets": "RestrictPublicBuckets",
}


class BucketPublicAccessBlock(BucketSetting):
    """The four switches against public access."""

    type_name = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
    absent = ("NoSuchPublicAccessBlockConfiguration",)
    fields: ClassVar[Mapping[str, Field]] = {
        "bucket": _BUCKET,
        "region": REGION,
        "skipDestroy": flag(),
        **{name: flag(default=False) for name in _BLOCKS},
    }
    kept = ("skipDestroy",)

    def put(self, s3: Any, bucket: str, inputs: Properties) -> None:
        """Set all four."""
        switches = {theirs: bool(inputs.get(ours)) for ours, theirs in _BLOCKS.items()}
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=switches)

    def get(self, s3: Any, bucket: str) -> Properties:
        """Read all four."""
        answer = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        return {ours: bool(answer.get(theirs)) for ours, theirs in _BLOCKS.items()}

    def remove(self, s3: Any, bucket: str, known: Properties) -> None:
        """Take all four away, unless `skipDestroy` says that they stay."""
        if not known.get("skipDestroy"):
            s3.delete_public_access_block(Bucket=bucket)


class BucketOwnershipControls(BucketSetting):
    """Who owns what others write."""

    type_name = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
    absent = ("OwnershipControlsNotFoundError",)
    fields: ClassVar[Mapping[str, Field]] = {
        "bucket": _BUCKET,
        "region": REGION,
        "rule": block(
            {
                "objectOwnership": text(
                    "BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced", required=True
                )
            },
            required=True,
        ),
    }

    def put(self, s3: Any, bucket: str, inputs: Properties) -> None:
        """Set the rule."""
        rules = [{"ObjectOwnership": inputs["rule"]["objectOwnership"]}]
        s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": rules})

    def get(self, s3: Any, bucket: str) -> Properties:
        """Read the rule."""
        rules = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
        return {"rule": {"objectOwnership": rules[0]["ObjectOwnership"]}}

    def remove(self, s3: Any, bucket: str, known: Properties) -> None:
        """Go back to the owner being whoever writes."""
        s3.delete_bucket_ownership_controls(Bucket=bucket)


class BucketPolicy(BucketSetting):
    """The bucket's policy."""

    type_name = "aws:s3/bucketPolicy:BucketPolicy"
    absent = ("NoSuchBucketPolicy",)
    fields: ClassVar[Mapping[str, Field]] = {
        "bucket": _BUCKET,
        "policy": document(required=True),
        "region": REGION,
    }

    def put(self, s3: Any, bucket: str, inputs: Properties) -> None:
        """Set the policy."""
        s3.put_bucket_policy(Bucket=bucket, Policy=inputs["policy"])

    def get(self, s3: Any, bucket: str) -> Properties:
        """Read the policy."""
        return {"policy": s3.get_bucket_policy(Bucket=bucket)["Policy"]}

    def remove(self, s3: Any, bucket: str, known: Properties) -> None:
        """Take the policy away."""
        s3.delete_bucket_policy(Bucket=bucket)


class BucketObjectLockConfiguration(BucketSetting):
    """The retention that objects get by default; object lock itself stays on once it is."""

    type_name = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
    absent = ("ObjectLockConfigurationNotFoundError",)
    fields: ClassVar[Mapping[str, Field]] = {
        "bucket": _BUCKET,
        "expectedBucketOwner": _OWNER,
        "region": REGION,
        "objectLockEnabled": text("Enabled", default="Enabled", replaces=True),
        "token": text(),
        "rule": block(
            {
                "defaultRetention": block(
                    {
                        "days": whole(minimum=1),
                        "years": whole(minimum=1),
                        "mode": text("GOVERNANCE", "COMPLIANCE"),
                    },
                    required=True,
                )
            }
        ),
    }
    kept = ("token",)

    def put(self, s3: Any, bucket: str, inputs: Properties) -> None:
        """Set the rule."""
        configuration: dict[str, Any] = {"ObjectLockEnabled": "Enabled"}
        retention = (inputs.get("rule") or {}).get("defaultRetention")
        if retention:
            named = {"Mode": "mode", "Days": "days", "Years": "years"}
            configuration["Rule"] = {
                "DefaultRetention": {
                    theirs: retention[ours] for theirs, ours in named.items() if retention.get(ours)
                }
            }
        token = {"Token": inputs["token"]} if inputs.get("token") else {}
        s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=configuration, **token)

    def get(self, s3: Any, bucket: str) -> Properties:
        """Read the rule."""
        answer = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
        properties: Properties = {"objectLockEnabled": answer.get("ObjectLockEnabled", "Enabled")}
        retention = answer.get("Rule", {}).get("DefaultRetention")
        if retention:
            properties["rule"] = {
                "defaultRetention": {
                    name.lower(): value for name, value in retention.items() if value is not None
                }
            }
        return properties

    def remove(self, s3: Any, bucket: str, known: Properties) -> None:
        """Take the rule away."""
        s3.put_object_lock_configuration(
            Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"}
        )


class BucketLogging(BucketSetting):
    """Where S3 writes the bucket's access log."""

    type_name = "aws:s3/bucketLogging:BucketLogging"
    fields: ClassVar[Mapping[str, Field]] = {
        "bucket": _BUCKET,
        "expectedBucketOwner": _OWNER,
        "region": REGION,
        "targetBucket": text(required=True),
        "targetPrefix": text(),
        "targetObjectKeyFormat": block(
            {
                "partitionedPrefix": block(
                    {"partitionDateSource": text("EventTime", "DeliveryTime", required=True)}
                ),
                "simplePrefix": block({}),
            }
        ),
    }

    def put(self, s3: Any, bucket: str, inputs: Properties) -> None:
        """Switch it on."""
        target: dict[str, Any] = {
            "TargetBucket": inputs["targetBucket"],
            "TargetPrefix": inputs.get("targetPrefix", ""),
        }
        partitioned = (inputs.get("targetObjectKeyFormat") or {}).get("partitionedPrefix")
        if partitioned:
            source = partitioned["partitionDateSource"]
            target["TargetObjectKeyFormat"] = {"PartitionedPrefix": {"PartitionDateSource": source}}
        s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": target})

    def get(self, s3: Any, bucket: str) -> Properties | None:
        """Read where it goes."""
        answer = s3.get_bucket_logging(Bucket=bucket).get("LoggingEnabled")
        if not answer:
            return None
        properties: Properties = {
            "targetBucket": answer["TargetBucket"],
            "targetPrefix": answer.get("TargetPrefix", ""),
        }
        partitioned = (answer.get("TargetObjectKeyFormat") or {}).get("PartitionedPrefix")
        if partitioned:
            source = partitioned["PartitionDateSource"]
            properties["targetObjectKeyFormat"] = {"partitionedPrefix": {"partitionDateSource": source}}
        return properties

    def remove(self, s3: Any, bucket: str, known: Properties) -> None:
        """Switch it off."""
        s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})
