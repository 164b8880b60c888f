"""The Principal and NotPrincipal elements.

Follows https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from iam_evaluation.model import PolicyError, Principal, PrincipalKind

_ACCOUNT = re.compile(r"\d{12}")
_ROOT = re.compile(r"arn:([a-z-]+):iam::(\d{12}):root")
_ARN = re.compile(
    r"arn:[a-z-]+:(iam::\d{12}:(user|role)/[^*?]+|sts::\d{12}:(assumed-role/[^/*?]+/[^/*?]+|federated-user/[^*?]+))"
)
_DELETED = re.compile(r"(AIDA|AROA|AIPA|ASIA|AKIA)[A-Z0-9]{12,}")
_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")


class Grant(IntEnum):
    """How closely a statement names a principal, from not at all to the very one who calls."""

    NONE = 0
    ACCOUNT = 1
    PARENT = 2
    DIRECT = 3


@dataclass(frozen=True, slots=True)
class PrincipalElement:
    """Whom a statement names. `accounts` hold ids and root ARNs, `arns` all other ARNs."""

    everyone: bool
    everyone_in_aws: bool
    accounts: frozenset[str]
    arns: frozenset[str]
    services: frozenset[str]
    federated: frozenset[str]
    canonical: frozenset[str]

    def grant(self, principal: Principal) -> Grant:
        """How the element names the principal.

        Raises:
            PolicyError: it rests on a canonical user id not known, or on {"AWS": "*"} outside AWS accounts.

        """
        if self.everyone:
            return Grant.DIRECT
        if principal.kind is PrincipalKind.ANONYMOUS:
            return Grant.DIRECT if self.everyone_in_aws else Grant.NONE
        if principal.account_id is None:
            return self._grant_outside_accounts(principal)
        if self.everyone_in_aws or principal.arn in self.arns:
            return Grant.DIRECT
        if principal.parent_arn in self.arns:
            return Grant.PARENT
        return Grant.ACCOUNT if self._names_account(principal) else Grant.NONE

    def exempts(self, principal: Principal) -> bool:
        """Whether NotPrincipal leaves the principal out of a Deny.

        Raises:
            PolicyError: it names the principal without its role or account; AWS's services then differ.

        """
        if principal.account_id is None:
            return self.grant(principal) is Grant.DIRECT
        if self.everyone or self.everyone_in_aws:
            return True
        if principal.kind is PrincipalKind.ROOT:
            return self._names_account(principal)
        if principal.arn not in self.arns:
            return False
        parents_named = principal.parent_arn is None or principal.parent_arn in self.arns | self.accounts
        if parents_named and self._names_account(principal):
            return True
        raise PolicyError(
            f'"NotPrincipal" names {principal.arn} but not its '
            f"{'account' if parents_named else 'role'}, which AWS may then deny; name role and account too"
        )

    def _names_account(self, principal: Principal) -> bool:
        root = f"arn:{principal.partition}:iam::{principal.account_id}:root"
        if principal.account_id in self.accounts or root in self.accounts:
            return True
        if not self.canonical:
            return False
        if principal.canonical_user_id is None:
            raise PolicyError(
                'a "CanonicalUser" is named and the canonical user id of the calling account is not known; '
                "name the account id instead, or give the principal its id (Principal.with_canonical_user)"
            )
        return principal.canonical_user_id in self.canonical

    def _grant_outside_accounts(self, principal: Principal) -> Grant:
        names = self.services if principal.kind is PrincipalKind.SERVICE else self.federated
        if principal.arn in names:
            return Grant.DIRECT
        if self.everyone_in_aws:
            raise PolicyError(
                f'{{"AWS": "*"}} meets the {principal.kind.value} {principal.arn}, '
                'for which AWS does not say whether it counts; write "Principal": "*" or name it'
            )
        return Grant.NONE


def parse_principal(value: Any, element: str) -> PrincipalElement:
    """Read a Principal or NotPrincipal element.

    Raises:
        PolicyError: unknown type of principal, a wildcard inside a name, or something that is no principal.

    """
    if value == "*":
        return PrincipalElement(True, False, *[frozenset[str]()] * 5)
    if not isinstance(value, dict) or not value:
        raise PolicyError(f'"{element}" must be "*" or an object with one of {", ".join(_TYPES)}')
    unknown = [key for key in value if key not in _TYPES]
    if unknown:
        raise PolicyError(f'"{element}" has the type "{unknown[0]}"; allowed are {", ".join(_TYPES)}')
    names = {kind: _names(value[kind], element, kind) for kind in value}
    named_in_aws = [name for name in names.get("AWS", []) if name != "*"]
    accounts = {name for name in named_in_aws if _is_account(name)}
    for name in named_in_aws:
        if name not in accounts and not _ARN.fullmatch(name) and not _DELETED.fullmatch(name):
            raise PolicyError(
                f'"{element}" has the AWS principal "{name}"; allowed are "*", an account id, '
                "and the ARN of an account root, user, role, role session or federated user (no wildcards)"
            )
    return PrincipalElement(
        everyone=False,
        everyone_in_aws="*" in names.get("AWS", []),
        accounts=frozenset(accounts),
        arns=frozenset(named_in_aws) - accounts,
        services=frozenset(names.get("Service", [])),
        federated=frozenset(names.get("Federated", [])),
        canonical=frozenset(names.get("CanonicalUser", [])),
    )


def _is_account(name: str) -> bool:
    return bool(_ACCOUNT.fullmatch(name) or _ROOT.fullmatch(name))


def _names(value: Any, element: str, kind: str) -> list[str]:
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) and name for name in names):
        raise PolicyError(f'"{element}" has "{kind}", which must be a string or a list of strings')
    if kind != "AWS" and any("*" in name or "?" in name for name in names):
        raise PolicyError(f'"{element}" has a wildcard under "{kind}"; name each one')
    return names
