"""The whole story in one command: `make demo`.

Deploy the trail to the local AWS with the real Pulumi engine, make Image Builder calls as several identities,
wait until each is in the bucket, and say who did what.

Exit code 0 only when every call made was found in the bucket's log files.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from audit import logs
from audit.commands.report import report
from audit.records import Record
from audit.selection import Selection
from audit.sources.source import Source
from examples import identities
from examples.imagebuilder_calls import perform

ROOT = Path(__file__).resolve().parent.parent
ROOT_CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
STACK = "local"
PATIENCE_SECONDS = 60.0
SERVICE = "config.amazonaws.com"


class DemoError(Exception):
    """A part of the demo did not start or did not answer; the message says which."""


def say(message: str) -> None:
    """Progress, which is not the result: to stderr."""
    print(message, file=sys.stderr, flush=True)


@contextmanager
def local_aws() -> Iterator[str]:
    """A local AWS of the demo's own on a free port; yields its endpoint."""
    command = [sys.executable, "-m", "localaws", "serve", "--port", "0", "--delivery-seconds", "0.5"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None  # noqa: S101 - asked for above
            line = process.stdout.readline()
            if not line.startswith("ready "):
                raise DemoError("the local AWS did not start; what it said stands above")
            yield line.split()[1]
        finally:
            process.terminate()


def deploy(endpoint: str) -> dict[str, Any]:
    """`pulumi up` the stack; return its outputs."""
    pulumi = [sys.executable, "-m", "localaws", "pulumi", "--endpoint", endpoint]
    for arguments in (
        ["stack", "init", STACK],
        ["up", "--yes", "--skip-preview", "--stack", STACK, "--suppress-outputs"],
    ):
        finished = subprocess.run([*pulumi, *arguments], cwd=ROOT, stdout=sys.stderr, check=False)
        if finished.returncode:
            raise DemoError(f"`pulumi {' '.join(arguments)}` ended with exit code {finished.returncode}")
    shown = subprocess.run(
        [*pulumi, "stack", "output", "--json", "--stack", STACK],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    outputs: dict[str, Any] = json.loads(shown.stdout)
    return outputs


def as_a_service(endpoint: str, operation: str, region: str) -> str:
    """Have an AWS service make an Image Builder call; return the call's request ID."""
    body = {
        "service": "imagebuilder",
        "operation": operation,
        "region": region,
        "service_principal": SERVICE,
    }
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{endpoint}/_localaws/invoke", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as response:  # noqa: S310
        answer = json.load(response)
    if "error" in answer:
        raise DemoError(f"{operation} by {SERVICE} failed: {answer['error']}")
    return str(answer["result"]["requestId"])


def make_calls(endpoint: str) -> list[str]:
    """Make every Image Builder action at least once; return the request IDs of all calls."""
    credentials = identities.create(endpoint, ROOT_CREDENTIALS)
    clients = identities.imagebuilder_clients(endpoint, credentials)
    performed = list(perform(clients))
    services = [
        as_a_service(endpoint, operation, region)
        for operation in ("ListImagePipelines", "ListImageRecipes")
        for region in identities.REGIONS
    ]
    actions = {call.operation for call in performed}
    failed = Counter(call.error_code for call in performed if call.error_code)
    say(
        f"made {len(performed) + len(services)} Image Builder calls: {len(actions)} actions,"
        f" {len(clients) + 1} identities, {len(identities.REGIONS)} Regions, {failed.total()} failing"
    )
    return [call.request_id for call in performed] + services


def wait_for_delivery(source: Source, request_ids: Sequence[str]) -> set[str]:
    """Read the bucket until every call is in it, or patience ends; return the request IDs found."""
    wanted = set(request_ids)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        records = (item for item in logs.read(source, Selection()) if isinstance(item, Record))
        found = wanted & {record.event.request_id or "" for record in records}
        if found == wanted or time.monotonic() > deadline:
            return found
        time.sleep(0.2)


def point_at(endpoint: str) -> Mapping[str, str]:
    """The environment in which this process and its children talk to the local AWS, and to nothing else."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": ROOT_CREDENTIALS["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": ROOT_CREDENTIALS["aws_secret_access_key"],
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def main() -> int:
    """Play the demo; return its exit code."""
    with local_aws() as endpoint:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ.update(point_at(endpoint))
        say(f"the local AWS answers at {endpoint}; deploying stack {STACK} …")
        outputs = deploy(endpoint)
        place = f"s3://{outputs['bucket_name']}/{outputs['key_prefix']}".rstrip("/")
        request_ids = make_calls(endpoint)
        say(f"waiting for delivery to {place} …")
        source = logs.open_source(place, region=outputs["region"])
        found = wait_for_delivery(source, request_ids)
        report(source, Selection())
    print(f"DELIVERED {len(found)}/{len(request_ids)}")
    return 0 if len(found) == len(request_ids) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except DemoError as problem:
        say(f"demo: {problem}")
        sys.exit(3)
    except KeyboardInterrupt:
        sys.exit(130)
