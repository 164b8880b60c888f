"""The configuration page says of each setting which documents an administrator gives anew: it is so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest

from config.settings import KEYS
from config.settings.group import said
from config.stack import Stack
from config.stack_file import read_stack
from policies.documents import documents
from policies.documents.card import ROLE_BOUNDARY
from tests.policies.stacks import changed

_OURS = {"trusted": ("arn:aws:iam::111122223333:role/a",), "other": ("arn:aws:iam::444455556666:role/a",)}
_OTHER: dict[str, Any] = {
    "auditor_trusted_arns": _OURS["trusted"],
    "break_glass_trusted_arns": _OURS["trusted"],
    "deployer_role_name": "",
    "tags": {"Team": "audit"},
}
PROD = read_stack("prod")
STACKS = (
    PROD,
    changed(PROD, auditor_trusted_arns=_OURS["other"], break_glass_trusted_arns=_OURS["other"]),
    changed(PROD, object_lock_mode="OFF", object_lock_days=0, protect_logs=False),
)


def _others(key: str, stack: Stack) -> Iterator[Any]:
    """Yield values that a setting of the stack has not."""
    now, words = stack.settings.arguments()[key], get_args(KEYS[key].annotation)
    if key in _OTHER:
        yield _OTHER[key]
    elif isinstance(now, bool):
        yield not now
    elif isinstance(now, int):
        yield now + 1 if now < 30 else now - 1
    else:
        yield from (word for word in words or ("other",) if word != now)


def _given(stack: Stack) -> dict[str, Any]:
    """The documents that an administrator gives."""
    made = documents(stack)
    return {name: made[name].document() for name in ("deployer", ROLE_BOUNDARY) if name in made}


def _changed_by(stack: Stack, key: str, value: Any) -> set[str]:
    before, after = _given(stack), _given(changed(stack, **{key: value}))
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


@pytest.mark.parametrize("key", KEYS)
def test_a_setting_names_the_documents_that_its_change_changes(key: str) -> None:
    """The deployer's policy and the boundary, rendered before and after on stacks like prod."""
    tried = [(stack, value) for stack in STACKS for value in _others(key, stack)]
    assert tried, "a value to try is missing above"
    found = {name for stack, value in tried for name in _changed_by(stack, key, value)}
    assert found == set(filter(None, said(KEYS[key], "anew").split(", ")))


def test_the_tags_that_mark_the_key_change_the_deployer() -> None:
    """As the meaning of `tags` says."""
    assert _changed_by(PROD, "tags", {"Stack": "other"}) == {"deployer"}
