"""The settings of a bucket that are resources of their own: put, read and removed with one call each."""

# ruff: noqa: ARG002 - every type has the same four calls, and few need all that they are given

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from localaws.pulumi.aws import Aws
from localaws.pulumi.fields import REGION, Field, block, blocks, document, flag, text, texts
from localaws.pulumi.resources.base import ResourceType, found, ignoring, region_of
from localaws.pulumi.wire import Properties

BUCKET = text(required=True, replaces=True)
OWNER = text(replaces=True)


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
        "bucket": BUCKET,
        "expectedBucketOwner": OWNER,
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
        "bucket": BUCKET,
        "expectedBucketOwner": OWNER,
        "region": REGION,
        "rules": blocks(
            {
                "applyServerSideEncryptionByDefault": block(
                    {
                        "kmsMasterKeyId": text(),
                        "sseAlgorithm": text("AES256", "aws:kms", "aws:kms:dsse", required=True),
                    }
                ),
                "blockedEncryptionTypes": texts(computed=True),
                "bucketKeyEnabled": flag(),
            },
            required=True,
            most=1,  # S3 takes one rule
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
            asked: dict[str, Any] = {
                "ApplyServerSideEncryptionByDefault": wanted,
                "BucketKeyEnabled": bool(rule.get("bucketKeyEnabled")),
            }
            if rule.get("blockedEncryptionTypes"):
                asked["BlockedEncryptionTypes"] = {"EncryptionType": rule["blockedEncryptionTypes"]}
            rules.append(asked)
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
                    "blockedEncryptionTypes": rule.get("BlockedEncryptionTypes", {}).get(
                        "EncryptionType", []
                    ),
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
        "bucket": BUCKET,
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
        "bucket": BUCKET,
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
        "bucket": BUCKET,
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
