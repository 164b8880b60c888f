"""A trail signs digests of its log files."""

from __future__ import annotations

from collections.abc import Iterator

from policies.guard.card import TRAIL, Options, Resource, ResourceCard


def _find(resource: Resource, _options: Options) -> Iterator[str]:
    if resource.properties.get("enableLogFileValidation") is not True:
        yield "log file validation is off"


CARD = ResourceCard(
    code="IBT402",
    verb="require",
    subject="log-file-validation",
    severity="high",
    framework="CIS AWS Foundations 5.0: 3.2; Security Hub: CloudTrail.4",
    why="Nobody can tell then whether a log file was changed or removed.",
    fix="set enable_log_file_validation=True on the trail.",
    link="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html",
    types=(TRAIL,),
    find=_find,
)
