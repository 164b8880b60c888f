"""The KMS keys of the local AWS, as CloudTrail looks at them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from moto.kms.models import kms_backends

from localaws.cloudtrail.backends import existing

_ARN = re.compile(
    r"arn:(?P<partition>aws[\w-]*):kms:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):(?P<name>(key|alias)/.+)"
)
_KEY_ID = re.compile(r"(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})")


@dataclass(frozen=True, slots=True)
class Key:
    """A KMS key. `state` is Enabled, Disabled, PendingDeletion, …; `policy` is JSON text."""

    arn: str
    account_id: str
    region: str
    state: str
    policy: str


def is_key_id(text: str) -> bool:
    """Whether the text has one of the four forms that AWS takes: key ARN, alias ARN, key id, alias name."""
    return bool(_ARN.fullmatch(text) or _KEY_ID.fullmatch(text) or re.fullmatch(r"alias/[\w/-]+", text))


def find_key(key_id: str, account_id: str, region: str) -> Key | None:
    """Return the key of an id in any of its four forms; short ones are of this account and Region."""
    parts = _ARN.fullmatch(key_id)
    if parts is not None:
        account_id, region, name = parts["account"], parts["region"], parts["name"].removeprefix("key/")
    else:
        name = key_id
    backend = existing(kms_backends, account_id, region)
    if backend is None:
        return None
    key = _by_alias(backend, name) if name.startswith("alias/") else backend.keys.get(name)
    if key is None:
        return None
    return Key(key.arn, key.account_id, key.region, key.key_state, key.policy)


def _by_alias(backend: Any, alias: str) -> Any:
    return next((key for key in list(backend.keys.values()) if alias in key.aliases), None)
