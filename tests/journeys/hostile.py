"""A user's surroundings as they are in real life: full of what leads to AWS itself and to the real Pulumi."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

MARK = "hostile"  # in each value that must not get anywhere


@dataclass
class Listener:
    """Counts who connects to a port of this machine, and hangs up."""

    port: int
    connections: list[str] = field(default_factory=list)

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[Listener]:
        """Listen on a free port."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            listener = cls(server.getsockname()[1])
            thread = threading.Thread(target=listener._count, args=(server,), daemon=True)
            thread.start()
            yield listener
            server.shutdown(socket.SHUT_RDWR)
            thread.join()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def _count(self, server: socket.socket) -> None:
        with suppress(OSError):  # closed: the test is over
            while True:
                connection, _address = server.accept()
                with connection, suppress(OSError):
                    connection.settimeout(1)
                    self.connections.append(connection.recv(4096).decode(errors="replace"))


def variables(listener: Listener, home: Path) -> dict[str, str]:
    """Variables of a user who works with AWS itself and the real Pulumi; each URL leads to the listener."""
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "GRPC_PROXY"), listener.url)
    services = ("S3", "STS", "KMS", "CLOUDTRAIL", "IAM", "IMAGEBUILDER")
    return {
        **proxies,
        **{name.lower(): url for name, url in proxies.items()},
        **{f"AWS_ENDPOINT_URL_{service}": listener.url for service in services},
        "HOME": str(home),
        "AWS_PROFILE": f"{MARK}-profile",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": f"{MARK}-secret",
        "AWS_SESSION_TOKEN": f"{MARK}-session-token",
        "AWS_CA_BUNDLE": f"/{MARK}/bundle.pem",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "PULUMI_BACKEND_URL": f"s3://{MARK}-states?endpoint=127.0.0.1:{listener.port}&disableSSL=true",
        "PULUMI_API": listener.url,
        "PULUMI_ACCESS_TOKEN": f"pul-{MARK}",
        "PULUMI_STACK": f"{MARK}-stack",
        "PULUMI_CONFIG_PASSPHRASE": f"{MARK}-passphrase",
        "PULUMI_CONFIG_PASSPHRASE_FILE": f"/{MARK}/passphrase",
        "PULUMI_HOME": str(home / ".pulumi"),
        "PULUMI_CREDENTIALS_PATH": str(home / ".pulumi"),
        "PULUMI_CONFIG": f'{{"journey:x": "{MARK}"}}',
        "PULUMI_OPTION_STACK": f"{MARK}-stack",
    }


def write_home(home: Path) -> None:
    """The files of such a user."""
    files = {
        ".pulumi/credentials.json": '{"current": "https://api.pulumi.com", "accessTokens": {}}',
        ".pulumi/workspaces/journey-0123-workspace.json": '{"stack": "prod"}',
        ".aws/credentials": "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n",
        ".aws/config": "[default]\nregion = eu-south-2\nendpoint_url = http://192.0.2.1\n",
    }
    for name, content in files.items():
        file = home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)


def contents(folder: Path, *, leaving_out: str = "") -> dict[str, str]:
    """A digest of every file in a folder, by its name; one folder may be left out."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.relative_to(folder).parts[0] != leaving_out
    }
