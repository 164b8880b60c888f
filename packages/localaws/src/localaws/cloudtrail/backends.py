"""Access to moto's backends without bringing new ones into being."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def existing(backends: Mapping[str, Any], account_id: str, region: str) -> Any:
    """Return moto's backend of an account and Region (or partition), or None if unused so far."""
    of_account = backends.get(account_id)
    return None if of_account is None else of_account.get(region)
