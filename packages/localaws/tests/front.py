"""The front door in the test's own process, so that tests can look at the records behind it."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localaws.cloud import LocalCloud
from localaws.frontdoor import FrontDoor
from localaws.server import Server

ACCOUNT_ID = "123456789012"
OTHER_ACCOUNT_ID = "210987654321"
COMPONENT = """
name: example
schemaVersion: 1.0
phases:
  - name: build
    steps:
      - name: nothing
        action: ExecuteBash
        inputs:
          commands: ['true']
"""


@dataclass(frozen=True)
class Answer:
    """An HTTP response in full."""

    status: int
    content: bytes
    headers: Message


@dataclass
class Front:
    """A front door that answers, the cloud behind it, and the records that it has made."""

    cloud: LocalCloud
    server: Server
    records: list[Mapping[str, Any]] = field(default_factory=list)

    @classmethod
    @contextmanager
    def opened(cls, *, enforce_iam: bool, tag_delay_seconds: float = 0, **options: Any) -> Iterator[Front]:
        """Open one on a free port, with nothing in moto, and close it afterwards."""
        cloud = LocalCloud(
            delivery_seconds=3600, enforce_iam=enforce_iam, tag_delay_seconds=tag_delay_seconds
        )
        cloud.reset()
        server = Server("127.0.0.1", 0, FrontDoor(cloud, **options))
        front = cls(cloud, server)
        accept = cloud.cloudtrail.accept

        def remember(record: Mapping[str, Any]) -> None:
            front.records.append(record)
            accept(record)

        patch = pytest.MonkeyPatch()
        patch.setattr(cloud.cloudtrail, "accept", remember)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield front
        finally:
            server.close()
            thread.join()
            cloud.stop()
            patch.undo()

    def client(
        self,
        service: str,
        credentials: Mapping[str, str] | None = None,
        *,
        region: str = "us-east-1",
        access_key: str = "test",
        style: str = "path",
        **options: Any,
    ) -> Any:
        """A boto3 client that never retries."""
        given = credentials or {"AccessKeyId": access_key, "SecretAccessKey": "secret"}
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.server.url,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given.get("SessionToken"),
            config=Config(
                **{"retries": {"total_max_attempts": 1}, "s3": {"addressing_style": style}, **options}
            ),
        )

    def connection(self) -> http.client.HTTPConnection:
        """A plain HTTP connection."""
        host, port = self.server.effective_host, self.server.effective_port
        return http.client.HTTPConnection(host, int(port), timeout=30)

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Answer:
        """Make one plain request on a connection of its own; to control endpoints in JSON."""
        own = {"Content-Type": "application/json"} if path.startswith("/_localaws/") else {}
        connection = self.connection()
        connection.request(method, path, body, own | dict(headers or {}), **options)
        response = connection.getresponse()
        answer = Answer(response.status, response.read(), response.headers)
        connection.close()
        return answer

    def record(self, name: str) -> Mapping[str, Any]:
        """The only record of that event name."""
        found = [record for record in self.records if record["eventName"] == name]
        assert len(found) == 1, (
            f"{len(found)} records of {name} among {[r['eventName'] for r in self.records]}"
        )
        return found[0]

    def user(self, name: str, *statements: Mapping[str, Any]) -> Mapping[str, str]:
        """Create an IAM user with an inline policy, and return an access key."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        if statements:
            iam.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=document(*statements))
        key: Mapping[str, str] = iam.create_access_key(UserName=name)["AccessKey"]
        return key

    def role(
        self, name: str, trust: Mapping[str, Any], *statements: Mapping[str, Any], **options: Any
    ) -> str:
        """Create a role with an inline policy and return its ARN."""
        iam = self.client("iam")
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust), **options)["Role"][
            "Arn"
        ]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=document(*statements))
        return str(arn)


def signed(service: str, access_key: str = "test", region: str = "us-east-1") -> dict[str, str]:
    """The header of a signed request; the signature itself is not checked."""
    scope = f"{access_key}/20260101/{region}/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"}


def allow(*actions: str, resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """An Allow statement."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def deny(*actions: str, resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """A Deny statement."""
    return {**allow(*actions, resource=resource, **more), "Effect": "Deny"}


def trust(principal: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A statement of a trust policy."""
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}


def document(*statements: Mapping[str, Any]) -> str:
    """A policy document as JSON."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@contextmanager
def refused(code: str, message: str = "") -> Iterator[None]:
    """Expect an AWS error of this code, whose message contains the given text."""
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    assert message in error["Message"], error["Message"]
