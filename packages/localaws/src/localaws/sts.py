"""The temporary credentials of STS.

Moto answers GetSessionToken and GetFederationToken with AWS's documented example keys, the same for everyone,
and its GetCallerIdentity knows no root, federated user or session. These three are answered here; all else
of STS is moto's, and this module only takes note of the credentials that it hands out.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.iam.utils import generate_access_key_id_from_account_id

from localaws.arns import account_of
from localaws.call import Call, Caller, SessionIssuer
from localaws.errors import AwsError
from localaws.identity import DEFAULT_ACCOUNT_ID, Identities, Session, role_issuer
from localaws.parameter_types import check_text
from localaws.sessions import ValidationError, session_policies, session_tags, transitive_tag_keys

_ANSWERED = {"GetCallerIdentity", "GetSessionToken", "GetFederationToken"}
_UNKNOWN = "unknown"
MAXIMUM_POLICY = 2048  # characters of a session policy
_TOKEN_CODE = re.compile(r"\d{6}")
_NAME_ID = re.compile(r"<(?:\w+:)?NameID[^>]*>([^<]+)<")
_FEDERATION = {"AssumeRoleWithWebIdentity": "WebIdentityUser", "AssumeRoleWithSAML": "SAMLUser"}


class AccessDeniedError(AwsError):
    """The caller cannot get temporary credentials in this way."""

    code = "AccessDenied"
    http_status = 403


class Sts:
    """GetCallerIdentity, GetSessionToken and GetFederationToken, and the memory of assumed roles."""

    def __init__(self, identities: Identities, now: Callable[[], datetime], *, strict: bool) -> None:
        """`strict`: who may not ask STS for a session is refused, as where IAM is enforced."""
        self._strict = strict
        self._identities = identities
        self._now = now

    def check(self, call: Call) -> None:
        """Refuse what STS refuses of any operation.

        Raises:
            ValidationError: no role ARN, a session policy of more than 2,048 characters, or a managed
                one that does not exist.
            AwsError: a session policy that is none.
            AccessDeniedError: a device's code that cannot vouch for the caller; a role for a root user; the
                caller's credentials are temporary and cannot give others.

        """
        role = call.parameters.get("RoleArn")
        if role is not None and not account_of(role):
            raise ValidationError(f"{role} is invalid")
        policy = str(call.parameters.get("Policy") or "")
        if len(policy) > MAXIMUM_POLICY:
            raise ValidationError(
                f"1 validation error detected: Value '{policy}' at 'policy' failed to satisfy constraint:"
                f" Member must have length less than or equal to {MAXIMUM_POLICY}"
            )
        session_policies(call, account_of(role) if role else call.account_id)
        if self._strict and call.operation == "AssumeRole" and call.caller.type == "Root":
            raise AccessDeniedError("Roles may not be assumed by root accounts.")
        if call.operation in {"AssumeRole", "GetSessionToken"}:
            _check_device(call)

    def answers(self, call: Call) -> bool:
        """Whether a call is answered here rather than by moto."""
        return call.operation in _ANSWERED and call.caller.arn is not None

    def handle(self, call: Call) -> Mapping[str, Any]:
        """Answer one of the three operations."""
        if call.operation == "GetCallerIdentity":
            return {
                "UserId": call.caller.principal_id,
                "Account": call.caller.account_id,
                "Arn": call.caller.arn,
            }
        is_role = call.caller.session_issuer is not None and call.caller.session_issuer.type == "Role"
        if is_role or (self._strict and call.caller.session_created is not None):
            raise AccessDeniedError(f"Cannot call {call.operation} with session credentials")
        if call.operation == "GetSessionToken":
            return self._session_token(call)
        return self._federation_token(call)

    def _session_token(self, call: Call) -> Mapping[str, Any]:
        caller = replace(
            call.caller,
            session_created=self._now(),
            mfa_authenticated="SerialNumber" in call.parameters,
        )
        return {"Credentials": self._issue(caller, call.parameters.get("DurationSeconds", 43_200))}

    def _federation_token(self, call: Call) -> Mapping[str, Any]:
        name, account_id = call.parameters["Name"], call.caller.account_id
        arn = f"arn:{call.partition}:sts::{account_id}:federated-user/{name}"
        issuer = call.caller
        caller = Caller(
            "FederatedUser",
            account_id,
            arn,
            f"{account_id}:{name}",
            session_issuer=SessionIssuer(
                "IAMUser" if issuer.type == "IAMUser" else "Root",
                issuer.principal_id or account_id,
                issuer.arn or "",
                account_id,
                issuer.user_name,
            ),
            session_created=self._now(),
            session_tags=session_tags(call),
            session_policies=session_policies(call, call.account_id),
        )
        return {
            "Credentials": self._issue(caller, call.parameters.get("DurationSeconds", 43_200)),
            "FederatedUser": {"FederatedUserId": caller.principal_id, "Arn": arn},
            **({"PackedPolicySize": 6} if caller.session_policies or caller.session_tags else {}),
        }

    def _issue(self, caller: Caller, seconds: int) -> Mapping[str, Any]:
        key_id = generate_access_key_id_from_account_id(caller.account_id, prefix="ASIA", total_length=20)
        expires = self._now() + timedelta(seconds=int(seconds))
        self._identities.remember(key_id, Session(replace(caller, access_key_id=key_id), expires))
        return {
            "AccessKeyId": key_id,
            "SecretAccessKey": _random_text(40),
            "SessionToken": _random_text(356),
            "Expiration": expires.replace(microsecond=0),
        }

    def note_assumed_role(self, call: Call, result: Mapping[str, Any]) -> None:
        """Remember the session that moto's answer to AssumeRole, …WithSAML or …WithWebIdentity has opened."""
        credentials, user = result["Credentials"], result["AssumedRoleUser"]
        role_id, _, session_name = user["AssumedRoleId"].partition(":")
        issuer = role_issuer(call.parameters["RoleArn"], role_id)
        session = Caller(
            "AssumedRole",
            issuer.account_id,
            user["Arn"],
            f"{issuer.principal_id}:{session_name}",
            access_key_id=credentials["AccessKeyId"],
            session_issuer=issuer,
            session_created=call.time,
            mfa_authenticated="SerialNumber" in call.parameters,
            source_identity=call.parameters.get("SourceIdentity") or call.caller.source_identity,
            federated_provider=call.caller.federated_provider,
            session_tags=session_tags(call),
            transitive_tag_keys=transitive_tag_keys(call),
            session_policies=session_policies(call, issuer.account_id),
        )
        expires = credentials["Expiration"]
        # Moto reckons by the machine's clock, but sessions end by the one that can be moved.
        lasts = (expires if expires.tzinfo else expires.replace(tzinfo=UTC)) - datetime.now(UTC)
        self._identities.remember(credentials["AccessKeyId"], Session(session, call.time + lasts))


def _check_device(call: Call) -> None:
    """Let a device's code pass if it could be one, of a user who could have one.

    Which devices a user has is not asked, nor whether the code is the right one now.
    """
    serial, code = call.parameters.get("SerialNumber"), call.parameters.get("TokenCode")
    if not serial and not code:
        return
    if not serial or not code:
        raise AccessDeniedError(
            "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
        )
    elsewhere = serial.startswith("arn:") and f"::{call.caller.account_id}:mfa/" not in serial
    if elsewhere or call.caller.type not in {"IAMUser", "Root"}:
        raise AccessDeniedError(
            "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial"
            " number is valid and associated with this user."
        )
    if not _TOKEN_CODE.fullmatch(code):
        raise AccessDeniedError("MultiFactorAuthentication failed with invalid MFA one time pass code.")


def federated_caller(operation: str, parameters: Mapping[str, Any]) -> Caller | None:
    """The identity of who asks for a role with an identity provider's token instead of a signature."""
    kind = _FEDERATION.get(operation)
    if kind is None:
        return None
    account_id = account_of(str(parameters.get("RoleArn", ""))) or DEFAULT_ACCOUNT_ID
    if kind == "SAMLUser":
        provider = str(parameters.get("PrincipalArn", ""))
        subject = _saml_subject(str(parameters.get("SAMLAssertion", "")))
        return Caller(
            "SAMLUser",
            account_id,
            principal_id=f"{provider}:{subject}",
            user_name=subject,
            federated_provider=provider,
        )
    claims = _claims(str(parameters.get("WebIdentityToken", "")))
    provider = parameters.get("ProviderId") or claims.get("iss", "")
    subject, audience = claims.get("sub", _UNKNOWN), claims.get("aud", _UNKNOWN)
    return Caller(
        "WebIdentityUser",
        account_id,
        principal_id=f"{provider}:{audience}:{subject}",
        user_name=subject,
        federated_provider=str(provider),
    )


def _claims(token: str) -> Mapping[str, Any]:
    """The claims of a JSON web token, whose signature nobody checks here; none if it is no such token."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        check_text(claims)
    except ValueError:
        return {}
    return claims if isinstance(claims, dict) else {}


def _saml_subject(assertion: str) -> str:
    try:
        found = _NAME_ID.search(base64.b64decode(assertion).decode())
    except ValueError:
        return _UNKNOWN
    return found.group(1) if found else _UNKNOWN


def _random_text(length: int) -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))
