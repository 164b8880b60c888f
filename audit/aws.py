"""AWS clients that take endpoint, Region, profile and credentials as every AWS tool does.

https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader

from audit.errors import AuditError

_ANY_REGION = "us-east-1"
_OF_NO_REGION = ("iam", "s3", "sts")  # they answer anywhere: S3 sends on to the Region of a bucket
_CONNECT_SECONDS = 10  # an endpoint that does not answer by then is not there; botocore would wait for 60
_READ_SECONDS = 15  # between two bytes of an answer; botocore would wait for 60, five times over
_MAKING = threading.Lock()  # sessions make clients for one thread at a time


class AccessError(AuditError):
    """Profile, Region, endpoint or credentials are not what a client can be made of."""


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
        loader: Loader | None = None,
        **more: Any,
    ) -> Any:
        """A boto3 client that tries a call so many times when it is throttled or its connection is lost.

        `loader` gives the service's model, if not botocore; `more` are further members of botocore's Config.

        Raises:
            AccessError: the configuration does not give one.

        """
        config = Config(
            retries={"mode": "standard", "total_max_attempts": attempts},
            max_pool_connections=connections,
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            **more,
        )
        try:
            with _MAKING:
                session = _session(self.profile, loader)
                place = region or self.region or os.environ.get("AWS_REGION") or session.region_name
                if not place and service not in _OF_NO_REGION:
                    raise AccessError(
                        f"no Region to ask {service} in; give --region REGION, or set AWS_REGION or the"
                        " profile's region"
                    )
                return session.client(
                    service,
                    region_name=place or _ANY_REGION,
                    endpoint_url=self.endpoint_url,
                    config=config,
                )
        except (BotoCoreError, ValueError) as error:  # ValueError: no URL, or no JSON of a credential process
            profile = f" with profile {self.profile}" if self.profile else ""
            raise AccessError(
                f"AWS cannot be called{profile}: {error}; check --profile, --region and --endpoint-url,"
                " and the AWS_ variables and ~/.aws files that stand for them"
            ) from error


@cache
def _session(profile: str | None, loader: Loader | None) -> boto3.Session:
    """One session for each profile and loader: it keeps the service models that it has read."""
    session = botocore.session.get_session()
    if loader is not None:
        session.register_component("data_loader", loader)
    return boto3.Session(botocore_session=session, profile_name=profile)
