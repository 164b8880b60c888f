"""`pulumi up` of the default stack where each call takes 100 ms, against its longest chain of calls.

What Python and the engine need by themselves is measured by the same `up` without latency, and taken off:
what is left is waiting for AWS. If it is about as long as the longest chain, nothing waits that need not.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from localaws.pulumi import engine
from localaws.testing import LocalAws
from tests import ROOT

STACK = "local"
LATENCY_MS = 100
IDENTITY_CALLS = 1  # the program asks who it is before anything else
PROGRAM = ("Pulumi.yaml", "__main__.py", "config", "components", "policies")
# Calls that wait for one another: those that make the resource, then one round of reads made side by side.
CALLS = {
    "aws:cloudtrail/trail:Trail": 4,
    "aws:iam/policy:Policy": 3,
    "aws:kms/key:Key": 3,
    "aws:s3/bucket:Bucket": 4,
}
USUAL_CALLS = 2


def deploy(folder: Path, endpoint: str) -> float:
    """Run `up` and return how long it took, in seconds."""
    command = [sys.executable, "-m", "localaws", "pulumi", "--endpoint", endpoint]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    options: dict[str, Any] = {"cwd": folder, "env": environment, "stdout": sys.stderr}
    if not (folder / ".localaws").exists():
        subprocess.run([*command, "stack", "init", STACK], **options, check=True)
    begun = time.perf_counter()
    subprocess.run([*command, "up", "--yes", "--skip-preview", "--stack", STACK], **options, check=True)
    return time.perf_counter() - begun


def chain(folder: Path) -> list[str]:
    """The resources of the chain of dependencies that needs the most calls one after another."""
    [state] = folder.glob(".localaws/state/*/.pulumi/stacks/*/*.json")
    resources = json.loads(state.read_text())["checkpoint"]["latest"]["resources"]
    longest: dict[str, list[str]] = {}
    types = {one["urn"]: one["type"] for one in resources}
    for one in resources:
        before = [longest[urn] for urn in one.get("dependencies", []) if urn in longest]
        longest[one["urn"]] = [*max(before, key=lambda urns: calls(urns, types), default=[]), one["urn"]]
    return [
        types[urn]
        for urn in max(longest.values(), key=lambda urns: calls(urns, types))
        if types[urn].startswith("aws:")
    ]


def calls(urns: list[str], types: dict[str, str]) -> int:
    """How many calls must follow one another to make these resources."""
    aws = [types[urn] for urn in urns if types[urn].startswith("aws:")]
    return sum(CALLS.get(kind, USUAL_CALLS) for kind in aws)


def project(parent: Path, name: str) -> Path:
    """A copy of the project, so that the measurement leaves nothing in the checkout."""
    folder = parent / name
    folder.mkdir()
    for part in PROGRAM:
        source = ROOT / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / part)
    return folder


def main() -> int:
    """Measure, and print one line a figure."""
    if engine.find() is None:
        print("no Pulumi engine is at hand: `python -m localaws.pulumi.engine` gets one", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as parent:
        figures = {}
        for latency in (0, LATENCY_MS):
            folder = project(Path(parent), str(latency))
            with LocalAws.started("--latency-ms", str(latency)) as aws:
                figures[latency] = (deploy(folder, aws.endpoint), deploy(folder, aws.endpoint))
        kinds = chain(folder)
    needed = (IDENTITY_CALLS + sum(CALLS.get(kind, USUAL_CALLS) for kind in kinds)) * LATENCY_MS / 1000
    waiting = figures[LATENCY_MS][0] - figures[0][0]
    print(f"up without latency               {figures[0][0]:6.2f} s   second up {figures[0][1]:6.2f} s")
    print(f"up at {LATENCY_MS} ms a call              {figures[LATENCY_MS][0]:6.2f} s"
          f"   second up {figures[LATENCY_MS][1]:6.2f} s")  # fmt: skip
    print(f"longest chain of dependent calls {needed:6.2f} s   {' > '.join(kinds)}")
    print(f"waiting for AWS / longest chain  {waiting / needed:6.2f}   (target: at most 1.3)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
