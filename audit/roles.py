"""All sessions of a role as one identity: who did what by role, whatever the sessions were called."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from audit.facts import Facts, Seen
from audit.identity import Identity

_SESSION = "AssumedRole"


def by_role(facts: Facts) -> Facts:
    """The same facts with each session's deeds under its role; other identities stay as they are.

    Timelines keep the session, which tells one change from another.
    """
    sessions: dict[str, set[str]] = {}
    for who in facts.people.values():
        sessions.setdefault(_key(who), set()).add(who.who)
    merged = {key: _role(who, len(sessions[_key(who)])) for key, who in facts.people.items()}
    found = replace(facts, acts={}, people={who.key: who for who in merged.values()})
    for (by, action, region, error), (seen, addresses) in facts.acts.items():
        mine = found.acts.setdefault((merged[by].key, action, region, error), (Seen(), set()))
        mine[0].merge(seen)
        mine[1].update(addresses)
    return found


def _key(who: Identity) -> str:
    """What tells a role from others, for each service that acts through it; else an identity's own key."""
    if who.kind != _SESSION:
        return who.key
    return f"{who.issuer or who.who.partition('/')[0]} {who.service} {who.account_id} {who.cross_account}"


def _role(who: Identity, sessions: int) -> Identity:
    """The identity without what tells its session from others of the same role."""
    if who.kind != _SESSION:
        return who
    name = who.who.partition("/")[0]
    return msgspec.structs.replace(
        who,
        who=f"{name} of {who.account_id}" if who.cross_account else name,
        credentials=f"{sessions:,} {who.credentials.replace('session', 'session' + 's' * (sessions > 1), 1)}",
        arn=who.issuer,
        on_behalf_of=None,
        source_identity=None,
        mfa=None,
        key=_key(who),
    )
