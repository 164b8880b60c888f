"""No policy allows everybody without a condition."""

from __future__ import annotations

from collections.abc import Iterator

from policies.guard.card import WITH_POLICY, Options, Resource, ResourceCard
from policies.guard.documents import allowing, condition_keys, is_for_everyone, label


def _find(resource: Resource, _options: Options) -> Iterator[str]:
    for statement in allowing(resource):
        if is_for_everyone(statement) and not condition_keys(statement):
            yield f"{label(statement)} allows everybody, under no condition"


CARD = ResourceCard(
    code="IBT409",
    verb="forbid",
    subject="wildcard-principal",
    severity="critical",
    framework="NIST 800-53 r5: AC-6; Security Hub: S3.2",
    why="Anyone on the internet may do what it says.",
    fix="name the principals, or narrow the statement by a condition such as aws:PrincipalOrgID.",
    link="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
    types=WITH_POLICY,
    find=_find,
)
