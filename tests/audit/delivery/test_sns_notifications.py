"""The SNS channel: it sees that the probe's log file was announced, and names what prevents that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from audit.aws import Aws
from audit.delivery import probe
from audit.delivery.channel import Context
from audit.delivery.channels.log_files import LogFiles
from audit.delivery.channels.sns_notifications import SnsNotifications
from audit.delivery.trail import described_trails
from localaws.testing import ACCOUNT_ID
from tests.audit.delivery.conftest import Verified
from tests.audit.delivery.deployed import BUCKET, TOPIC_ARN, TRAIL, Deployed, codes, verify


@pytest.fixture
def deployed(deployed: Deployed) -> Deployed:
    """A sound deployment with a topic."""
    deployed.add_topic()
    return deployed


def pass_seconds(deployed: Deployed) -> None:
    """Let time pass in the local AWS: S3 says to the second only when an object came."""
    deployed.aws.control("clock", {"time": (datetime.now(UTC) + timedelta(seconds=10)).isoformat()})


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_the_announcement_of_the_log_file_is_seen(deployed: Deployed, region: str) -> None:
    """Whatever the Region of the call: the topic is in the trail's home Region."""
    code, result = verify(deployed.aws, "--write", "--timeout", "60", region=region)
    assert code == 0, result
    rows = [row for row in result["channels"] if row["channel"] == "SNS notification"]
    assert [row["call"] for row in rows] == ["CreateComponent", "DeleteComponent"]
    assert all(row["where"].startswith(f"{TOPIC_ARN}, at ") for row in rows)


BREAKAGES: dict[str, tuple[Callable[[Deployed], Any], str, str]] = {
    "topic gone": (
        lambda it: it.aws.client("sns").delete_topic(TopicArn=TOPIC_ARN),
        "IBT230",
        "SNS answers NotFound",
    ),
    "topic lets another service in": (
        lambda it: it.put_topic_policy("s3.amazonaws.com"),
        "IBT231",
        "sns:Publish is not allowed: the statement LetIn would allow it, but for its Principal",
    ),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_what_keeps_cloudtrail_from_publishing_is_named(
    deployed: Deployed, verified: Verified, name: str
) -> None:
    """With its cause, and with the log file seen all the same."""
    break_it, code, words = BREAKAGES[name]
    break_it(deployed)
    pass_seconds(deployed)
    exit_code, result = verified()
    assert exit_code == 1
    assert codes(result) - {"IBT232"} == {code}
    assert any(words in one["detail"] for one in result["findings"] if one["code"] == code), result[
        "findings"
    ]
    seen = {row["channel"]: row["seen"] for row in result["channels"]}
    assert seen == {"Event history": True, "S3 log file": True, "SNS notification": False}


def test_the_error_of_the_last_notification_is_told(deployed: Deployed, verified: Verified) -> None:
    """As GetTrailStatus has it, beside the cause."""
    deployed.put_topic_policy("s3.amazonaws.com")
    pass_seconds(deployed)
    deployed.aws.client("imagebuilder").list_components()
    deployed.aws.control("deliver", {})
    exit_code, result = verified()
    assert exit_code == 1
    details = {one["code"]: one["detail"] for one in result["findings"]}
    assert details["IBT232"] == "LatestNotificationError in us-east-1: AuthorizationError"


def test_without_the_log_file_the_missing_announcement_is_no_fault_of_its_own(
    deployed: Deployed, verified: Verified
) -> None:
    """What keeps the log file away is the one cause that is told."""
    deployed.s3.delete_bucket_policy(Bucket=BUCKET)
    exit_code, result = verified()
    assert exit_code == 1
    assert codes(result) - {"IBT213"} == {"IBT206"}


def test_an_earlier_announcement_is_not_that_of_the_probe(deployed: Deployed, here: Aws) -> None:
    """The last announcement counts only if it came with the probe's own log file, or after it."""
    deployed.aws.client("imagebuilder").list_components()
    deployed.aws.control("deliver", {})
    assert deployed.cloudtrail.get_trail_status(Name=TRAIL)["LatestNotificationTime"]
    deployed.put_topic_policy("s3.amazonaws.com")
    pass_seconds(deployed)
    (trail,) = described_trails(here, TRAIL)
    context = Context(here, ACCOUNT_ID, probe.read(here.client("imagebuilder")), trail)
    deployed.aws.control("deliver", {})
    (file,) = LogFiles(context).look()
    context.sightings[LogFiles.name, file.request_id] = file
    assert list(SnsNotifications(context).look()) == []
    deployed.put_topic_policy("cloudtrail.amazonaws.com")
    deployed.aws.client("imagebuilder").list_components()
    deployed.aws.control("deliver", {})
    assert [seen.request_id for seen in SnsNotifications(context).look()] == [file.request_id]
