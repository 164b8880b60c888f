"""The provider's configuration, and its clients of the local AWS."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.session import Session

from localaws.pulumi.fields import Field, block, blocks, flag, problems, text, text_map, texts, whole
from localaws.pulumi.wire import Properties

_IGNORED_FLAGS = (
    "skipCredentialsValidation",
    "skipMetadataApiCheck",
    "skipRegionValidation",
    "skipRequestingAccountId",
    "insecure",
)
CONFIGURATION: Mapping[str, Field] = {
    "region": text(),
    "accessKey": text(),
    "secretKey": text(),
    "token": text(),
    "s3UsePathStyle": flag(),
    "maxRetries": whole(minimum=0),
    "retryMode": text("standard", "adaptive"),
    "defaultTags": block({"tags": text_map()}),
    "allowedAccountIds": texts(),
    "forbiddenAccountIds": texts(),
    "assumeRoles": blocks(
        {"roleArn": text(required=True), "sessionName": text(), "externalId": text(), "duration": text()},
        most=1,
    ),
    "endpoints": Field("list", item=Field("map", item=text())),
    "version": text(),
    "pluginDownloadURL": text(),
} | {name: flag() for name in _IGNORED_FLAGS}


class ConfigurationError(ValueError):
    """The provider cannot work with this configuration; the message is one line."""


class LostAnswerError(Exception):
    """A creation whose answer never came, so that nobody knows whether it was carried out."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The configuration of one provider instance (the default one, or an `aws.Provider`)."""

    region: str
    endpoint: str
    access_key: str
    secret_key: str
    token: str | None = None
    max_attempts: int = 8
    retry_mode: str = "standard"
    default_tags: Mapping[str, str] = field(default_factory=dict)
    role: Mapping[str, str] | None = None
    allowed_account_ids: tuple[str, ...] = ()
    forbidden_account_ids: tuple[str, ...] = ()


def decoded(inputs: Mapping[str, Any]) -> Properties:
    """Provider inputs with nested ones read from the JSON text in which the engine hands them over."""
    values: Properties = {}
    for name, value in inputs.items():
        wanted = CONFIGURATION.get(name)
        if isinstance(value, str) and wanted is not None and wanted.kind != "text" and value:
            try:
                values[name] = json.loads(value)
            except ValueError:
                values[name] = value
        else:
            values[name] = value
    return values


def configuration_problems(inputs: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Everything wrong with a provider's inputs, each as (property, reason)."""
    return list(problems(CONFIGURATION, decoded(inputs)))


def settings(inputs: Mapping[str, Any], endpoint: str) -> Settings:
    """The settings of a provider with these inputs. The Region and keys come from AWS's variables otherwise.

    Raises:
        ConfigurationError: no Region is configured, or an endpoint is not the local AWS.

    """
    values = decoded(inputs)
    region = values.get("region") or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not region:
        raise ConfigurationError(
            "no Region is configured: run `pulumi config set aws:region REGION --stack STACK`"
        )
    for endpoints in values.get("endpoints", []):
        for service, url in endpoints.items():
            if url.rstrip("/") != endpoint.rstrip("/"):
                raise ConfigurationError(
                    f"endpoints.{service} is {url}, but this provider serves only {endpoint}:"
                    " leave endpoints out"
                )
    roles = values.get("assumeRoles") or []
    return Settings(
        region=region,
        endpoint=endpoint,
        access_key=values.get("accessKey") or os.environ.get("AWS_ACCESS_KEY_ID") or "test",
        secret_key=values.get("secretKey") or os.environ.get("AWS_SECRET_ACCESS_KEY") or "test",
        token=values.get("token") or os.environ.get("AWS_SESSION_TOKEN"),
        max_attempts=values.get("maxRetries", 7) + 1,
        retry_mode=values.get("retryMode") or "standard",
        default_tags=(values.get("defaultTags") or {}).get("tags") or {},
        role=roles[0] if roles else None,
        allowed_account_ids=tuple(values.get("allowedAccountIds") or ()),
        forbidden_account_ids=tuple(values.get("forbiddenAccountIds") or ()),
    )


class Aws:
    """Clients of the local AWS for one provider instance, made when first needed, shared by its threads."""

    # Of the user's own files and profiles it knows nothing.
    _session = boto3.Session(
        botocore_session=Session(
            {
                "profile": (None, None, None, None),
                "config_file": (None, None, os.devnull, None),
                "credentials_file": (None, None, os.devnull, None),
            }
        )
    )
    _making = threading.Lock()  # a boto3 session makes clients in one thread at a time
    _readers = ThreadPoolExecutor(max_workers=32, thread_name_prefix="read")

    def __init__(self, configured: Settings) -> None:
        self.settings = configured
        self._clients: dict[tuple[str, str], Any] = {}
        self._credentials: dict[str, str | None] | None = None
        self._account_id: str | None = None

    def client(self, service: str, region: str | None = None) -> Any:
        """A client of a service, in the provider's Region or another."""
        key = (service, region or self.settings.region)
        if key not in self._clients:
            credentials = self._credentials_in_force()
            with self._making:
                if key not in self._clients:
                    self._clients[key] = self._new_client(*key, credentials)
        return self._clients[key]

    def together(self, *reads: Callable[[], Any]) -> list[Any]:
        """Make independent reads at the same time, and return their answers in order."""
        first, *others = reads
        under_way = [self._readers.submit(read) for read in others]
        return [first(), *(answer.result() for answer in under_way)]

    @property
    def account_id(self) -> str:
        """The account that the credentials belong to: 12 digits."""
        if self._account_id is None:
            self._account_id = self.client("sts").get_caller_identity()["Account"]
        return self._account_id

    def partition(self, region: str | None = None) -> str:
        """The partition of a Region, such as "aws", "aws-cn" or "aws-us-gov"."""
        return str(self._session.get_partition_for_region(region or self.settings.region))

    def dns_suffix(self, region: str | None = None) -> str:
        """The domain of a Region's services: "amazonaws.com", in China "amazonaws.com.cn"."""
        return "amazonaws.com.cn" if self.partition(region) == "aws-cn" else "amazonaws.com"

    def check_account(self) -> None:
        """Refuse an account that the configuration does not allow.

        Raises:
            ConfigurationError: the account is forbidden, or not among those allowed.

        """
        allowed, forbidden = self.settings.allowed_account_ids, self.settings.forbidden_account_ids
        if (allowed and self.account_id not in allowed) or self.account_id in forbidden:
            raise ConfigurationError(
                f"account {self.account_id} is not allowed by the provider's configuration"
            )

    def _new_client(self, service: str, region: str, credentials: Mapping[str, str | None]) -> Any:
        client = self._session.client(
            service,
            region_name=region,
            endpoint_url=self.settings.endpoint,
            config=Config(
                retries={"mode": self.settings.retry_mode, "total_max_attempts": self.settings.max_attempts},
                s3={"addressing_style": "path"},
                proxies={},
                max_pool_connections=32,
                user_agent_extra="image-builder-trail-provider",
            ),
            **credentials,
        )
        client.meta.events.register_first("needs-retry", _give_up_on_lost_answer)
        client.meta.events.register("before-send", _mark)
        return client

    def _credentials_in_force(self) -> Mapping[str, str | None]:
        own = {
            "aws_access_key_id": self.settings.access_key,
            "aws_secret_access_key": self.settings.secret_key,
            "aws_session_token": self.settings.token,
        }
        if self.settings.role is None:
            return own
        with self._making:
            if self._credentials is None:
                self._credentials = self._assumed(self.settings.role, own)
        return self._credentials

    def _assumed(self, role: Mapping[str, str], own: Mapping[str, str | None]) -> dict[str, str | None]:
        request = {"RoleArn": role["roleArn"], "RoleSessionName": role.get("sessionName") or "pulumi"}
        if role.get("externalId"):
            request["ExternalId"] = role["externalId"]
        answer = self._new_client("sts", self.settings.region, own).assume_role(**request)["Credentials"]
        return {
            "aws_access_key_id": answer["AccessKeyId"],
            "aws_secret_access_key": answer["SecretAccessKey"],
            "aws_session_token": answer["SessionToken"],
        }


_mark_of_creation: ContextVar[str | None] = ContextVar("mark_of_creation", default=None)
_THROTTLED = frozenset({"SlowDown", "Throttling", "ThrottlingException", "TooManyRequestsException"})


@contextmanager
def creation_marked(mark: str) -> Iterator[None]:
    """Mark this thread's calls in their user agent, and make none twice whose answer was lost.

    Botocore would try such a call again, and a key would then be made twice.
    """
    token = _mark_of_creation.set(mark)
    try:
        yield
    finally:
        _mark_of_creation.reset(token)


def _mark(request: Any, **_others: Any) -> None:
    """Add the mark just before the request goes out: only then is botocore's own user agent complete."""
    if mark := _mark_of_creation.get():
        agent = request.headers["User-Agent"]
        agent = agent.decode() if isinstance(agent, bytes) else agent
        request.headers["User-Agent"] = f"{agent} {mark}"


def _give_up_on_lost_answer(caught_exception: Any = None, response: Any = None, **_others: Any) -> None:
    """Look at each failed attempt before botocore does.

    Raises:
        ConfigurationError: nobody answers any more.
        LostAnswerError: a creation may or may not have been carried out.

    """
    if isinstance(caught_exception, EndpointConnectionError):
        raise ConfigurationError("the local AWS does not answer any more: what it held is gone with it")
    if _mark_of_creation.get() is None:
        return
    if caught_exception is not None:
        raise LostAnswerError(str(caught_exception))
    if response is not None and response[0].status_code >= 500:
        code = response[1].get("Error", {}).get("Code", "")
        if code not in _THROTTLED:
            raise LostAnswerError(f"{response[0].status_code} {code}")


def error_code(error: ClientError) -> str:
    """AWS's code of an error, such as "NoSuchBucket"; the HTTP status for answers without a body."""
    return str(error.response.get("Error", {}).get("Code", ""))
