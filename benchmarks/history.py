"""How close `audit history` comes to the limit of LookupEvents: 2 calls, so 100 events, a second and Region.

20,000 events over 17 Regions, all Regions at once; then the same while calls are throttled.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from localaws.cloudtrail.regions import ENABLED_BY_DEFAULT as REGIONS
from localaws.testing import ACCOUNT_ID, LocalAws
from tests import ROOT

EVENTS = 20_000
LIMIT = 100.0
THROTTLED = {
    "kind": "throttle",
    "service": "cloudtrail",
    "operation": "LookupEvents",
    "after": 50,
    "count": 50,
}


def event(number: int, now: datetime) -> dict[str, Any]:
    """One management event."""
    return {
        "eventVersion": "1.11",
        "userIdentity": {"type": "Root", "accountId": ACCOUNT_ID, "arn": f"arn:aws:iam::{ACCOUNT_ID}:root"},
        "eventTime": (now - timedelta(seconds=60 + number % 50_000)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "imagebuilder.amazonaws.com",
        "eventName": "ListImages",
        "awsRegion": REGIONS[number % len(REGIONS)],
        "requestParameters": None,
        "responseElements": None,
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT_ID,
        "eventCategory": "Management",
    }


def download(aws: LocalAws, output: Path) -> float:
    """Wall seconds of one whole download."""
    regions = [word for region in REGIONS for word in ("--event-region", region)]
    command = [sys.executable, "-m", "audit", "history", *regions, "--event-name", "ListImages"]
    started = time.perf_counter()
    subprocess.run(
        [*command, "--format", "jsonl", "--output", str(output)],
        cwd=ROOT,
        env=dict(aws.environment()),
        check=True,
    )
    return time.perf_counter() - started


def main() -> int:
    """Seed, download twice, and say which share of the limit was reached."""
    now = datetime.now(UTC)
    seeded = [event(number, now) for number in range(EVENTS)]
    with LocalAws.started() as aws, tempfile.TemporaryDirectory() as folder:
        for first in range(0, EVENTS, 2000):
            aws.control("records", {"Records": seeded[first : first + 2000]})
        aws.client("cloudtrail").lookup_events()  # what the local AWS loads for its first call is not ours
        for name, faults in (("undisturbed", []), ("50 calls throttled", [THROTTLED])):
            if faults:
                aws.control("faults", faults)
            time.sleep(1)  # so that calls made before do not count against this run's limit
            output = Path(folder) / f"{len(name)}.jsonl"
            seconds = download(aws, output)
            lines = output.read_bytes().splitlines()
            assert len(lines) == len(set(lines)) == EVENTS
            rate = EVENTS / len(REGIONS) / seconds
            print(
                f"{name:20} {seconds:5.1f} s  {rate:5.1f} events/s a Region  {rate / LIMIT:.0%} of the limit"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
