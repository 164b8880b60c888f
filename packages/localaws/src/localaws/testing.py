"""The local AWS as a process of its own, for tests that talk to it over HTTP as any client does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from localaws.environment import cleaned, pointed_at
from localaws.processes import ready, stop

ACCOUNT_ID = "123456789012"
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class LocalAws:
    """A running `python -m localaws serve`."""

    endpoint: str
    process: subprocess.Popen[str]

    @classmethod
    @contextmanager
    def started(cls, *flags: str) -> Iterator[LocalAws]:
        """Start one on a free port, wait until it answers, and stop it afterwards."""
        command = [sys.executable, "-m", "localaws", "serve", "--port", "0", *flags]
        with subprocess.Popen(command, env=cleaned(os.environ), stdout=subprocess.PIPE, text=True) as process:
            try:
                yield cls(ready(process), process)
            finally:
                stop(process)

    def client(
        self,
        service: str,
        *,
        region: str = "us-east-1",
        access_key: str = "test",
        secret_key: str = "test",  # noqa: S107 - any will do, unless IAM is enforced
        session_token: str | None = None,
        **options: Any,
    ) -> Any:
        """A boto3 client of this local AWS."""
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            aws_session_token=session_token,
            config=Config(
                retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, proxies={}, **options
            ),
        )

    def control(self, name: str, body: Any = None, method: str | None = None) -> Any:
        """Call one of the local AWS's own `/_localaws/…` endpoints: GET without a body, else POST."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - loopback only
            f"{self.endpoint}/_localaws/{name}", data, {"Content-Type": "application/json"}, method=method
        )
        with _DIRECT.open(request, timeout=_PATIENCE_SECONDS) as response:
            return json.load(response)

    def environment(self, region: str = "us-east-1", access_key: str = "test") -> Mapping[str, str]:
        """Environment variables that point any AWS tool at it, and at nothing else."""
        own = {"LOCALAWS_ACCESS_KEY_ID": access_key, "LOCALAWS_SECRET_ACCESS_KEY": "test"}
        regions = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}
        return pointed_at(self.endpoint, {**os.environ, **own, "LOCALAWS_SESSION_TOKEN": ""}) | regions
