"""Why a probe would not arrive: everything on its way that can be looked at, each fault as a finding."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from audit.aws import Aws
from audit.delivery import kinds
from audit.delivery.permissions import bucket_refusals, key_refusals
from audit.delivery.probe import Probe
from audit.delivery.selectors import left_out
from audit.delivery.trail import Trail
from audit.findings import Finding

_ARCHIVE_TIERS = frozenset({"GLACIER", "DEEP_ARCHIVE"})
_SHORTEST_LIFE_DAYS = 7
_MOST_CLOCK_SECONDS = 60
_STATUS_CHANNELS = {
    "LatestDigestDeliveryError": "digests",
    "LatestNotificationError": "SNS notification",
    "LatestCloudWatchLogsDeliveryError": "CloudWatch Logs",
}


@dataclass(frozen=True)  # without slots: what it asked for is kept
class Diagnosis:
    """Looks at a trail and all that it depends on, for one account and the Region of a probe."""

    aws: Aws
    trail: Trail
    account_id: str
    probe: Probe

    @cached_property
    def _s3(self) -> Any:
        return self.aws.client("s3")

    @cached_property
    def _cloudtrail(self) -> Any:
        return self.aws.client("cloudtrail", region=self.trail.home_region)

    @cached_property
    def _trail_status(self) -> Mapping[str, Any]:
        status: Mapping[str, Any] = self._cloudtrail.get_trail_status(Name=self.trail.arn)
        return status

    def findings(self) -> list[Finding]:
        """Every fault found; a part that cannot be looked at is a finding too."""
        found: list[Finding] = []
        for check in (self._trail, self._selectors, self._bucket, self._key, self._lifecycle, self._status):
            try:
                found += check()
            except (BotoCoreError, ClientError) as error:
                found.append(Finding(kinds.NOT_KNOWN, self.trail.arn, str(error)))
        found += self._clock()
        return list(dict.fromkeys(found))  # two checks may fail by the same refusal

    def _trail(self) -> Iterator[Finding]:
        probe, trail = self.probe, self.trail
        if not trail.multi_region and trail.home_region != probe.region:
            detail = f"it covers {trail.home_region} only, and the call was made in {probe.region}"
            yield Finding(kinds.OTHER_REGION, trail.arn, detail)
        if not self._trail_status["IsLogging"]:
            since = self._trail_status.get("StopLoggingTime")
            yield Finding(
                kinds.STOPPED, trail.arn, f"since {since:%Y-%m-%dT%H:%M:%SZ}" if since else "since ever"
            )

    def _selectors(self) -> Iterator[Finding]:
        answer = self._cloudtrail.get_event_selectors(TrailName=self.trail.arn)
        reason = left_out(answer, self.probe)
        if reason is not None:
            yield Finding(kinds.NOT_SELECTED, self.trail.arn, reason)

    def _bucket(self) -> Iterator[Finding]:
        where = f"s3://{self.trail.bucket}"
        try:
            text = self._s3.get_bucket_policy(Bucket=self.trail.bucket)["Policy"]
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "NoSuchBucket":
                yield Finding(kinds.NO_BUCKET, where, "S3 answers NoSuchBucket")
                return
            if code != "NoSuchBucketPolicy":
                raise
            text = "null"
        asks = self.trail.of_organization or "sourceorgid" in text.lower()
        organization = self._organization() if asks else None
        policy, call = json.loads(text), (self.account_id, self.probe.region)
        for refusal in bucket_refusals(self.trail, policy, *call, organization):
            yield Finding(kinds.BUCKET_REFUSES, where, refusal)

    def _organization(self) -> str:
        answer = self.aws.client("organizations").describe_organization()
        return str(answer["Organization"]["Id"])

    def _key(self) -> Iterator[Finding]:
        key = self.trail.key
        if key is None:
            return
        kms = self.aws.client(
            "kms", region=key.split(":")[3] if key.startswith("arn:") else self.trail.home_region
        )
        try:
            described = kms.describe_key(KeyId=key)["KeyMetadata"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "NotFoundException":
                raise
            yield Finding(kinds.KEY_UNUSABLE, key, "KMS answers NotFoundException")
            return
        if described["KeyState"] != "Enabled":
            yield Finding(kinds.KEY_UNUSABLE, described["Arn"], f"its state is {described['KeyState']}")
        policy = json.loads(kms.get_key_policy(KeyId=described["Arn"], PolicyName="default")["Policy"])
        for refusal in key_refusals(self.trail, described["Arn"], policy, bucket_key=self._uses_bucket_key()):
            yield Finding(kinds.KEY_REFUSES, described["Arn"], refusal)

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
                    yield Finding(kinds.SHORT_LIFE, where, reason)

    def _concerns_logs(self, rule: Mapping[str, Any]) -> bool:
        place = rule.get("Filter", {})
        prefix = place.get("Prefix") or place.get("And", {}).get("Prefix") or rule.get("Prefix") or ""
        return self.trail.logs_folder.startswith(prefix) or prefix.startswith(self.trail.logs_folder)

    def _status(self) -> Iterator[Finding]:
        status = self._trail_status
        if error := status.get("LatestDeliveryError"):
            yield Finding(kinds.DELIVERY_ERROR, self.trail.arn, f"LatestDeliveryError: {error}")
        for name, channel in _STATUS_CHANNELS.items():
            if error := status.get(name):
                yield Finding(kinds.SIDE_CHANNEL, self.trail.arn, f"{channel}: {name}: {error}")

    def _clock(self) -> Iterator[Finding]:
        off = round((self.probe.aws_time - self.probe.made_at).total_seconds())
        if abs(off) > _MOST_CLOCK_SECONDS:
            way = "behind" if off > 0 else "ahead"
            yield Finding(kinds.CLOCK_OFF, "this machine", f"it is {abs(off)} seconds {way}")


def _short_life(rule: Mapping[str, Any]) -> Iterator[str]:
    days = rule.get("Expiration", {}).get("Days")
    if days is not None and days < _SHORTEST_LIFE_DAYS:
        yield f"logs expire after {days} days"
    for transition in rule.get("Transitions", ()):
        if transition["StorageClass"] in _ARCHIVE_TIERS:
            yield f"logs go to {transition['StorageClass']} after {transition.get('Days', 0)} days"
