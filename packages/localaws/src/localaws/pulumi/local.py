"""Which local AWS to use: the one named, the one that runs, or one started now."""

from __future__ import annotations

import ipaddress
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from console.errors import UserError
from console.messages import say

USUAL_PORT: Final = 4566
_LONGEST_START_SECONDS = 60.0


class EndpointError(UserError):
    """There is no local AWS to use; the message is one line that says how to mend it."""


@dataclass(frozen=True, slots=True)
class Local:
    """A local AWS that answers. `instance` is another for each start, since its memory is."""

    endpoint: str
    instance: str


def named(endpoint: str) -> Local:
    """The local AWS at an endpoint.

    Raises:
        EndpointError: the endpoint is no loopback address, or nothing answers there.

    """
    if not is_loopback(endpoint):
        raise EndpointError(
            f"--endpoint {endpoint} is not on this machine: give a loopback address such as"
            f" http://127.0.0.1:{USUAL_PORT}; for AWS itself, run pulumi as it is"
        )
    found = _asked(endpoint)
    if found is None:
        raise EndpointError(
            f"nothing answers at {endpoint}: start one with `python -m localaws serve --port"
            f" {urllib.parse.urlsplit(endpoint).port or 80}`, or leave --endpoint out"
        )
    return found


def usual(folder: Path) -> Local:
    """The local AWS of AWS_ENDPOINT_URL if on this machine, else the one at port 4566, else a new one.

    Raises:
        EndpointError: none runs, and none can be started.

    """
    configured = os.environ.get("AWS_ENDPOINT_URL")
    if configured and is_loopback(configured):
        return named(configured)
    endpoint = f"http://127.0.0.1:{USUAL_PORT}"
    return _asked(endpoint) or _started(endpoint, folder)


def is_loopback(endpoint: str) -> bool:
    """Whether a URL leads to this machine: `http` to localhost or a loopback address."""
    try:
        parts = urllib.parse.urlsplit(endpoint)
    except ValueError:  # such as a bracket that is never closed
        return False
    if parts.scheme not in {"http", "https"} or parts.hostname is None:
        return False
    if parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


def _asked(endpoint: str) -> Local | None:
    """Ask who is there. Any HTTP server will do; for one that has no instance, its address stands."""
    try:
        with urllib.request.urlopen(f"{endpoint.rstrip('/')}/_localaws/info", timeout=10) as answer:  # noqa: S310
            instance = json.load(answer)["instance"]
    except urllib.error.HTTPError:
        instance = urllib.parse.urlsplit(endpoint).netloc.replace(":", "-")
    except (OSError, ValueError, KeyError):
        return None
    return Local(endpoint.rstrip("/"), str(instance))


def _started(endpoint: str, folder: Path) -> Local:
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "serve.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "localaws", "serve", "--port", str(USUAL_PORT)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    give_up = time.monotonic() + _LONGEST_START_SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        if found := _asked(endpoint):
            say(f"started a local AWS at {endpoint} (log: {log}); stop it with: kill {process.pid}")
            return found
        time.sleep(0.05)
    last = next(iter(log.read_text(encoding="utf-8", errors="replace").splitlines()[-1:]), "no output")
    raise EndpointError(f"the local AWS did not start at {endpoint} ({last}); its log is {log}")
