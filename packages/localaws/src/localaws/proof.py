"""What a local AWS says of itself at `/_localaws/info`, so that nothing else is ever taken for one."""

from __future__ import annotations

import http.client
import ipaddress
import json
import re
import urllib.parse
from typing import Any, Final

PATH: Final = "/_localaws/info"
PRODUCT: Final = "localaws"
PROTOCOL: Final = 1  # to be raised when a client of before could no longer work with a server of now
_PATIENCE_SECONDS: Final = 10.0
_LONGEST_BYTES: Final = 65_536
_INSTANCE: Final = re.compile(r"[0-9A-Za-z-]{1,64}")  # it names a folder


class NotLocalAwsError(Exception):
    """Something answers, but it is no local AWS; the message says what it answered instead."""


def claim() -> dict[str, Any]:
    """What a local AWS adds to its answer to be recognised by."""
    return {"product": PRODUCT, "protocol": PROTOCOL}


def instance_at(endpoint: str) -> str | None:
    """The instance of the local AWS at a loopback endpoint; None if nothing answers there.

    Asked without a proxy, without credentials, and without following redirects.

    Raises:
        NotLocalAwsError: something else answers.

    """
    parts = urllib.parse.urlsplit(endpoint)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=_PATIENCE_SECONDS)
    try:
        connection.connect()
        if not ipaddress.ip_address(connection.sock.getpeername()[0]).is_loopback:
            raise NotLocalAwsError(f"{parts.hostname} is not this machine")
        connection.request("GET", PATH)
        answer = connection.getresponse()
        return _recognised(answer.status, answer.read(_LONGEST_BYTES))
    except OSError:
        return None
    except http.client.HTTPException as error:
        raise NotLocalAwsError(f"it answers GET {PATH} with no HTTP ({type(error).__name__})") from error
    finally:
        connection.close()


def _recognised(status: int, body: bytes) -> str:
    if status != 200:
        raise NotLocalAwsError(f"it answers GET {PATH} with status {status}")
    try:
        info = json.loads(body)
    except ValueError:
        info = None
    if not isinstance(info, dict) or info.get("product") != PRODUCT:
        raise NotLocalAwsError(f"its answer to GET {PATH} is not a local AWS's")
    if info.get("protocol") != PROTOCOL:
        raise NotLocalAwsError(f"it speaks protocol {info.get('protocol')!r}, and this program {PROTOCOL}")
    instance = info.get("instance")
    if not isinstance(instance, str) or not _INSTANCE.fullmatch(instance):
        raise NotLocalAwsError(f"its answer to GET {PATH} names no instance")
    return instance
