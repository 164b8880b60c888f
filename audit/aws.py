"""AWS clients that take endpoint, Region, profile and credentials as every AWS tool does.

https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Aws:
    """Which AWS to talk to. What is not given comes from the environment and the shared configuration."""

    region: str | None = None
    profile: str | None = None
    endpoint_url: str | None = None

    def client(
        self,
        service: str,
        *,
        region: str | None = None,
        connections: int = 10,
        attempts: int = 5,
        **more: Any,
    ) -> Any:
        """A boto3 client that tries a call so many times when it is throttled or its connection is lost.

        `more` are further members of botocore's Config.
        """
        session = _session(self.profile)
        return session.client(
            service,
            region_name=region or self.region or session.region_name or DEFAULT_REGION,
            endpoint_url=self.endpoint_url,
            config=Config(
                retries={"mode": "standard", "total_max_attempts": attempts},
                max_pool_connections=connections,
                **more,
            ),
        )


@cache
def _session(profile: str | None) -> boto3.Session:
    """One session for each profile: it keeps the service models that it has read."""
    return boto3.Session(profile_name=profile)
