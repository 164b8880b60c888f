"""What a session must have to take on a role of the stack: a second factor, or what stands for it.

AWS knows of a second factor only in sessions that an IAM user began with one. A session from Identity Center,
from SAML, or from another role has none in AWS's eyes, whatever its sign-in asked for
(aws:MultiFactorAuthPresent):
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from config.settings.access import MFA, SOURCE_IDENTITY
from config.stack import Stack
from policies.documents.statement import USER_GUIDES, Conditions, Statement

_IAM_GUIDE = f"{USER_GUIDES}/IAM/latest/UserGuide"
_REFERENCES = {
    MFA: f"{_IAM_GUIDE}/id_credentials_mfa_configure-api-require.html",
    SOURCE_IDENTITY: f"{_IAM_GUIDE}/id_credentials_temp_control-access_monitor.html",
}
_CHAINING = f"{_IAM_GUIDE}/id_roles.html#iam-term-role-chaining"
_ASSUME = "sts:AssumeRole"
# A session hands its source identity and its transitive tags on, and is refused where it may not.
_HANDING_ON = (_ASSUME, "sts:SetSourceIdentity", "sts:TagSession")
_SAID = {
    MFA: "after signing in with a second factor",
    SOURCE_IDENTITY: "with the source identity that their sign-in gave them",
}


def taking_on(sid: str, verb: str, trusted: tuple[str, ...], requires: str, mfa: Conditions) -> Statement:
    """Return who may take on a role; `mfa` are the conditions where `requires` asks for a second factor."""
    source_identity: Conditions = {"Null": {"aws:SourceIdentity": "false"}}
    return Statement(
        sid=sid,
        purpose=f"The principals trusted may {verb}, {_SAID.get(requires, 'by their ARN alone')}.",
        reference=_REFERENCES.get(requires, _CHAINING),
        effect="Allow",
        principal={"AWS": trusted},
        actions=(_ASSUME,) if requires == MFA else _HANDING_ON,
        resources=(),
        conditions={MFA: mfa, SOURCE_IDENTITY: source_identity}.get(requires, {}),
    )


def is_outside(arn: str, stack: Stack) -> bool:
    """Whether a principal belongs to another account."""
    return arn.split(":")[4] != stack.place.account_id
