"""How long the HTML report of 60,000 events takes to make, to load in Chromium, to filter and to sort.

40,000 lines of who did what, 3,000 identities in three accounts.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests import ROOT
from tests.audit.chromium import CHROMIUM, browsing
from tests.corpus import gzipped

EVENTS, PEOPLE = 60_000, 3_000
ACCOUNTS = ("111111111111", "222222222222", "333333333333")
ACTIONS = ("StartImagePipelineExecution", "GetImage", "ListImages", "CreateComponent", "DeleteImageRecipe")
REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2")


def event(number: int) -> dict[str, Any]:
    """One event; two thirds of them are a line of their own."""
    account, name = ACCOUNTS[number % 3], f"user{number % PEOPLE // 3}"
    arn = f"arn:aws:iam::{account}:user/{name}"
    step = number // PEOPLE * 2 // 3
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_767_225_600 + number * 9))
    action, pipeline = (
        ACTIONS[step % 5],
        f"arn:aws:imagebuilder:us-east-1:{account}:image-pipeline/p{number % 400}",
    )
    return {
        "userIdentity": {"type": "IAMUser", "userName": name, "accountId": account, "arn": arn},
        "eventTime": moment,
        "eventSource": "imagebuilder.amazonaws.com",
        "eventName": action,
        "awsRegion": REGIONS[step // 5],
        "sourceIPAddress": f"203.0.113.{number % 251}",
        "errorCode": "AccessDeniedException" if step % 3 == 0 else None,
        "requestParameters": {"imagePipelineArn": pipeline} if step % 5 == 0 else None,
        "eventID": str(number),
        "readOnly": action.startswith(("Get", "List")),
        "recipientAccountId": account,
    }


def main() -> None:
    """Print each figure, best of three."""
    if CHROMIUM is None:
        sys.exit("no chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        logs, page = Path(folder, "logs"), Path(folder, "page.html")
        logs.mkdir()
        for begin in range(0, EVENTS, 3000):
            records = {"Records": [event(number) for number in range(begin, begin + 3000)]}
            (logs / f"{begin}.json.gz").write_bytes(gzipped(json.dumps(records).encode(), 1))
        begun = time.perf_counter()
        command = [sys.executable, "-m", "audit", "report", str(logs), "--html", str(page)]
        subprocess.run(command, cwd=ROOT, check=True)
        print(f"made       {time.perf_counter() - begun:5.2f} s  {page.stat().st_size / 2**20:.1f} MiB")
        with browsing(Path(folder, "profile")) as tab:
            loads = []
            for _ in range(3):
                tab.open("about:blank")
                tab.open(page.as_uri())
                loads.append(tab.run("performance.getEntriesByType('navigation')[0].duration") / 1000)
            print(f"loaded     {min(loads):5.2f} s  {tab.run(_LINES)} lines of who did what")
            print(f"filtered   {min(tab.run(_FILTER) for _ in range(3)) / 1000:5.2f} s")
            print(f"sorted     {min(tab.run(_SORT) for _ in range(3)) / 1000:5.2f} s")


_LINES = "document.getElementById('deeds-count').textContent"
_FILTER = """(() => {
  const input = document.getElementById("filter"), begun = performance.now();
  input.value = "user999 222222222222";
  input.dispatchEvent(new Event("input"));
  return performance.now() - begun;
})()"""
_SORT = """(() => {
  const begun = performance.now();
  document.querySelector("#deeds-table thead button").click();
  return performance.now() - begun;
})()"""


if __name__ == "__main__":
    main()
