"""Nothing leaves this machine: the one place where connections beyond loopback, and programs, are refused.

Moto calls out in several places (notifications of topics, API destinations, delivery streams, integrations of
gateways, containers of functions, its recorder), and what is added to it tomorrow may do so too. So the whole
process is held to it, by an audit hook, which nothing that is loaded later can take away.
https://docs.python.org/3/library/audit_events.html
"""

from __future__ import annotations

import sys
from typing import Any

import requests

from console.messages import say
from localaws.hosts import is_loopback

SECONDS = 5.0  # how long somebody on this machine has time to answer
_CONNECTING = frozenset({"socket.connect", "socket.sendmsg", "socket.sendto"})
_RESOLVING = frozenset({"socket.getaddrinfo", "socket.gethostbyaddr", "socket.gethostbyname"})
_RUNNING = frozenset(
    {"os.exec", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "pty.spawn", "subprocess.Popen"}
)


class OutboundError(PermissionError):
    """Something of the local AWS wanted to reach beyond this machine."""


def forbid() -> None:
    """Refuse it from now on, for the life of the process."""
    sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _CONNECTING:
        address = arguments[1]
        # A path is a socket of this machine, but what listens there (such as Docker) may well reach further.
        host = address[0] if isinstance(address, tuple) else address
    elif event in _RESOLVING:
        host = arguments[0]
    elif event in _RUNNING:
        raise OutboundError(f"the local AWS runs no programs: {arguments[0]!r}")
    else:
        return
    name = host.decode("latin-1") if isinstance(host, bytes) else str(host)
    if host is not None and not (is_loopback(name) or name.endswith(".localhost")):
        raise OutboundError(f"the local AWS sends nothing beyond this machine: {name}")


class Messenger:
    """What moto takes for the `requests` library: delivers on this machine, without proxies, and never fails.

    AWS tells nobody who publishes that a subscriber could not be reached; here it stands on stderr.
    """

    def __getattr__(self, name: str) -> Any:
        """A method that makes a request, such as `post`."""

        def send(*arguments: Any, **options: Any) -> requests.Response:
            with requests.Session() as session:
                session.trust_env = False
                options.setdefault("timeout", SECONDS)
                try:
                    response: requests.Response = getattr(session, name)(*arguments, **options)
                except (requests.RequestException, OSError) as error:
                    say(f"localaws: not delivered: {error}")
                    response = requests.Response()
                    response.status_code = 502
            return response

        return send
