"""Who may become the auditor, who reads everything and writes nothing."""

from __future__ import annotations

from config.stack import Stack
from iam_evaluation import DocumentKind
from policies.documents.card import DocumentCard, Quota, Target
from policies.documents.statement import USER_GUIDES, Statement

_IAM_GUIDE = f"{USER_GUIDES}/IAM/latest/UserGuide"
_MFA = f"{_IAM_GUIDE}/id_credentials_mfa_configure-api-require.html"
_EXTERNAL_ID = f"{_IAM_GUIDE}/id_roles_common-scenarios_third-party.html"


def build(stack: Stack) -> tuple[Statement, ...]:
    """Return who may assume the auditor role.

    Where nobody is trusted by name, this account's IAM policies decide. With an external id the auditor comes
    from outside and proves it by that id; without, by a second factor.
    """
    access = stack.settings.access
    external_id = access.auditor_external_id
    return (
        Statement(
            sid="AuditorsAssumeRole",
            purpose="The principals trusted may become the auditor, by their external id."
            if external_id
            else "The principals trusted may become the auditor, after signing in with a second factor.",
            reference=_EXTERNAL_ID if external_id else _MFA,
            effect="Allow",
            principal={"AWS": access.auditor_trusted_arns or (stack.place.root_arn,)},
            actions=("sts:AssumeRole",),
            resources=(),
            conditions={"StringEquals": {"sts:ExternalId": external_id}}
            if external_id
            else {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        ),
    )


def _targets(stack: Stack) -> dict[str, Target]:
    role, account = stack.auditor_role_arn or "", stack.place.account_id
    return {
        "auditor role": Target(role, account, CARD.name),
        "role called almost as the auditor": Target(f"{role}x", account),
    }


CARD = DocumentCard(
    name="auditor-trust",
    title="Who may become the auditor",
    kind=DocumentKind.TRUST,
    quota=Quota.TRUST_POLICY,
    build=build,
    applies=lambda stack: stack.auditor_role is not None,
    targets=_targets,
    order=50,
)
