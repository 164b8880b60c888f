"""The settings of the CloudWatch Logs group that takes the trail's events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from config.settings.group import Anew, Change, Given, Group, Impossible, check, setting
from config.settings.values import Switch, WholeNumber

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTIONS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


class LogGroupSettings(Group):
    """Whether events go to CloudWatch Logs as well, where alarms and live searches find them."""

    heading: ClassVar[str] = "CloudWatch Logs"

    log_group: Switch = setting(
        False,
        "true or false",
        "Whether a log group in CloudWatch Logs takes each event too, encrypted with the trail's key. Whom "
        "this account's IAM policies let read the group reads events there. AWS charges for what it takes.",
        Change.UPDATE,
        Anew.BOTH,
    )
    log_group_retention_days: WholeNumber = setting(
        90,
        f"0 to keep events for ever, or one of {', '.join(map(str, RETENTIONS))}",
        "How long the log group keeps events. The bucket keeps them as its own settings say.",
        Change.DATA,
        ge=0,
        le=RETENTIONS[-1],
    )

    @check
    def _retention(self, given: Given) -> Iterator[Impossible]:
        days = given[LogGroupSettings].log_group_retention_days
        if days and days not in RETENTIONS:
            near = next(allowed for allowed in RETENTIONS if allowed > days)
            wrong = f"is none of the periods that CloudWatch Logs knows; allowed: {near}, or 0 for ever"
            yield Impossible("log_group_retention_days", wrong, near)
