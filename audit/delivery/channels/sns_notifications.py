"""Notifications of log files on the trail's SNS topic.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/configure-sns-notifications-for-cloudtrail.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from audit.delivery.channel import ChannelError, Check, Context, Sighting, TrailChannel
from audit.delivery.channels.log_files import LogFiles
from audit.delivery.permissions import CLOUDTRAIL, of_trail, refusals
from audit.delivery.status import status_errors, trail_status
from audit.delivery.trail import DescribedTrail
from audit.findings import API_REFERENCE, RESTORED_BY_PULUMI, USER_GUIDE, Finding, FindingKind, Severity
from iam_evaluation import Policies, Request

NO_TOPIC = FindingKind(
    "IBT230",
    Severity.ERROR,
    "the trail's topic does not exist",
    "CloudTrail does not make the topic again, so nobody is told of log files; they still arrive.",
    f"{RESTORED_BY_PULUMI}; find out who called DeleteTopic.",
    USER_GUIDE + "configure-sns-notifications-for-cloudtrail.html",
)
TOPIC_REFUSES = FindingKind(
    "IBT231",
    Severity.ERROR,
    "the topic's policy does not let CloudTrail publish",
    "CloudTrail must be allowed to publish to the topic, for this trail.",
    f"{RESTORED_BY_PULUMI}; find out who called SetTopicAttributes.",
    USER_GUIDE + "cloudtrail-permissions-for-sns-notifications.html",
)
NOTIFICATION_ERROR = FindingKind(
    "IBT232",
    Severity.ERROR,
    "CloudTrail reports that it cannot publish to the topic",
    "GetTrailStatus carries the error of the last attempt; log files arrive all the same.",
    "Correct what the error names; an encrypted topic's key must also let CloudTrail use it.",
    API_REFERENCE + "API_GetTrailStatus.html",
)


class SnsNotifications(TrailChannel):
    """CloudTrail tells when it last published in a Region: at the probe's log file, or after it.

    Nothing is subscribed to the topic; what its subscribers do with a message is not looked at.
    """

    name = "SNS notification"
    pause_seconds = 1.0
    needs = ("cloudtrail:GetTrailStatus", "s3:GetObject")
    follows = LogFiles

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._delivered: dict[str, datetime] = {}

    @classmethod
    def is_filled_by(cls, trail: DescribedTrail) -> bool:
        """Whether the trail has a topic."""
        return trail.topic is not None

    @cached_property
    def _s3(self) -> Any:
        return self.context.aws.client("s3")

    def look(self) -> Iterator[Sighting]:
        """Compare the time of the last notification with that of each probe's log file, once it is seen."""
        try:
            for probe in self.context.probes:
                file = self.context.sightings.get((LogFiles.name, probe.request_id))
                published = self._last_published() if file else None
                if file and published and published >= self._delivery(file.where):
                    where = f"{self.trail.topic}, at {published:%Y-%m-%dT%H:%M:%SZ}"
                    yield Sighting(probe.request_id, where, datetime.now(UTC))
        except (BotoCoreError, ClientError) as error:
            raise ChannelError(str(error)) from error

    def _last_published(self) -> datetime | None:
        status = trail_status(self.context, self.trail, self.context.region)
        time: datetime | None = status.get("LatestNotificationTime")
        return time

    def _delivery(self, file: str) -> datetime:
        """When a log file came to lie in the bucket, to the second."""
        if file not in self._delivered:
            bucket, _, key = file.removeprefix("s3://").partition("/")
            self._delivered[file] = self._s3.head_object(Bucket=bucket, Key=key)["LastModified"]
        return self._delivered[file]

    def checks(self) -> Sequence[Check]:
        """The topic, its policy, and what CloudTrail says of its notifications."""
        return self._topic, self._notifications

    def _topic(self) -> Iterator[Finding]:
        topic = self.trail.topic or ""
        region, owner = topic.split(":")[3:5]
        sns = self.context.aws.client("sns", region=region)
        try:
            attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"NotFound", "NotFoundException"}:
                raise
            yield Finding(NO_TOPIC, topic, "SNS answers NotFound")
            return
        request = Request(CLOUDTRAIL, "sns:Publish", topic, owner, of_trail(self.trail))
        for refusal in refusals(request, Policies(resource=json.loads(attributes["Policy"]))):
            yield Finding(TOPIC_REFUSES, topic, refusal)

    def _notifications(self) -> Iterator[Finding]:
        return status_errors(self.context, self.trail, "LatestNotificationError", NOTIFICATION_ERROR)
