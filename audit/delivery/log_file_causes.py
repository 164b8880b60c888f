"""What keeps log files from arriving in the trail's bucket, or from staying there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from audit.delivery.channel import Check, Context
from audit.delivery.permissions import bucket_refusals, key_refusals
from audit.delivery.status import status_errors
from audit.delivery.trail import DescribedTrail
from audit.findings import API_REFERENCE, RESTORED_BY_PULUMI, USER_GUIDE, Finding, FindingKind, Severity

_BUCKET_POLICY = USER_GUIDE + "create-s3-bucket-policy-for-cloudtrail.html"
_KEY_POLICY = USER_GUIDE + "create-kms-key-policy-for-cloudtrail.html"

NO_BUCKET = FindingKind(
    "IBT205",
    Severity.ERROR,
    "the trail's bucket does not exist",
    "CloudTrail has nowhere to write; it does not make the bucket again.",
    f"{RESTORED_BY_PULUMI}; find out who called DeleteBucket.",
    _BUCKET_POLICY,
)
BUCKET_REFUSES = FindingKind(
    "IBT206",
    Severity.ERROR,
    "the bucket's policy does not let CloudTrail deliver",
    "CloudTrail must be allowed to read the ACL and to write below AWSLogs/, for this trail.",
    f"{RESTORED_BY_PULUMI}; find out who called PutBucketPolicy.",
    _BUCKET_POLICY,
)
KEY_UNUSABLE = FindingKind(
    "IBT207",
    Severity.ERROR,
    "the trail's key cannot be used",
    "A key that is disabled, deleted or in another Region encrypts nothing, so nothing is delivered.",
    "Run `aws kms enable-key`, or `aws kms cancel-key-deletion` before it; find out who disabled it.",
    "https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html",
)
KEY_REFUSES = FindingKind(
    "IBT208",
    Severity.ERROR,
    "the key's policy does not let CloudTrail encrypt",
    "CloudTrail must be allowed to describe the key and to make data keys, for this trail.",
    f"{RESTORED_BY_PULUMI}; find out who called PutKeyPolicy.",
    _KEY_POLICY,
)
SHORT_LIFE = FindingKind(
    "IBT210",
    Severity.WARNING,
    "a lifecycle rule takes logs away early",
    "What expires within days, or lies in an archive tier, cannot be read when it is asked for.",
    "Raise the expiry, and use Glacier Instant Retrieval instead of the archive tiers.",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html",
)
DELIVERY_ERROR = FindingKind(
    "IBT213",
    Severity.ERROR,
    "CloudTrail reports that it cannot deliver log files",
    "GetTrailStatus carries the error of the last attempt.",
    "Correct what the error names; delivery resumes by itself.",
    API_REFERENCE + "API_GetTrailStatus.html",
)
DIGEST_ERROR = FindingKind(
    "IBT216",
    Severity.WARNING,
    "CloudTrail reports that it cannot deliver digests",
    "Log files arrive without them, but nobody can show that none was changed or deleted.",
    "Correct what the error names; find out who changed the bucket or its policy.",
    API_REFERENCE + "API_GetTrailStatus.html",
)

_ARCHIVE_TIERS = frozenset({"GLACIER", "DEEP_ARCHIVE"})
_SHORTEST_LIFE_DAYS = 7


@dataclass(frozen=True)  # without slots: clients are kept
class LogFileCauses:
    """Looks at the bucket, the key and the deliveries of a trail, for one account and Region."""

    context: Context
    trail: DescribedTrail

    @cached_property
    def _s3(self) -> Any:
        return self.context.aws.client("s3")

    def checks(self) -> Sequence[Check]:
        """Return one check for each thing that log files depend on."""
        return self._bucket, self._key, self._lifecycle, self._deliveries, self._digests

    def _bucket(self) -> Iterator[Finding]:
        where = f"s3://{self.trail.bucket}"
        try:
            text = self._s3.get_bucket_policy(Bucket=self.trail.bucket)["Policy"]
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "NoSuchBucket":
                yield Finding(NO_BUCKET, where, "S3 answers NoSuchBucket")
                return
            if code != "NoSuchBucketPolicy":
                raise
            text = "null"
        asks = self.trail.of_organization or "sourceorgid" in text.lower()
        organization = self._organization() if asks else None
        call = (self.context.account_id, self.context.region)
        for refusal in bucket_refusals(self.trail, json.loads(text), *call, organization):
            yield Finding(BUCKET_REFUSES, where, refusal)

    def _organization(self) -> str:
        answer = self.context.aws.client("organizations").describe_organization()
        return str(answer["Organization"]["Id"])

    def _key(self) -> Iterator[Finding]:
        key = self.trail.key
        if key is None:
            return
        region = key.split(":")[3] if key.startswith("arn:") else self.trail.home_region
        kms = self.context.aws.client("kms", region=region)
        try:
            described = kms.describe_key(KeyId=key)["KeyMetadata"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "NotFoundException":
                raise
            yield Finding(KEY_UNUSABLE, key, "KMS answers NotFoundException")
            return
        if described["KeyState"] != "Enabled":
            yield Finding(KEY_UNUSABLE, described["Arn"], f"its state is {described['KeyState']}")
        policy = json.loads(kms.get_key_policy(KeyId=described["Arn"], PolicyName="default")["Policy"])
        for refusal in key_refusals(self.trail, described["Arn"], policy, bucket_key=self._uses_bucket_key()):
            yield Finding(KEY_REFUSES, described["Arn"], refusal)

    def _uses_bucket_key(self) -> bool:
        try:
            answer = self._s3.get_bucket_encryption(Bucket=self.trail.bucket)
        except (BotoCoreError, ClientError):
            return False
        rules = answer["ServerSideEncryptionConfiguration"]["Rules"]
        return any(rule.get("BucketKeyEnabled", False) for rule in rules)

    def _lifecycle(self) -> Iterator[Finding]:
        try:
            answer = self._s3.get_bucket_lifecycle_configuration(Bucket=self.trail.bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchLifecycleConfiguration", "NoSuchBucket"}:
                return
            raise
        for rule in answer["Rules"]:
            where = f"s3://{self.trail.bucket}, lifecycle rule {rule.get('ID', '?')}"
            if rule["Status"] == "Enabled" and self._concerns_logs(rule):
                for reason in _short_life(rule):
                    yield Finding(SHORT_LIFE, where, reason)

    def _concerns_logs(self, rule: Mapping[str, Any]) -> bool:
        place = rule.get("Filter", {})
        prefix = place.get("Prefix") or place.get("And", {}).get("Prefix") or rule.get("Prefix") or ""
        return self.trail.logs_folder.startswith(prefix) or prefix.startswith(self.trail.logs_folder)

    def _deliveries(self) -> Iterator[Finding]:
        return status_errors(self.context, self.trail, "LatestDeliveryError", DELIVERY_ERROR)

    def _digests(self) -> Iterator[Finding]:
        return status_errors(self.context, self.trail, "LatestDigestDeliveryError", DIGEST_ERROR)


def _short_life(rule: Mapping[str, Any]) -> Iterator[str]:
    days = rule.get("Expiration", {}).get("Days")
    if days is not None and days < _SHORTEST_LIFE_DAYS:
        yield f"logs expire after {days} days"
    for transition in rule.get("Transitions", ()):
        if transition["StorageClass"] in _ARCHIVE_TIERS:
            yield f"logs go to {transition['StorageClass']} after {transition.get('Days', 0)} days"
