"""Which local AWS to use: the one named, the one that runs, or one started now."""

from __future__ import annotations

import ipaddress
import os
import subprocess
import sys
import time
import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from console.errors import UserError
from console.messages import say
from localaws import proof
from localaws.environment import cleaned

USUAL_PORT: Final = 4566
_LONGEST_START_SECONDS = 60.0


class EndpointError(UserError):
    """There is no local AWS to use; the message is one line that says how to fix it."""


@dataclass(frozen=True, slots=True)
class Local:
    """A local AWS that answers. `instance` is another for each start, since its memory is."""

    endpoint: str
    instance: str


def named(endpoint: str, source: str = "--endpoint") -> Local:
    """The local AWS at an endpoint, which `source` has named.

    Raises:
        EndpointError: the endpoint is no loopback address, or no local AWS answers there.

    """
    if not is_loopback(endpoint):
        raise EndpointError(
            f"{source} {endpoint} is not on this machine: give a loopback address such as"
            f" http://127.0.0.1:{USUAL_PORT}; for AWS itself, run pulumi as it is"
        )
    found = _asked(endpoint)
    if found is None:
        raise EndpointError(
            f"nothing answers at {endpoint}: start one with `python -m localaws serve --port"
            f" {urllib.parse.urlsplit(endpoint).port or 80}`, or leave {source} out"
        )
    return found


def usual(folder: Path) -> Local:
    """The local AWS of AWS_ENDPOINT_URL if on this machine, else the one at port 4566, else a new one.

    Raises:
        EndpointError: none runs, and none can be started; or what answers is no local AWS.

    """
    configured = os.environ.get("AWS_ENDPOINT_URL")
    if configured and is_loopback(configured):
        return named(configured, "AWS_ENDPOINT_URL")
    endpoint = f"http://127.0.0.1:{USUAL_PORT}"
    return _asked(endpoint) or _started(endpoint, folder)


def is_loopback(endpoint: str) -> bool:
    """Whether a URL leads to this machine: plain `http` to localhost or a loopback address.

    The local AWS speaks no TLS: `https` on this machine is the door to somewhere else.
    """
    try:
        parts = urllib.parse.urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme != "http" or parts.hostname is None or port == 0 or parts.path.strip("/"):
        return False
    if parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


def _asked(endpoint: str) -> Local | None:
    """Ask who is there; None if nobody is.

    Raises:
        EndpointError: somebody else is.

    """
    try:
        instance = proof.instance_at(endpoint)
    except proof.NotLocalAwsError as error:
        raise EndpointError(
            f"what answers at {endpoint} is no local AWS ({error}), and is sent nothing:"
            " start one with `python -m localaws serve --port 0`, and name it with --endpoint"
        ) from error
    return None if instance is None else Local(endpoint.rstrip("/"), instance)


def _started(endpoint: str, folder: Path) -> Local:
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "serve.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "localaws", "serve", "--port", str(USUAL_PORT)],
            env=cleaned(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        found = _answering(endpoint, process)
    except BaseException:
        process.kill()  # nobody would know of it
        raise
    if found is not None:
        say(f"started a local AWS at {endpoint} (log: {log}); stop it with: kill {process.pid}")
        return found
    process.kill()
    last = next(iter(log.read_text(encoding="utf-8", errors="replace").splitlines()[-1:]), "no output")
    raise EndpointError(f"the local AWS did not start at {endpoint} ({last}); its log is {log}")


def _answering(endpoint: str, process: subprocess.Popen[bytes]) -> Local | None:
    """Wait until it answers; None if it ended, or took too long."""
    give_up = time.monotonic() + _LONGEST_START_SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        if found := _asked(endpoint):
            return found
        time.sleep(0.05)
    return None
