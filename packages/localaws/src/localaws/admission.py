"""Who may speak to the local AWS: programs on this machine, and web pages served from it; no other web page.

A browser that shows somebody's page can send requests to this machine. It names the page in `Origin`, or says
in `Sec-Fetch-Site` that the page is another site's; a name that its owner lets point here stands in `Host`.
https://fetch.spec.whatwg.org/#origin-header, https://www.w3.org/TR/fetch-metadata/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from localaws.errors import AwsError
from localaws.hosts import ForeignHostError, is_loopback, read_host


class RefusedError(AwsError):
    """The request comes from a web page of somebody else, or for a host that is not this machine."""

    code = "AccessDenied"
    http_status = 403


def admit(environ: Mapping[str, Any]) -> None:
    """Let a request in.

    Raises:
        RefusedError: it is not from this machine's own programs and pages.

    """
    host = environ.get("HTTP_HOST")
    if host is not None:
        try:
            read_host(host)
        except ForeignHostError as error:
            raise RefusedError(
                f"the local AWS does not answer for the host {host!r}, only for loopback addresses, "
                "localhost and the endpoints of AWS"
            ) from error
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None and not is_own_page(origin):
        raise RefusedError(f"the local AWS does not answer web pages of {origin!r}, only those of localhost")
    if origin is None and environ.get("HTTP_SEC_FETCH_SITE") in {"cross-site", "same-site"}:
        raise RefusedError("the local AWS does not answer web pages of other sites, only those of localhost")


def is_own_page(origin: str) -> bool:
    """Whether an origin (`http://localhost:3000`) is this machine; `null`, which any page can be, is not."""
    try:
        host = urlsplit(origin).hostname or ""
    except ValueError:
        return False
    return is_loopback(host) or host.endswith(".localhost")
