"""What CloudTrail keeps of a trail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from localaws.cloudtrail.backlog import Backlog, Waiting
from localaws.cloudtrail.names import trail_arn
from localaws.cloudtrail.selectors import Selectors

Origin = tuple[str, str]  # (account id, Region) that events come from; one log file holds events of one


@dataclass(frozen=True, slots=True)
class Event:
    """A CloudTrail record, as JSON. `time` is its eventTime, ISO 8601 in UTC."""

    account_id: str
    region: str
    time: str
    body: bytes
    record: Mapping[str, Any]

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Event:
        """Take a record apart once, for Event history and every trail."""
        return cls(
            account_id=record["recipientAccountId"],
            region=record["awsRegion"],
            time=record["eventTime"],
            body=msgspec.json.encode(record),
            record=record,
        )

    def waiting(self) -> Waiting:
        """Return what has to be kept of the event until it is delivered."""
        return Waiting(self.time, self.body)


@dataclass(frozen=True, slots=True)
class DeliveredLog:
    """A log file in S3, as the next digest lists it."""

    bucket: str
    key: str
    sha256: str
    oldest: str
    newest: str
    delivered: datetime

    def as_digest_entry(self) -> dict[str, str]:
        """Return the entry of a digest's logFiles."""
        return {
            "s3Bucket": self.bucket,
            "s3Object": self.key,
            "hashValue": self.sha256,
            "hashAlgorithm": "SHA-256",
            "newestEventTime": self.newest,
            "oldestEventTime": self.oldest,
        }


@dataclass(slots=True)
class Attempts:
    """How deliveries through one channel went: `error` is the latest attempt's, empty when it succeeded."""

    error: str = ""
    attempted: datetime | None = None
    succeeded: datetime | None = None

    def note(self, now: datetime, error: str = "") -> None:
        """Remember an attempt made at `now`."""
        self.attempted, self.error = now, error
        if not error:
            self.succeeded = now


@dataclass(slots=True)
class RegionStatus:
    """What GetTrailStatus tells of a trail in one Region."""

    delivery: Attempts = field(default_factory=Attempts)
    digest: Attempts = field(default_factory=Attempts)
    notification: Attempts = field(default_factory=Attempts)
    log_group: Attempts = field(default_factory=Attempts)


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest in S3, as the next one points back to it."""

    bucket: str
    key: str
    sha256: str
    signature: str


@dataclass(slots=True)
class DigestChain:
    """The digests of one trail, account and Region.

    The next window begins at `start`; `logs` await their digest. Windows that ended up to `refused_until`
    could not be delivered in time.
    """

    start: datetime
    previous: Digest | None = None
    previous_backfill: Digest | None = None
    refused_until: datetime | None = None
    ended: bool = False
    logs: list[DeliveredLog] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Trail:
    """A trail: its settings, and what it still has to deliver."""

    account_id: str
    partition: str
    home_region: str
    name: str
    bucket: str
    prefix: str | None = None
    topic: str | None = None
    include_global: bool = True
    multi_region: bool = False
    validation: bool = False
    log_group_arn: str | None = None
    role_arn: str | None = None
    key_arn: str | None = None
    organization_id: str | None = None
    recursive_logging: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    selectors: Selectors = field(default_factory=Selectors)
    insight_selectors: list[dict[str, Any]] = field(default_factory=list)
    logging: bool = False
    started: datetime | None = None
    stopped: datetime | None = None
    stopping_request: str | None = None
    statuses: dict[str, RegionStatus] = field(default_factory=dict)
    pending: dict[Origin, Backlog] = field(default_factory=dict)
    pending_log_group: dict[Origin, Backlog] = field(default_factory=dict)
    chains: dict[Origin, DigestChain] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """The trail's ARN, in its home Region."""
        return trail_arn(self.partition, self.home_region, self.account_id, self.name)

    @property
    def topic_arn(self) -> str | None:
        """The ARN of the topic that deliveries are announced to."""
        if self.topic is None or self.topic.startswith("arn:"):
            return self.topic
        return f"arn:{self.partition}:sns:{self.home_region}:{self.account_id}:{self.topic}"

    def status(self, region: str) -> RegionStatus:
        """Return the trail's status in a Region."""
        return self.statuses.setdefault(region, RegionStatus())

    def folder(self, account_id: str) -> str:
        """Return the key prefix of all that this trail writes for an account, with a slash at its end."""
        organization = f"{self.organization_id}/" if self.organization_id else ""
        prefix = f"{self.prefix.rstrip('/')}/" if self.prefix else ""
        return f"{prefix}AWSLogs/{organization}{account_id}/"

    def test_folders(self) -> list[str]:
        """Return the folders that CreateTrail tries: the account's own and an organization trail's."""
        prefix = f"{self.prefix.rstrip('/')}/" if self.prefix else ""
        own = f"{prefix}AWSLogs/{self.account_id}/"
        return list(dict.fromkeys([own, self.folder(self.account_id)]))

    def covers(self, region: str) -> bool:
        """Whether the trail takes events of that Region."""
        return self.multi_region or region == self.home_region

    def takes(self, event: Event) -> bool:
        """Whether an event of an account that this trail watches goes to its log files."""
        if not self.logging and event.record.get("requestID") != self.stopping_request:
            return False
        if not self.covers(event.region):
            return False
        if not self.include_global and is_global(event.record):
            return False
        return self.selectors.select(event.record)

    def describe(self) -> dict[str, Any]:
        """Return the settings that Create-, Update-, Get- and DescribeTrails all answer with."""
        members = {
            "Name": self.name,
            "S3BucketName": self.bucket,
            "S3KeyPrefix": self.prefix,
            "SnsTopicName": self.topic,
            "SnsTopicARN": self.topic_arn,
            "IncludeGlobalServiceEvents": self.include_global,
            "IsMultiRegionTrail": self.multi_region,
            "TrailARN": self.arn,
            "LogFileValidationEnabled": self.validation,
            "CloudWatchLogsLogGroupArn": self.log_group_arn,
            "CloudWatchLogsRoleArn": self.role_arn,
            "KmsKeyId": self.key_arn,
            "IsOrganizationTrail": self.organization_id is not None,
            "RecursiveLogging": self.recursive_logging,
        }
        return {name: value for name, value in members.items() if value is not None}

    def describe_fully(self) -> dict[str, Any]:
        """Return what GetTrail and DescribeTrails answer with."""
        return self.describe() | {
            "HomeRegion": self.home_region,
            "HasCustomEventSelectors": self.selectors.custom,
            "HasInsightSelectors": bool(self.insight_selectors),
        }


GLOBAL_SERVICES = frozenset({"iam.amazonaws.com", "cloudfront.amazonaws.com", "organizations.amazonaws.com"})
GLOBAL_REGIONS = frozenset({"us-east-1", "cn-north-1", "us-gov-west-1"})


def is_global(record: Mapping[str, Any]) -> bool:
    """Whether the record is a global service's.

    STS counts where it answered at its global endpoint, which records in the partition's first Region:
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events
    """
    if record["awsRegion"] not in GLOBAL_REGIONS:
        return False
    return record["eventSource"] in GLOBAL_SERVICES or (
        record["eventSource"] == "sts.amazonaws.com"
        and record.get("tlsDetails", {}).get("clientProvidedHostHeader", "") == "sts.amazonaws.com"
    )
