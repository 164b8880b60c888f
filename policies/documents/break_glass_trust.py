"""Who may break the glass, the one way round the protections of the logs."""

from __future__ import annotations

from config.stack import Stack
from iam_evaluation import DocumentKind
from policies.documents.card import DocumentCard, Quota, Target
from policies.documents.statement import USER_GUIDES, Statement

MFA_SECONDS = 900

_IAM_GUIDE = f"{USER_GUIDES}/IAM/latest/UserGuide"
_MFA = f"{_IAM_GUIDE}/id_credentials_mfa_configure-api-require.html"


def build(stack: Stack) -> tuple[Statement, ...]:
    """Return who may assume the break-glass role; where nobody is named, this account's IAM policies decide.

    The root user cannot assume roles, so that the account's principal never means the root user here.
    """
    return (
        Statement(
            sid="BreakGlassWithFreshMfa",
            purpose="The principals trusted may break the glass, with a second factor given just now.",
            reference=_MFA,
            effect="Allow",
            principal={"AWS": stack.settings.access.break_glass_trusted_arns or (stack.place.root_arn,)},
            actions=("sts:AssumeRole",),
            resources=(),
            # A session without a second factor has no age of it, so that this asks for the factor too.
            conditions={"NumericLessThanEquals": {"aws:MultiFactorAuthAge": str(MFA_SECONDS)}},
        ),
    )


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
