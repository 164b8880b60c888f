"""Who makes a call: from the access key of a request to the identity that CloudTrail would print.

Long-lived keys are looked up in moto's IAM. Temporary ones are remembered here when STS hands them out,
because moto forgets most of what a session is (issuer, MFA, tags, session policies).
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote

from moto.iam.models import AccessKey, IAMBackend, User, iam_backends
from moto.utilities.utils import get_partition

from localaws.arns import account_of
from localaws.call import Caller, SessionIssuer
from localaws.errors import AwsError

_SIGNATURE_4 = re.compile(r"Credential=([^/,\s]+)/\d+/([^/,\s]+)/([^/,\s]+)/aws4_request")
_SIGNATURE_4A = re.compile(r"Credential=([^/,\s]+)/\d+/([^/,\s]+)/aws4_request")
_SIGNATURE_2 = re.compile(r"AWS ([^:\s]+):")
_ACCOUNT_ID = re.compile(r"\d{12}")
_ISSUED_KEY = re.compile(r"A[KS]IA[A-Z0-9]{16}")
DEFAULT_ACCOUNT_ID = "123456789012"
ANONYMOUS = "ANONYMOUS_PRINCIPAL"


class InvalidKeyError(AwsError):
    """The access key was never issued, was deleted, or is inactive."""

    code = "InvalidClientTokenId"
    http_status = 403

    def __init__(self) -> None:
        super().__init__("The security token included in the request is invalid.")


class ExpiredTokenError(AwsError):
    """The session of temporary credentials has ended."""

    code = "ExpiredToken"
    http_status = 403

    def __init__(self) -> None:
        super().__init__("The security token included in the request is expired")


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request's signature says: access key id, and with Signature Version 4 the Region and service."""

    access_key_id: str | None = None
    region: str | None = None
    service: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Temporary credentials that STS handed out."""

    caller: Caller
    expires: datetime


def read_credential(environ: Mapping[str, Any]) -> Credential:
    """Read a WSGI request's credential, from its header or presigned URL; empty where it is unsigned."""
    authorization = environ.get("HTTP_AUTHORIZATION", "")
    if not authorization:
        query = parse_qs(environ.get("QUERY_STRING", ""))
        presigned = query.get("X-Amz-Credential", [""])[0]
        authorization = f"Credential={unquote(presigned)}" if presigned else ""
        if "AWSAccessKeyId" in query:
            return Credential(query["AWSAccessKeyId"][0])
    if found := _SIGNATURE_4.search(authorization):
        return Credential(*found.groups())
    if found := _SIGNATURE_4A.search(authorization):
        return Credential(found.group(1), None, found.group(2))
    if found := _SIGNATURE_2.match(authorization):
        return Credential(found.group(1))
    return Credential()


class Identities:
    """All identities of the local AWS."""

    def __init__(self, *, strict: bool) -> None:
        """`strict`: keys that look issued but are unknown, inactive or expired are refused, not root's."""
        self._strict = strict
        self._sessions: dict[str, Session] = {}

    def remember(self, access_key_id: str, session: Session) -> None:
        """Take note of temporary credentials that STS has just handed out."""
        self._sessions[access_key_id] = session

    def forget_all(self) -> None:
        """Forget every session."""
        self._sessions.clear()

    def caller(self, access_key_id: str | None, region: str, now: datetime, account_id: str | None) -> Caller:
        """Find who owns an access key; `account_id` overrides the account of a key that is nobody's.

        Raises:
            InvalidKeyError: only when strict.
            ExpiredTokenError: only when strict.

        """
        if access_key_id is None:
            return Caller("AWSAccount", account_id or ANONYMOUS, principal_id="")
        if session := self._sessions.get(access_key_id):
            if self._strict and session.expires < now:
                raise ExpiredTokenError
            return session.caller
        if user := self._user_of(access_key_id):
            return _user_caller(user, access_key_id)
        if self._strict and _ISSUED_KEY.fullmatch(access_key_id):
            raise InvalidKeyError
        own = access_key_id if _ACCOUNT_ID.fullmatch(access_key_id) else DEFAULT_ACCOUNT_ID
        return root(account_id or own, get_partition(region), access_key_id)

    def is_nobodys(self, access_key_id: str | None) -> bool:
        """Whether neither a session nor a user has an access key, whose account a request may then choose."""
        return access_key_id is None or not (access_key_id in self._sessions or self._owner(access_key_id))

    def by_arn(self, arn: str, region: str) -> Caller:
        """Find an identity by its ARN: a live session, an IAM user, or root.

        Raises:
            AwsError: there is none.

        """
        for session in self._sessions.values():
            if session.caller.arn == arn:
                return session.caller
        account_id = account_of(arn)
        if arn.endswith(":root"):
            return root(account_id, get_partition(region))
        for user in iam_backends[account_id][get_partition(region)].users.values():
            if user.arn == arn:
                return Caller("IAMUser", account_id, arn, user.id, user_name=user.name)
        raise AwsError(f"no session, user or root has the ARN {arn}", code="NoSuchEntity")

    def _user_of(self, access_key_id: str) -> User | None:
        found = self._owner(access_key_id)
        if found is None:
            return None
        backend, key = found
        if self._strict and key.status != "Active":
            raise InvalidKeyError
        user: User | None = backend.users.get(str(key.user_name))
        return user

    @staticmethod
    def _owner(access_key_id: str) -> tuple[IAMBackend, AccessKey] | None:
        """A user's access key, and the account's IAM that has both."""
        for account in list(iam_backends.values()):
            for backend in list(account.values()):
                key = backend.access_keys.get(access_key_id)
                if key is not None and key.user_name is not None:
                    return backend, key
        return None


def root(account_id: str, partition: str, access_key_id: str | None = None) -> Caller:
    """The root user of an account."""
    return Caller(
        "Root", account_id, f"arn:{partition}:iam::{account_id}:root", account_id, access_key_id=access_key_id
    )


def service(principal: str, account_id: str, on_behalf_of: Caller | None = None) -> Caller:
    """An AWS service such as `imagebuilder.amazonaws.com`, for itself or for the caller that it serves."""
    if on_behalf_of is None:
        return Caller("AWSService", account_id, invoked_by=principal)
    return replace(on_behalf_of, invoked_by=principal)


def _user_caller(user: User, access_key_id: str) -> Caller:
    return Caller(
        "IAMUser", user.account_id, user.arn, user.id, access_key_id=access_key_id, user_name=user.name
    )


def role_issuer(role_arn: str, fallback_id: str) -> SessionIssuer:
    """The role as the issuer of a session; its unique id from IAM where the role exists there."""
    partition, account_id = role_arn.split(":")[1], role_arn.split(":")[4]
    roles = iam_backends[account_id][partition].roles.values()
    role_id = next((role.id for role in roles if role.arn == role_arn), fallback_id)
    return SessionIssuer("Role", role_id, role_arn, account_id, role_arn.rsplit("/", 1)[-1])
