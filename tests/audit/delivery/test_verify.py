"""The delivery probe: it sees what arrives, and names what keeps an event from arriving."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from audit.aws import Aws
from audit.commands.verify import verify as run_here
from audit.delivery import probe, watch
from audit.delivery.channel import ChannelError, Context, Sighting
from audit.delivery.channels.log_files import LogFiles
from audit.delivery.trail import described_trails
from console.output import Format
from localaws.testing import ACCOUNT_ID, LocalAws
from tests import ROOT
from tests.audit.delivery.deployed import BUCKET, REGION, TRAIL, Deployed, codes, verify


@pytest.mark.parametrize("write", [(), ("--write",)], ids=["read", "write"])
def test_a_sound_trail_delivers_the_probe_to_every_channel(
    deployed: Deployed, write: tuple[str, ...]
) -> None:
    """Exit code 0, each call seen in Event history and in a log file, with its latency."""
    code, result = verify(deployed.aws, *write, "--timeout", "60")
    assert code == 0, result
    assert result["delivered"] is True
    assert {row["channel"] for row in result["channels"]} == {"Event history", "S3 log file"}
    assert len(result["channels"]) == (4 if write else 2)
    assert all(row["seen"] and row["latency_seconds"] is not None for row in result["channels"])
    assert result["findings"] == []


def test_logs_that_cannot_be_read_are_not_called_undelivered(deployed: Deployed) -> None:
    """A reader without access is told so, not that the trail is broken."""
    deployed.aws.control("faults", [{"kind": "deny", "service": "s3", "operation": "GetObject"}])
    exit_code, result = verify(deployed.aws)
    assert exit_code == 1
    assert codes(result) == {"IBT211"}


def test_what_may_not_be_looked_at_is_told_once(deployed: Deployed) -> None:
    """As a warning, though more than one check would have looked at it."""
    denied = {"kind": "deny", "service": "cloudtrail", "operation": "GetTrailStatus"}
    deployed.aws.control("faults", [denied])
    exit_code, result = verify(deployed.aws, "--timeout", "60")
    assert exit_code == 0
    assert [one["code"] for one in result["findings"]] == ["IBT215"]


def test_a_refused_probe_is_told_though_its_record_arrives(deployed: Deployed) -> None:
    """A denied call is recorded as well; the verdict is still not clean."""
    deployed.aws.control("faults", [{"kind": "deny", "service": "imagebuilder"}])
    exit_code, result = verify(deployed.aws, "--timeout", "60")
    assert exit_code == 1
    assert codes(result) == {"IBT214"}
    assert result["delivered"] is True


def test_a_delivery_that_is_only_late_is_told_as_such() -> None:
    """Nothing is wrong with the trail: the finding says that no cause was found."""
    with LocalAws.started("--delivery-seconds", "600") as slow:
        deployed = Deployed(slow)
        exit_code, result = verify(deployed.aws)
    assert exit_code == 1
    assert codes(result) == {"IBT212"}


def test_later_calls_of_the_same_name_do_not_hide_the_probe(deployed: Deployed) -> None:
    """Event history gives 50 events a page, and a busy account makes more before the probe is seen."""
    deployed.aws.client("imagebuilder").list_components(owner="Self")
    trail = deployed.cloudtrail
    one = json.loads(
        trail.lookup_events(
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "ListComponents"}]
        )["Events"][0]["CloudTrailEvent"]
    )
    soon = (datetime.now(UTC) + timedelta(seconds=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    later = [one | {"eventID": str(uuid4()), "requestID": str(uuid4()), "eventTime": soon} for _ in range(60)]
    deployed.aws.control("records", {"Records": later})
    late = {"kind": "deny", "service": "cloudtrail", "operation": "LookupEvents", "count": 5}
    deployed.aws.control("faults", [late])
    code, result = verify(deployed.aws, "--timeout", "10")
    assert code == 0, result


def test_a_result_that_cannot_be_written_is_told_before_the_probe(deployed: Deployed) -> None:
    """And not after a wait of minutes."""
    deployed.aws.control("faults", [{"kind": "deny", "service": "imagebuilder"}])
    finished = subprocess.run(
        [sys.executable, "-m", "audit", "verify", "--output", "/nowhere/at/all"],
        cwd=ROOT,
        env=dict(deployed.aws.environment()),
        capture_output=True,
        text=True,
        check=False,
    )
    assert deployed.aws.control("faults")[0]["matches"] == 0
    assert finished.returncode == 2
    assert finished.stderr.startswith("audit: --output /nowhere/at/all: ")


def test_a_component_left_behind_is_named(deployed: Deployed) -> None:
    """The probe that writes says what it could not delete."""
    refused = {"kind": "deny", "service": "imagebuilder", "operation": "DeleteComponent"}
    deployed.aws.control("faults", [refused])
    code, result = verify(deployed.aws, "--write", "--timeout", "60")
    assert code == 1
    (component,) = deployed.aws.client("imagebuilder").list_components(owner="Self")["componentVersionList"]
    (finding,) = result["findings"]
    assert f"{component['arn']}/1 is left behind: delete it" in finding["detail"]


def test_channels_that_stay_closed_are_not_waited_for(
    deployed: Deployed, here: Aws, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Who may not read the logs is told so after a while, not when the time is up."""
    monkeypatch.setattr(watch, "BLOCKED_SECONDS", 1.0)
    deployed.aws.control("faults", [{"kind": "deny", "service": "s3", "operation": "GetObject"}])
    began = time.monotonic()
    assert run_here(here, timeout=60.0, format=Format.JSON) == 1
    assert time.monotonic() - began < 30
    assert codes(json.loads(capsysbinary.readouterr().out)) == {"IBT211"}


def test_a_log_file_that_cannot_be_read_does_not_hide_the_others(deployed: Deployed, here: Aws) -> None:
    """The probe's own file is read though another one, before it, is refused."""
    (trail,) = described_trails(here, TRAIL)
    (made,) = probe.read(here.client("imagebuilder"))
    folder = f"AWSLogs/{ACCOUNT_ID}/CloudTrail/{REGION}/{made.aws_time:%Y/%m/%d}"
    archived = (
        f"{folder}/{ACCOUNT_ID}_CloudTrail_{REGION}_{made.aws_time:%Y%m%dT%H%M}Z_0000000000000000.json.gz"
    )
    deployed.s3.put_object(Bucket=BUCKET, Key=archived, Body=b"", StorageClass="GLACIER")
    deployed.aws.control("deliver", {})
    seen: list[Sighting] = []
    with pytest.raises(ChannelError, match=archived):
        seen.extend(LogFiles(Context(here, ACCOUNT_ID, [made], trail)).look())
    assert [sighting.request_id for sighting in seen] == [made.request_id]
