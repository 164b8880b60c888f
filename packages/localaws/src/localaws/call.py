"""What every part of the local AWS knows of an API call: who makes it, and what it asks.

The fields of `Caller` follow CloudTrail's userIdentity element:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

CallerType = Literal[
    "Root",
    "IAMUser",
    "AssumedRole",
    "FederatedUser",
    "SAMLUser",
    "WebIdentityUser",
    "AWSAccount",
    "AWSService",
    "Unknown",
]


@dataclass(frozen=True, slots=True)
class SessionIssuer:
    """Who issued temporary credentials: the role assumed, or the user who called GetFederationToken."""

    type: Literal["Root", "IAMUser", "Role"]
    principal_id: str
    arn: str
    account_id: str
    user_name: str | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a call. `account_id` is 12 digits; `arn` is absent for AWS services only."""

    type: CallerType
    account_id: str
    arn: str | None = None
    principal_id: str | None = None
    access_key_id: str | None = None
    user_name: str | None = None
    session_issuer: SessionIssuer | None = None
    session_created: datetime | None = None
    mfa_authenticated: bool = False
    source_identity: str | None = None
    federated_provider: str | None = None
    session_tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tag_keys: frozenset[str] = frozenset()  # of session_tags
    session_policies: tuple[Mapping[str, Any], ...] = ()
    invoked_by: str | None = None  # a service principal such as "imagebuilder.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Call:
    """One API call, parsed with botocore's service model.

    `service` is botocore's service name ("imagebuilder"), `operation` its operation name ("CreateComponent"),
    `parameters` its input shape's members. `account_id` owns the resources that the call reaches.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    region: str
    partition: str
    account_id: str
    caller: Caller
    source_ip: str
    user_agent: str
    host: str
    request_id: str
    time: datetime


class NativeService(Protocol):
    """A service that the local AWS answers itself instead of handing the request to moto."""

    def handle(self, call: Call) -> Mapping[str, Any]:
        """Carry the call out and return the members of botocore's output shape.

        Raises:
            AwsError: the call fails as it would on AWS.

        """
        ...


class RecordSink(Protocol):
    """Takes each CloudTrail record once, in the order in which the calls ended; it never waits."""

    def accept(self, record: Mapping[str, Any]) -> None:
        """Take one record."""
        ...


class Cloud(Protocol):
    """What a service of the local AWS may ask of the rest of it."""

    def now(self) -> datetime:
        """The local AWS's clock: aware, UTC. Tests may have moved it."""
        ...

    def invoke(
        self,
        service: str,
        operation: str,
        parameters: Mapping[str, Any],
        *,
        region: str,
        account_id: str,
        service_principal: str,
        on_behalf_of: Caller | None = None,
    ) -> Mapping[str, Any]:
        """Make a call as an AWS service, recorded like any other, with `invokedBy: service_principal`.

        Raises:
            AwsError: the call failed.

        """
        ...

    def put_event(
        self,
        *,
        source: str,
        detail_type: str,
        detail: Mapping[str, Any],
        resources: list[str],
        region: str,
        account_id: str,
    ) -> None:
        """Put an event of an AWS service on the account's default EventBridge bus in that Region."""
        ...
