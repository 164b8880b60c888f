"""Who it really was: one explained answer for each shape of userIdentity that AWS documents.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from audit.records import Event, SessionContext, SessionIssuer, UserIdentity

_NO_ISSUER = SessionIssuer()
_NO_SESSION = SessionContext()
_NOBODY = UserIdentity()
_SERVICE_LINKED = re.compile(r":role/aws-service-role/([^/]+)/")
_NAMED_WITHIN_ACCOUNT = {
    "IAMUser",
    "AssumedRole",
    "Role",
    "FederatedUser",
}  # another account may have the same


class Identity(msgspec.Struct, frozen=True):
    """Who made a call, by which kind of credentials, and for whom.

    `who` is the shortest name that still tells identities of one account apart; `kind` is userIdentity.type,
    or "Missing" without one; `credentials` is prose. `account_id` is the caller's, or where the record
    gives none, as of services, the one that received the call; `cross_account` says that these differ.
    `service` is the AWS service that made the call (on the identity's
    behalf unless `kind` is AWSService); `on_behalf_of` is the Identity Center user id behind it.
    `key` tells the identity from any other.
    """

    who: str
    kind: str
    credentials: str
    account_id: str | None = None
    arn: str | None = None
    issuer: str | None = None
    service: str | None = None
    on_behalf_of: str | None = None
    source_identity: str | None = None
    mfa: bool | None = None
    cross_account: bool = False
    key: str = ""

    def explained(self) -> str:
        """One sentence a person can read aloud."""
        text = f"{self.who}, {self.credentials}"
        if self.service and self.kind != "AWSService":
            text += f", through {self.service}"
        if self.on_behalf_of and self.on_behalf_of != self.who:
            text += f", on behalf of Identity Center user {self.on_behalf_of}"
        if self.source_identity:  # said even beside the same session name: that one was the caller's choice
            text += f", source identity {self.source_identity}"
        if self.mfa:
            text += ", with MFA"
        if self.cross_account and self.kind != "AWSAccount":
            text += f", from account {self.account_id}"
        return text


_known: dict[tuple[object, ...], Identity] = {}
_MOST_KNOWN = 20_000


def identify(event: Event) -> Identity:
    """Explain the identity of an event. The same identity is the same object, as long as it is remembered."""
    user = event.user_identity or _NOBODY
    session = user.session_context or _NO_SESSION
    issuer = session.session_issuer or _NO_ISSUER
    behalf, web, attributes = user.on_behalf_of, session.web_id_federation_data, session.attributes
    # One flat tuple of all that _identify looks at: it is made for every event.
    key = (
        user.type,
        user.principal_id,
        user.arn,
        user.account_id,
        user.user_name,
        user.invoked_by,
        user.identity_provider,
        issuer.type,
        issuer.arn,
        issuer.account_id,
        issuer.user_name,
        session.source_identity,
        attributes is None,
        attributes and attributes.mfa_authenticated,
        behalf and behalf.user_id,
        web and web.federated_provider,
        event.recipient_account_id,
        user is _NOBODY,
    )
    known = _known.get(key)
    if known is None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        known = _known[key] = _identify(user, issuer, session, event.recipient_account_id)
    return known


def _identify(
    user: UserIdentity, issuer: SessionIssuer, session: SessionContext, recipient: str | None
) -> Identity:
    if user is _NOBODY:
        nobody = Identity("nobody named", "Missing", "the record names no identity", recipient)
        return msgspec.structs.replace(nobody, key=f"{nobody.who} {recipient}")
    kind = user.type or ("AWSService" if user.invoked_by else "Unknown")
    who, credentials = _ANSWERS.get(kind, _unknown)(user, issuer, session)
    account_id = user.account_id or issuer.account_id
    foreign = bool(account_id and recipient and account_id.isdigit() and account_id != recipient)
    identity = Identity(
        who=f"{who} of {account_id}" if foreign and kind in _NAMED_WITHIN_ACCOUNT else who,
        kind=kind,
        credentials=credentials,
        account_id=account_id or recipient,
        arn=user.arn,
        issuer=issuer.arn,
        service=user.invoked_by or (user.principal_id if kind == "AWSService" else None),
        on_behalf_of=user.on_behalf_of.user_id if user.on_behalf_of else None,
        source_identity=session.source_identity,
        mfa=_mfa(session),
        cross_account=foreign,
    )
    key = f"{identity.explained()} {identity.arn} {identity.account_id}"
    return msgspec.structs.replace(identity, key=key)


def _mfa(session: SessionContext) -> bool | None:
    """Whether a second factor was shown; None where the record does not say."""
    value = session.attributes.mfa_authenticated if session.attributes else None
    return None if value is None else str(value).lower() == "true"


def _root(user: UserIdentity, issuer: SessionIssuer, session: SessionContext) -> tuple[str, str]:
    del issuer
    alias = f" ({user.user_name})" if user.user_name else ""
    temporary = session.attributes is not None
    return f"root of {user.account_id or 'an unnamed account'}{alias}", (
        "the account's root user in a session" if temporary else "the account's root user"
    )


def _iam_user(user: UserIdentity, issuer: SessionIssuer, session: SessionContext) -> tuple[str, str]:
    del issuer
    who = user.user_name or _last(user.arn) or user.principal_id or "unnamed IAM user"
    temporary = session.attributes is not None
    return (
        who,
        "IAM user with temporary credentials"
        if temporary
        else "IAM user with its own access key or password",
    )


def _assumed_role(user: UserIdentity, issuer: SessionIssuer, session: SessionContext) -> tuple[str, str]:
    _, _, named = (user.arn or "").partition(":assumed-role/")
    role, _, session_name = named.rpartition("/")
    role = issuer.user_name or role or _last(issuer.arn) or "unnamed role"
    session_name = session_name or (user.principal_id or "").partition(":")[2]
    owner = _SERVICE_LINKED.search(issuer.arn or "")
    web = session.web_id_federation_data
    if owner:
        credentials = f"session of the service-linked role {role}, which only {owner[1]} can assume"
    elif role.startswith("AWSReservedSSO_"):
        credentials = f"session of the role {role}, granted by IAM Identity Center"
    elif web and web.federated_provider:
        credentials = (
            f"session of the role {role}, vouched for by web identity provider {web.federated_provider}"
        )
    else:
        credentials = f"session of the role {role}"
    return f"{role}/{session_name}" if session_name else role, credentials


def _role(user: UserIdentity, issuer: SessionIssuer, session: SessionContext) -> tuple[str, str]:
    del session
    return user.user_name or _last(user.arn) or _last(issuer.arn) or "unnamed role", "IAM role"


def _federated_user(user: UserIdentity, issuer: SessionIssuer, session: SessionContext) -> tuple[str, str]:
    del session
    name = (user.arn or "").partition(":federated-user/")[2] or (user.principal_id or "").partition(":")[2]
    by = issuer.user_name or (f"root of {issuer.account_id}" if issuer.type == "Root" else _last(issuer.arn))
    return name or "unnamed federated user", f"federated by {by or 'an issuer that is not named'}"


def _saml_user(user: UserIdentity, issuer: SessionIssuer, session: SessionContext) -> tuple[str, str]:
    del issuer, session
    who = user.user_name or (user.principal_id or "").partition(":")[2] or user.principal_id
    return (
        who or "unnamed SAML user",
        f"vouched for by SAML provider {user.identity_provider or '(not named)'}",
    )


def _web_identity_user(user: UserIdentity, issuer: SessionIssuer, session: SessionContext) -> tuple[str, str]:
    del issuer
    web = session.web_id_federation_data
    provider = user.identity_provider or (web.federated_provider if web else None)
    # principalId is provider:application:user, and both provider (an ARN) and user may hold colons.
    named = (user.principal_id or "").removeprefix(f"{provider}:")
    who = user.user_name or (named.partition(":")[2] if provider else named.rpartition(":")[2])
    return who or "unnamed web identity", f"vouched for by web identity provider {provider or '(not named)'}"


def _identity_center_user(
    user: UserIdentity, issuer: SessionIssuer, session: SessionContext
) -> tuple[str, str]:
    del issuer, session
    behalf = user.on_behalf_of
    who = user.user_name or (behalf.user_id if behalf else None) or user.principal_id
    return who or "unnamed Identity Center user", "IAM Identity Center user"


def _aws_account(user: UserIdentity, issuer: SessionIssuer, session: SessionContext) -> tuple[str, str]:
    del issuer, session
    if user.account_id == "ANONYMOUS_PRINCIPAL":
        return "anonymous", "no credentials: a request that nobody signed"
    name = user.principal_id or user.arn
    who = f"account {user.account_id or 'not named'}"
    return f"{who} ({name})" if name else who, "an identity of another AWS account"


def _aws_service(user: UserIdentity, issuer: SessionIssuer, session: SessionContext) -> tuple[str, str]:
    del issuer, session
    return user.invoked_by or user.principal_id or "an unnamed AWS service", "AWS service for itself"


def _directory(user: UserIdentity, issuer: SessionIssuer, session: SessionContext) -> tuple[str, str]:
    del issuer, session
    return user.user_name or user.principal_id or "unnamed directory user", "user of an AWS directory"


def _unknown(user: UserIdentity, issuer: SessionIssuer, session: SessionContext) -> tuple[str, str]:
    del issuer, session
    who = user.user_name or _last(user.arn) or user.principal_id or user.invoked_by
    return who or "unknown identity", f"CloudTrail could not tell (type {user.type or 'not given'})"


def _last(arn: str | None) -> str | None:
    """The name at the end of an ARN, without its path."""
    return arn.rpartition(":")[2].rpartition("/")[2] or None if arn else None


_ANSWERS: dict[str, Callable[[UserIdentity, SessionIssuer, SessionContext], tuple[str, str]]] = {
    "Root": _root,
    "IAMUser": _iam_user,
    "AssumedRole": _assumed_role,
    "Role": _role,
    "FederatedUser": _federated_user,
    "SAMLUser": _saml_user,
    "WebIdentityUser": _web_identity_user,
    "IdentityCenterUser": _identity_center_user,
    "AWSAccount": _aws_account,
    "AWSService": _aws_service,
    "Directory": _directory,
    "Unknown": _unknown,
}
