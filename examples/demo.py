"""The whole story in one command: `make demo`.

Deploy the trail to the local AWS with the real Pulumi engine, make Image Builder calls as several identities,
wait until each is in the bucket, and say who did what.

Exit code 0 only when every call made was found in the bucket's log files.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from console.messages import say
from localaws.pulumi import engine, local
from localaws.pulumi.cli import FOLDER

ROOT = Path(__file__).resolve().parent.parent
STACK = "local"
Outputs = dict[str, Any]


class DemoError(Exception):
    """A part of the demo did not start or did not answer; the message says which."""


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
            endpoint = line.split()[1]
            instance = local.named(endpoint).instance
            yield endpoint
        finally:
            process.kill()  # all that it holds is in memory, and has been read
    shutil.rmtree(ROOT / FOLDER / "state" / instance, ignore_errors=True)  # describes what is gone now


def pulumi(endpoint: str, *arguments: str) -> list[str]:
    """The command line of the real `pulumi ARGUMENTS…` against the local AWS."""
    return [sys.executable, "-m", "localaws", "pulumi", "--endpoint", endpoint, *arguments]


def deployed_by_the_engine(endpoint: str) -> Callable[[], Outputs]:
    """`pulumi up` the stack; return a function that waits for its outputs."""
    up = pulumi(endpoint, "up", "--yes", "--skip-preview", "--stack", STACK, "--suppress-outputs")
    with subprocess.Popen(up, cwd=ROOT, stdout=sys.stderr) as process:
        from examples import demo_story  # noqa: PLC0415 - slow to import: meanwhile

        demo_story.wake_services(endpoint)
    if process.returncode:
        raise DemoError(f"`pulumi up` ended with exit code {process.returncode}; what it said stands above")
    shown = pulumi(endpoint, "stack", "output", "--json", "--stack", STACK)
    return _answer_of(shown)


def deployed_without_engine(endpoint: str) -> Callable[[], Outputs]:
    """Deploy the same program in Pulumi's test mode; return a function that gives its outputs."""
    say("no Pulumi engine is to be had here: deploying without one, so without state and preview")
    return _answer_of([sys.executable, "-m", "localaws.pulumi.without_engine", STACK, endpoint], wait=True)


def _answer_of(command: list[str], *, wait: bool = False) -> Callable[[], Outputs]:
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def answer() -> Outputs:
        text, _ = process.communicate()
        if process.returncode:
            raise DemoError(f"{' '.join(command[2:])} ended with exit code {process.returncode}")
        outputs: Outputs = json.loads(text)
        return outputs

    if not wait:
        return answer
    outputs = answer()
    return lambda: outputs


def pointed_at(endpoint: str) -> Mapping[str, str]:
    """The environment in which this process and its children talk to the local AWS, and to nothing else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_"))}
    return kept | {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def main() -> int:
    """Play the demo; return its exit code."""
    found = engine.find_or_get(say)
    if found is None and os.environ.get("REQUIRE_PARTS") == "1":
        raise DemoError(f"REQUIRE_PARTS=1, and there is no Pulumi engine: {engine.MENDING}")
    with local_aws() as endpoint:
        environment = pointed_at(endpoint)
        os.environ.clear()
        os.environ.update(environment)
        say(f"the local AWS answers at {endpoint}; deploying stack {STACK} …")
        deploy = deployed_by_the_engine if found else deployed_without_engine
        outputs = deploy(endpoint)
        from examples import demo_story  # noqa: PLC0415 - see above

        request_ids = demo_story.make_calls(endpoint, say)
        arrived = demo_story.delivered(outputs(), request_ids, say)
    print(f"DELIVERED {len(arrived)}/{len(request_ids)}")
    return 0 if len(arrived) == len(request_ids) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (DemoError, engine.EngineError) as problem:
        say(f"demo: {problem}")
        sys.exit(3)
    except KeyboardInterrupt:
        sys.exit(130)
