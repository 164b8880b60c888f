"""Log files in the trail's bucket.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import product
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from audit.delivery.channel import ChannelError, Check, Context, Sighting, TrailChannel
from audit.delivery.log_file_causes import LogFileCauses
from audit.scan import Tally, scan
from audit.selection import IMAGE_BUILDER, Selection
from audit.sources.s3 import Bucket

_MARGIN = timedelta(minutes=5)


class LogFiles(TrailChannel):
    """Only those delivered since the probe are looked at, each once."""

    name = "S3 log file"
    pause_seconds = 2.0
    needs = ("s3:ListBucket", "s3:GetObject", "kms:Decrypt")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._read = set[str]()

    @cached_property
    def _s3(self) -> Any:
        return self.context.aws.client("s3")

    @cached_property
    def _bucket(self) -> Bucket:
        return Bucket(self.trail.bucket, "", self.context.aws)

    def look(self) -> Iterator[Sighting]:
        """List the Region's folders of today (and of the day of the probe) and read what is new."""
        wanted = Selection(
            event_sources=frozenset({IMAGE_BUILDER}),
            request_ids=frozenset(probe.request_id for probe in self.context.probes),
        )
        try:
            new = [key for key in self._keys() if key not in self._read]
        except (BotoCoreError, ClientError) as error:
            raise ChannelError(str(error)) from error
        unreadable = []
        for key, data in self._bucket.fetch(new):
            if isinstance(data, OSError):
                unreadable.append(f"s3://{self.trail.bucket}/{key}: {data}")
                continue
            self._read.add(key)
            for record in scan(key, data, wanted, Tally()):
                where = f"s3://{self.trail.bucket}/{key}"
                yield Sighting(record.event.request_id or "", where, datetime.now(UTC))
        if unreadable:
            raise ChannelError(unreadable[0])

    def checks(self) -> Sequence[Check]:
        """Bucket, key, lifecycle, and what CloudTrail says of its deliveries."""
        return LogFileCauses(self.context, self.trail).checks()

    def _keys(self) -> Iterator[str]:
        probes, account_id = self.context.probes, self.context.account_id
        since = min(probe.aws_time for probe in probes) - _MARGIN
        waited = datetime.now(UTC) - min(probe.made_at for probe in probes)
        days = {(since + later).date() for later in (timedelta(), _MARGIN, _MARGIN + waited)}
        for folder, day in product(self._folders(), sorted(days)):
            prefix = f"{folder}{account_id}/CloudTrail/{self.context.region}/{day:%Y/%m/%d}/"
            first = f"{prefix}{account_id}_CloudTrail_{self.context.region}_{since:%Y%m%dT%H%M}"
            pages = self._s3.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.trail.bucket, Prefix=prefix, StartAfter=first):
                yield from (item["Key"] for item in page.get("Contents", ()))

    def _folders(self) -> list[str]:
        """Where accounts' folders lie: an organization's trail has the organization's ID before them."""
        top = self.trail.logs_folder
        if not self.trail.of_organization:
            return [top]
        answer = self._s3.list_objects_v2(Bucket=self.trail.bucket, Prefix=f"{top}o-", Delimiter="/")
        return [top, *(item["Prefix"] for item in answer.get("CommonPrefixes", ()))]
