"""The organization that an account belongs to, read from moto's Organizations."""

from __future__ import annotations

from dataclasses import dataclass

from moto.organizations.models import organizations_backends

CLOUDTRAIL_PRINCIPAL = "cloudtrail.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization: `account_ids` are its active members, the management account among them."""

    id: str
    management_account_id: str
    feature_set: str
    account_ids: tuple[str, ...]
    trusts_cloudtrail: bool


def organization_of(account_id: str, partition: str) -> Organization | None:
    """Return the organization that the account is in, or None."""
    for backends in list(organizations_backends.values()):
        backend = backends.get(partition)
        if backend is None or backend.org is None:
            continue
        organization = backend.org
        members = tuple(account.id for account in backend.accounts if account.status == "ACTIVE")
        if account_id in members:
            return Organization(
                id=organization.id,
                management_account_id=organization.master_account_id,
                feature_set=organization.feature_set,
                account_ids=members,
                trusts_cloudtrail=any(
                    service["ServicePrincipal"] == CLOUDTRAIL_PRINCIPAL for service in backend.services
                ),
            )
    return None
