"""Who may become the auditor, who reads everything and writes nothing."""

from __future__ import annotations

from config.stack import Stack
from iam_evaluation import DocumentKind
from policies.documents.card import DocumentCard, Quota, Target
from policies.documents.statement import USER_GUIDES, Statement
from policies.documents.trust import is_outside, taking_on

_IAM_GUIDE = f"{USER_GUIDES}/IAM/latest/UserGuide"
_EXTERNAL_ID = f"{_IAM_GUIDE}/id_roles_common-scenarios_third-party.html"


def build(stack: Stack) -> tuple[Statement, ...]:
    """Return who may assume the auditor role.

    Where nobody is trusted by name, this account's IAM policies decide. An external id is asked of those who
    come from other accounts; it is no secret, and stands for no second factor of this account's own people.
    """
    access = stack.settings.access
    trusted = access.auditor_trusted_arns or (stack.place.root_arn,)
    by_id = tuple(arn for arn in trusted if access.auditor_external_id and is_outside(arn, stack))
    others = tuple(arn for arn in trusted if arn not in by_id)
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    verb = "become the auditor"
    return (
        *([taking_on("AuditorsAssumeRole", verb, others, access.auditor_requires, mfa)] if others else []),
        *([_outside(by_id, access.auditor_external_id)] if by_id else []),
    )


def _outside(trusted: tuple[str, ...], external_id: str) -> Statement:
    return Statement(
        sid="OutsideAuditorsAssumeRole",
        purpose="The principals trusted of other accounts may become the auditor, by their external id.",
        reference=_EXTERNAL_ID,
        effect="Allow",
        principal={"AWS": trusted},
        actions=("sts:AssumeRole",),
        resources=(),
        conditions={"StringEquals": {"sts:ExternalId": external_id}},
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
