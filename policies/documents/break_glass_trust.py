"""Who may break the glass, the one way round the protections of the logs."""

from __future__ import annotations

from config.stack import Stack
from iam_evaluation import DocumentKind
from policies.documents.card import DocumentCard, Quota, Target
from policies.documents.statement import Statement
from policies.documents.trust import taking_on

MFA_SECONDS = 900

SID = "BreakGlass"


def build(stack: Stack) -> tuple[Statement, ...]:
    """Return who may assume the break-glass role; where nobody is named, this account's IAM policies decide.

    The root user cannot assume roles, so that the account's principal never means the root user here.
    """
    access = stack.settings.access
    trusted = access.break_glass_trusted_arns or (stack.place.root_arn,)
    # A session without a second factor has no age of it, so that this asks for the factor too.
    mfa = {"NumericLessThanEquals": {"aws:MultiFactorAuthAge": str(MFA_SECONDS)}}
    return (taking_on(SID, "break the glass", trusted, access.break_glass_requires, mfa),)


def _targets(stack: Stack) -> dict[str, Target]:
    role, account = stack.break_glass_role_arn or "", stack.place.account_id
    return {
        "break-glass role": Target(role, account, CARD.name),
        "role called almost as the break-glass": Target(f"{role}x", account),
    }


CARD = DocumentCard(
    name="break-glass-trust",
    title="Who may break the glass",
    kind=DocumentKind.TRUST,
    quota=Quota.TRUST_POLICY,
    build=build,
    applies=lambda stack: stack.break_glass_role is not None,
    targets=_targets,
    order=70,
)
