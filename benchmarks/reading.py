"""Reading delivered logs, side by side in one run.

python -m benchmarks.reading [--events N] [--objects N] [--skip NAME]

CPU seconds are user + system of the whole process tree, the least of three runs of those that take seconds;
memory is the tree's largest resident sum, sampled. igzip comes with Debian's package isal, trailscraper from
PyPI into an environment of its own; what is not on PATH is left out by name.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.corpus import cached, gzipped, log_file

PYTHON = sys.executable
AUDIT = (PYTHON, "-m", "audit")
DUCKDB = (
    "import duckdb, sys\n"
    'duckdb.sql("SET threads = 2")\n'
    't = duckdb.sql("SELECT unnest(Records) r FROM read_json(\'" + sys.argv[1] + "/**/*.json.gz\','
    " maximum_object_size=33554432, columns={'Records': 'STRUCT(eventSource VARCHAR, eventName VARCHAR,"
    " eventTime VARCHAR, errorCode VARCHAR, userIdentity JSON)[]'})\")\n"
    'print(duckdb.sql("SELECT r.eventName, r.errorCode, count(*) FROM t WHERE'
    " r.eventSource = 'imagebuilder.amazonaws.com' GROUP BY 1, 2\"))\n"
)


@dataclass(frozen=True)
class Cost:
    """What a command took."""

    cpu: float
    wall: float
    memory: int


def measured(
    command: Sequence[str], environment: dict[str, str] | None = None, *, accepted: Sequence[int] = (0,)
) -> Cost:
    """Run a command with its output thrown away; `accepted` are the exit codes that it may end with."""
    peak = 0
    before = os.times()
    begin = time.monotonic()
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=os.environ | (environment or {}),
    ) as process:

        def watch() -> None:
            nonlocal peak
            while process.poll() is None:
                peak = max(peak, group_memory(process.pid))
                time.sleep(0.05)

        watcher = threading.Thread(target=watch)
        watcher.start()
        process.wait()
        watcher.join()
    if process.returncode not in accepted:
        raise SystemExit(f"{command[0]} ended with {process.returncode}: {' '.join(command)}")
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(cpu, time.monotonic() - begin, peak)


def group_memory(group: int) -> int:
    """Proportional resident bytes of all processes of a session, shared pages counted once."""
    total = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getsid(int(entry.name)) == group:
                    lines = (entry / "smaps_rollup").read_text().splitlines()
                    total += next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
            except (OSError, StopIteration):
                continue
    return total


def commands(folder: Path) -> dict[str, Sequence[str] | None]:
    """What is compared; None where its program is missing."""
    files = f"find {folder} -name '*.gz' -print0 | xargs -0"

    def shell(program: str, line: str) -> Sequence[str] | None:
        return ("sh", "-c", line) if shutil.which(program) else None

    select = 'select(.eventSource == "imagebuilder.amazonaws.com")'
    trailscraper = shutil.which("trailscraper")
    return {
        "igzip, only decompressing": shell("igzip", f"{files} igzip -d -c"),
        "audit events --format jsonl": (*AUDIT, "events", str(folder), "--format", "jsonl"),
        "audit report": (*AUDIT, "report", str(folder)),
        "audit events --event-source all": (
            *AUDIT,
            "events",
            str(folder),
            "--format",
            "jsonl",
            "--event-source",
            "all",
        ),
        "DuckDB alone, typed columns": (PYTHON, "-c", DUCKDB, str(folder)),
        "zcat | jq": shell("jq", f"{files} zcat | jq -c '.Records[] | {select}'"),
        "trailscraper select": trailscraper
        and (trailscraper, "select", "--log-dir", str(folder), "--from", "2025-12-31", "--to", "2027-01-01"),
    }


def compare(folder: Path, names: Sequence[str] = (), skip: str = "") -> None:
    """A line for each command (or those named), with its CPU seconds as a ratio to those of igzip."""
    print(f"{'':34}{'CPU s':>8}{'ratio':>8}{'wall s':>8}{'MB':>7}")
    base: float | None = None
    for name, command in commands(folder).items():
        if names and name not in names:
            continue
        if command is None or (skip and skip in name):
            print(f"{name:34}  not at hand" if command is None else f"{name:34}  left out")
            continue
        runs = 3 if "igzip" in name or "audit" in name else 1
        cost = min((measured(command) for _ in range(runs)), key=lambda cost: cost.cpu)
        base = base if base is not None else cost.cpu
        print(
            f"{name:34}{cost.cpu:8.2f}{cost.cpu / base:8.2f}{cost.wall:8.2f}{cost.memory / 1e6:7.0f}",
            flush=True,
        )


OURS = ("igzip, only decompressing", "audit events --format jsonl", "audit report")


def local(events: int, skip: str) -> None:
    """Compare over local logs; then ours alone over four times as much, and over JSON in another order."""
    folder, truth = cached(events)
    packed = sum(path.stat().st_size for path in folder.rglob("*.gz"))
    print(
        f"{truth.events:,} events, {truth.size / 1e9:.2f} GB of JSON in {packed / 1e6:.0f} MB of gzip, "
        f"{truth.image_builder:,} of Image Builder; {os.cpu_count()} cores"
    )
    compare(folder, skip=skip)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        for number in range(4):
            shutil.copytree(folder, Path(name, f"{number}"), copy_function=os.link)
        print(f"\nfour times as much, {4 * truth.size / 1e9:.2f} GB of JSON")
        compare(Path(name), OURS)
    with tempfile.TemporaryDirectory() as name:
        rewrite(folder, Path(name), 500)
        print("\n500 of the files with sorted keys and spaces between all tokens")
        compare(Path(name), OURS)


def rewrite(folder: Path, target: Path, files: int) -> None:
    """The same records as another writer would have written them."""
    for path in sorted(folder.rglob("*.gz"))[:files]:
        text = json.dumps(json.loads(gzip.decompress(path.read_bytes())), sort_keys=True, indent=1)
        (target / path.name).write_bytes(gzipped(text.encode(), 1))


@contextmanager
def slow_s3(folder: Path, milliseconds: int = 25) -> Iterator[dict[str, str]]:
    """An S3 stand-in that takes so long for a request, and the environment that leads to it."""
    script = str(Path(__file__).with_name("slow_s3.py"))
    with subprocess.Popen(
        (PYTHON, script, str(folder), f"{milliseconds}"), stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        try:
            yield {
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
                **dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "test"),
                "AWS_REGION": "us-east-1",
            }
        finally:
            server.terminate()


ONE_BY_ONE = (
    "import boto3\n"
    "client = boto3.client('s3')\n"
    "for item in client.list_objects_v2(Bucket='logs')['Contents'][:200]:\n"
    "    client.get_object(Bucket='logs', Key=item['Key'])['Body'].read()\n"
)


def remote(files: int) -> None:
    """Compare with fetching one object at a time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(files):
            day, region = f"2026/01/{1 + number % 20:02}", ("us-east-1", "eu-west-1", "us-west-2")[number % 3]
            path = folder / f"AWSLogs/123456789012/CloudTrail/{region}/{day}/{number:016}.json.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(log_file([{"eventSource": "ec2.amazonaws.com", "eventID": f"{number}"}] * 50))
        with slow_s3(folder) as environment:
            one = measured((PYTHON, "-c", ONE_BY_ONE), environment)
            all_ = measured((*AUDIT, "events", "s3://logs", "--format", "jsonl"), environment)
    slow, fast = 200 / one.wall, files / all_.wall
    print(
        f"S3 at 25 ms a request: one at a time {slow:.0f} objects/s; "
        f"audit events {fast:.0f} objects/s, {fast / slow:.1f} x"
    )


def main() -> None:
    """Measure what the flags ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--events", type=int, default=800_000, help="events in the corpus; 800,000 are 1.1 GB"
    )
    parser.add_argument(
        "--objects", type=int, default=6000, help="objects read from the S3 stand-in; 0 for none"
    )
    parser.add_argument("--skip", default="", help="leave out what has this in its name")
    values = parser.parse_args()
    local(values.events, values.skip)
    if values.objects:
        remote(values.objects)


if __name__ == "__main__":
    main()
