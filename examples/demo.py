"""The whole story in one command: `make demo`.

Deploy the trail to the local AWS with the real Pulumi engine, make Image Builder calls as several identities,
wait until each is in the bucket, and say who did what.

Exit code 0 only when every call made was found in the bucket's log files.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import click

from console.commands import Command
from console.messages import say
from console.options import output_option
from console.runner import run
from localaws.environment import cleaned, in_force, pointed_at
from localaws.processes import dying_with_us, ready, stop
from localaws.pulumi import engine, local
from localaws.pulumi.cli import state_folder
from localaws.pulumi.project import own_folder

ROOT = Path(__file__).resolve().parent.parent
STACK = "local"
PATIENCE_SECONDS = 600  # for a deployment on a machine that is busy otherwise
Outputs = dict[str, Any]


class DemoError(Exception):
    """A part of the demo did not start or did not answer; the message says which."""


@contextmanager
def running(command: list[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A process that neither the end of this one nor an interrupt leaves behind."""
    process = subprocess.Popen([*dying_with_us(), *command], cwd=ROOT, text=True, **options)
    try:
        yield process
    finally:
        stop(process)
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def local_aws() -> Iterator[str]:
    """A local AWS of the demo's own on a free port; yields its endpoint."""
    command = [sys.executable, "-m", "localaws", "serve", "--port", "0", "--delivery-seconds", "0.5"]
    with running(command, env=cleaned(os.environ), stdout=subprocess.PIPE) as process:
        try:
            endpoint = ready(process)
        except RuntimeError as error:
            raise DemoError(str(error)) from error
        state = state_folder(own_folder(ROOT), local.named(endpoint).instance)
        try:
            yield endpoint
        finally:
            process.kill()  # all that it holds is in memory, and has been read
            shutil.rmtree(state, ignore_errors=True)  # describes what is gone now


def pulumi(endpoint: str, *arguments: str) -> list[str]:
    """The command line of the real `pulumi ARGUMENTS…` against the local AWS."""
    return [sys.executable, "-m", "localaws", "pulumi", "--endpoint", endpoint, *arguments]


@contextmanager
def deployed_by_the_engine(endpoint: str) -> Iterator[Callable[[], Outputs]]:
    """`pulumi up` the stack; yield a function that waits for its outputs."""
    up = pulumi(endpoint, "up", "--yes", "--skip-preview", "--stack", STACK, "--suppress-outputs")
    with running(up, stdout=sys.stderr) as process:
        from examples import demo_story  # noqa: PLC0415 - slow to import: meanwhile

        demo_story.wake_services(endpoint)
        finish(process)
    with answer_of(pulumi(endpoint, "stack", "output", "--json", "--stack", STACK)) as outputs:
        yield outputs


@contextmanager
def deployed_without_engine(endpoint: str) -> Iterator[Callable[[], Outputs]]:
    """Deploy the same program in Pulumi's test mode; yield a function that gives its outputs."""
    say("no Pulumi engine is available here: deploying without one, so without state and preview")
    with answer_of([sys.executable, "-m", "localaws.pulumi.without_engine", STACK, endpoint]) as outputs:
        found = outputs()
        yield lambda: found


@contextmanager
def answer_of(command: list[str]) -> Iterator[Callable[[], Outputs]]:
    """Start a command; yield a function that waits for the JSON that it prints."""
    with running(command, stdout=subprocess.PIPE) as process:
        yield lambda: json.loads(finish(process))


def finish(process: subprocess.Popen[str]) -> str:
    """Wait until a process ends, and return what it printed.

    Raises:
        DemoError: it failed, or takes too long.

    """
    words = process.args if isinstance(process.args, list) else [process.args]
    name = " ".join(map(str, words[words.index("-m") + 1 :]))
    try:
        printed, _ = process.communicate(timeout=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise DemoError(f"`{name}` takes more than {PATIENCE_SECONDS} seconds") from error
    if process.returncode:
        raise DemoError(f"`{name}` ended with exit code {process.returncode}; what it said stands above")
    return printed or ""


@click.command(cls=Command)
@output_option("Write the report as a self-contained HTML page to this file instead.", "--html")
def demo(html: Path | None) -> int:
    """Deploy the trail to a local AWS, make Image Builder calls, and say who did what.

    The last line is DELIVERED n/n, and the exit code 0 only when every call made was found in the log files.

    Example: {command} --html who-did-what.html
    """
    try:
        return play(html)
    except (DemoError, engine.EngineError) as problem:
        say(f"demo: {problem}")
        return 3


def play(html: Path | None = None) -> int:
    """Play the demo; return its exit code. The report is printed, or written to `html` as a page."""
    found = engine.find_or_get(say)
    if found is None and os.environ.get("REQUIRE_PARTS") == "1":
        raise DemoError(f"REQUIRE_PARTS=1, and there is no Pulumi engine: {engine.ADVICE}")
    with local_aws() as endpoint, in_force(pointed_at(endpoint, os.environ)):
        say(f"the local AWS answers at {endpoint}; deploying stack {STACK} …")
        deploy = deployed_by_the_engine if found else deployed_without_engine
        with deploy(endpoint) as outputs:
            from examples import demo_story  # noqa: PLC0415 - see above

            try:
                request_ids = demo_story.make_calls(endpoint)
                arrived = demo_story.delivered(outputs(), request_ids, html)
            except demo_story.FAILURES as error:
                raise DemoError(f"{type(error).__name__}: {' '.join(str(error).split())}") from error
    print(f"DELIVERED {len(arrived)}/{len(request_ids)}")
    return 0 if len(arrived) == len(request_ids) else 1


def terminated(number: int, _frame: FrameType | None) -> None:
    """End as after an exception, so that nothing is left running."""
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, terminated)
    run(demo, "python -m examples.demo")
