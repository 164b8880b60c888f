"""One delivered CloudTrail record as a frozen value.

Fields follow https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
What has no fixed shape (parameters, responses, service details) stays as the JSON text that CloudTrail wrote.
"""

from __future__ import annotations

from typing import Any

import msgspec

FAILURE = "Failure"  # the result of a call that failed without an error code
SIGN_IN = "signin.amazonaws.com"
_NEWLINES = bytes.maketrans(b"\r\n", b"  ")


class SessionIssuer(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Who issued temporary credentials: `type` is Root, IAMUser or Role."""

    type: str | None = None
    arn: str | None = None
    account_id: str | None = None
    user_name: str | None = None


class SessionAttributes(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Whether a second factor was shown; CloudTrail writes it as a string."""

    mfa_authenticated: str | bool | None = None


class WebIdFederationData(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The web identity provider that vouched for the session."""

    federated_provider: str | None = None


class SessionContext(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What CloudTrail says of temporary credentials."""

    session_issuer: SessionIssuer | None = None
    attributes: SessionAttributes | None = None
    web_id_federation_data: WebIdFederationData | None = None
    source_identity: str | None = None


class OnBehalfOf(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The IAM Identity Center user for whom the call was made."""

    user_id: str | None = None


class UserIdentity(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The record's userIdentity element; see audit.identity for what it means.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
    """

    type: str | None = None
    principal_id: str | None = None
    arn: str | None = None
    account_id: str | None = None
    access_key_id: str | None = None
    user_name: str | None = None
    invoked_by: str | None = None
    identity_provider: str | None = None
    session_context: SessionContext | None = None
    on_behalf_of: OnBehalfOf | None = None


class Event(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """The members of a record that this project reads; the others stay in the record's own text."""

    event_source: str
    event_name: str
    event_time: str
    user_identity: UserIdentity | None = None
    aws_region: str | None = None
    source_ip_address: str | None = msgspec.field(name="sourceIPAddress", default=None)
    user_agent: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    request_parameters: msgspec.Raw = msgspec.Raw(b"null")
    response_elements: msgspec.Raw = msgspec.Raw(b"null")
    request_id: str | None = msgspec.field(name="requestID", default=None)
    event_id: str | None = msgspec.field(name="eventID", default=None)
    read_only: bool | None = None
    recipient_account_id: str | None = None
    service_event_details: msgspec.Raw = msgspec.Raw(b"null")

    @property
    def error(self) -> str | None:
        """Why the call failed: its error code, or FAILURE where it has none; None if it succeeded.

        A sign-in says it in another way than a call, in the member that is named after the step, such as
        {"ConsoleLogin": "Failure"}:
        https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
        """
        if self.error_code:
            return self.error_code
        if self.error_message or (self.event_source == SIGN_IN and self._sign_in_failed()):
            return FAILURE
        return None

    def _sign_in_failed(self) -> bool:
        told = (self.response_elements, self.service_event_details)
        return any(b'"Failure"' in bytes(answer) for answer in told)

    def parameters(self) -> Any:
        """What was asked: requestParameters as Python values, None where CloudTrail wrote null."""
        return msgspec.json.decode(self.request_parameters)

    def response(self) -> Any:
        """What was answered: responseElements as Python values, None where CloudTrail wrote null."""
        return msgspec.json.decode(self.response_elements)


class Record(msgspec.Struct, frozen=True, gc=False):
    """A record of a log file: the file's key, CloudTrail's own text, and its decoded members."""

    key: str
    text: bytes
    event: Event

    def line(self) -> bytes:
        """The text on one line: JSON has bare line ends between tokens only, so the values stay."""
        text = self.text
        return text.translate(_NEWLINES) if b"\n" in text or b"\r" in text else text


DECODER = msgspec.json.Decoder(Event)
