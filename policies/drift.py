"""Where a live policy says something else than the rendered one: by meaning, not by letters.

The order of statements and values, one value alone or in a list, the case of actions and condition keys, an
account's id for its root's ARN: all that means the same to IAM is the same here.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_ROOT = re.compile(r"arn:[\w-]+:iam::(\d{12}):root")


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: in which statement (its Sid; empty for the whole policy), in what, and both values."""

    statement: str
    what: str
    wanted: str
    found: str


def differences(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield the differences of two policies; statements are the same by their Sids, else by what they say."""
    if str(wanted.get("Version")) != str(found.get("Version")):
        yield Difference("", "Version", str(wanted.get("Version")), str(found.get("Version", "none")))
    ours, theirs = _by_name(wanted), _by_name(found)
    for name, statement in ours.items():
        if name not in theirs:
            yield Difference(name, "the statement", _brief(statement), "missing")
            continue
        for element in sorted(statement.keys() | theirs[name].keys()):
            one, other = statement.get(element), theirs[name].get(element)
            if one != other:
                yield Difference(name, element, _brief(one), _brief(other))
    for name in theirs.keys() - ours.keys():
        yield Difference(name, "the statement", "no such statement", _brief(theirs[name]))


def statements(policy: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the statements of a policy, of which one may stand without a list."""
    listed = policy.get("Statement", [])
    return listed if isinstance(listed, list) else [listed]


def _by_name(policy: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The statements by Sid; those without one, or with the same, by what they say."""
    times = Counter(str(one.get("Sid", "")) for one in statements(policy))
    named: dict[str, dict[str, Any]] = {}
    for statement in statements(policy):
        sid, meaning = str(statement.get("Sid", "")), _meaning(statement)
        alone = sid and times[sid] == 1
        named[sid if alone else f"{sid or 'without a Sid'}: {_brief(meaning)}"] = meaning
    return named


def _meaning(statement: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _element(name, value) for name, value in statement.items() if name != "Sid"}


def _element(name: str, value: Any) -> Any:
    if name in {"Action", "NotAction"}:
        return sorted({action.lower() for action in _list(value)})
    if name in {"Resource", "NotResource"}:
        return sorted(set(_list(value)))
    if name in {"Principal", "NotPrincipal"}:
        kinds = value if isinstance(value, Mapping) else {"AWS": value}
        return {kind: sorted({_principal(one) for one in _list(names)}) for kind, names in kinds.items()}
    if name == "Condition":
        return {
            operator: {key.lower(): sorted(set(_list(values))) for key, values in keys.items()}
            for operator, keys in value.items()
        }
    return value


def _list(value: Any) -> list[str]:
    return [
        str(one).lower() if isinstance(one, bool) else str(one)
        for one in (value if isinstance(value, list) else [value])
    ]


def _principal(name: str) -> str:
    root = _ROOT.fullmatch(name)
    return root[1] if root else name


def _brief(value: Any) -> str:
    return "none" if value is None else value if isinstance(value, str) else json.dumps(value, sort_keys=True)
