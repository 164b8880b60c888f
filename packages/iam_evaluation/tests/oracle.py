"""A second implementation of IAM's evaluation, slow and obvious, to hold the real one against.

It shares no code with `iam_evaluation`: no regular expressions, nothing compiled or remembered. It reads
well-formed documents only, and answers "ALLOW", "EXPLICIT_DENY", "IMPLICIT_DENY" or, where AWS does not say,
"REFUSED". Each statement is asked element by element for "yes", "no" or "unknown"; one "no" settles it.
One long file, so that it can be read from top to bottom.
"""

# ruff: noqa: PLR0911 - one return for each rule, in the order in which AWS tells them, is the obvious form

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from iam_evaluation import Policies, Request

YES, NO, UNKNOWN = "yes", "no", "unknown"
Answer = str
ANONYMOUS, SERVICE, FEDERATED = "anonymous caller", "AWS service", "federated identity"
ROOT, USER, SESSION, FEDERATED_USER = "root user", "IAM user", "role session", "federated user"


# --- three-valued logic -------------------------------------------------------------------------------------


def all_of(answers: Iterable[Answer]) -> Answer:
    """No if any is no; else unknown if any is unknown."""
    found = list(answers)
    return NO if NO in found else UNKNOWN if UNKNOWN in found else YES


def any_of(answers: Iterable[Answer]) -> Answer:
    """Yes if any is yes; else unknown if any is unknown."""
    found = list(answers)
    return YES if YES in found else UNKNOWN if UNKNOWN in found else NO


def opposite(answer: Answer) -> Answer:
    """The other way round."""
    return {YES: NO, NO: YES, UNKNOWN: UNKNOWN}[answer]


def yes_if(condition: bool) -> Answer:
    """Yes or no."""
    return YES if condition else NO


# --- text with wildcards and variables ----------------------------------------------------------------------

Token = tuple[str, bool]  # a character, and whether it is a wildcard


def tokens(text: str, variables: dict[str, list[str]] | None) -> list[Token] | str | None:
    """The characters of a policy value; None if a variable has no value, UNKNOWN if it has several.

    `variables` is the request's context, or None where `${…}` is text like any other.
    """
    found: list[Token] = []
    position = 0
    while position < len(text):
        if variables is None or not text.startswith("${", position):
            found.append((text[position], text[position] in "*?"))
            position += 1
            continue
        end = text.index("}", position)
        inside = text[position + 2 : end]
        position = end + 1
        if inside in ("*", "?", "$"):
            found.append((inside, False))
            continue
        key, comma, default = inside.partition(",")
        values = variables.get(key.strip().lower(), [])
        if len(values) > 1:
            return UNKNOWN
        if not values and not comma:
            return None
        value = values[0] if values else default.strip()[1:-1]
        found.extend((character, False) for character in value)
    return found


def same_text(wanted: list[Token], given: str) -> bool:
    """Compared character by character, without wildcards."""
    return "".join(character for character, _ in wanted) == given


def like(wanted: list[Token], given: str, *, crosses: Callable[[int], bool] = lambda _index: True) -> bool:
    """Compared with wildcards; `crosses` says whether the wildcard at an index may stand for a colon."""
    reachable = {0}  # how much of `given` the tokens so far can have used up
    for index, (character, wildcard) in enumerate(wanted):
        following = set()
        for used in reachable:
            if not wildcard:
                if given[used : used + 1] == character:
                    following.add(used + 1)
                continue
            if character == "?":
                if used < len(given) and (given[used] != ":" or crosses(index)):
                    following.add(used + 1)
                continue
            end = used
            while end < len(given) and (given[end] != ":" or crosses(index)):
                end += 1
            following.update(range(used, end + 1))
        reachable = following
    return len(given) in reachable


def split_arn(wanted: list[Token]) -> list[list[Token]]:
    """The six components of an ARN; colons after the fifth belong to the sixth."""
    components: list[list[Token]] = [[]]
    for token in wanted:
        if token[0] == ":" and len(components) < 6:
            components.append([])
        else:
            components[-1].append(token)
    return components


def like_arn(wanted: list[Token], given: str) -> bool:
    """The Arn operators: component by component."""
    mine, theirs = split_arn(wanted), given.split(":", 5)
    return len(mine) == len(theirs) == 6 and all(
        like(one, other) for one, other in zip(mine, theirs, strict=True)
    )


def like_resource(wanted: list[Token], given: str) -> bool:
    """The Resource element: a star that ends a segment crosses colons, as does all in the sixth component."""

    def crosses(index: int) -> bool:
        colons_before = sum(1 for character, _ in wanted[:index] if character == ":")
        ends_segment = index + 1 == len(wanted) or wanted[index + 1][0] == ":"
        return colons_before >= 5 or (wanted[index][0] == "*" and ends_segment)

    return like(wanted, given, crosses=crosses)


# --- conditions ---------------------------------------------------------------------------------------------

NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}


def moment(text: str) -> Decimal:
    """Seconds since 1970 of the dates that the cases use."""
    if text.isdigit() and len(text) > 4:
        return Decimal(text)
    padded = text if "T" in text else f"{text}T00:00:00Z"
    return Decimal(int(datetime.fromisoformat(padded).timestamp()))


def compares(operator: str, wanted: list[Token], given: str) -> bool:
    """One policy value against one request value, for an operator that is not negated."""
    text = "".join(character for character, _ in wanted)
    if operator == "StringEquals":
        return same_text(wanted, given)
    if operator == "StringEqualsIgnoreCase":
        return text.lower() == given.lower()
    if operator == "StringLike":
        return like(wanted, given)
    if operator in ("ArnEquals", "ArnLike"):
        return like_arn(wanted, given)
    if operator == "Bool":
        return text.lower() == given.lower()
    if operator == "BinaryEquals":
        return base64.b64decode(text) == base64.b64decode(given)
    if operator == "IpAddress":
        return ipaddress.ip_address(given) in ipaddress.ip_network(text, strict=False)
    read, comparison = (Decimal, operator[7:]) if operator.startswith("Numeric") else (moment, operator[4:])
    mine, theirs = read(text), read(given)
    return {
        "Equals": theirs == mine,
        "LessThan": theirs < mine,
        "LessThanEquals": theirs <= mine,
        "GreaterThan": theirs > mine,
        "GreaterThanEquals": theirs >= mine,
    }[comparison]


def one_value(operator: str, wanted: list[str], given: str, variables: dict[str, list[str]] | None) -> Answer:
    """One request value against all policy values: OR, or NOR for a negated operator."""
    negated = operator in NEGATED
    answers = []
    for text in wanted:
        resolved = tokens(text, variables)
        if resolved is None:
            answers.append(UNKNOWN if negated else NO)
        elif isinstance(resolved, str):
            answers.append(UNKNOWN)
        else:
            answers.append(yes_if(compares(NEGATED.get(operator, operator), resolved, given)))
    return opposite(any_of(answers)) if negated else any_of(answers)


def condition(
    name: str, wanted: list[str], given: list[str], variables: dict[str, list[str]] | None
) -> Answer:
    """One operator on one key."""
    if name == "Null":
        either = {text.lower() for text in wanted} == {"true", "false"}
        if given and "".join(given) == "" and not either:
            return UNKNOWN
        return any_of(yes_if(bool(given) is (text.lower() == "false")) for text in wanted)
    quantifier, colon, operator = name.rpartition(":")
    if operator.endswith("IfExists"):
        operator = operator[: -len("IfExists")]
        if not given:
            return YES
    if not colon:
        if not given:
            return yes_if(operator in NEGATED)
        return UNKNOWN if len(given) > 1 else one_value(operator, wanted, given[0], variables)
    empty = all(value == "" for value in given)
    if quantifier == "ForAllValues":
        return YES if empty else all_of(one_value(operator, wanted, value, variables) for value in given)
    return NO if empty else any_of(one_value(operator, wanted, value, variables) for value in given)


# --- statements ---------------------------------------------------------------------------------------------


def as_list(value: Any) -> list[str]:
    """One or many, as many."""
    found = value if isinstance(value, list) else [value]
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in found]


def context_of(request: Request) -> dict[str, list[str]]:
    """The request's condition keys in lower case, with those that follow from the caller."""
    context: dict[str, list[str]] = {}
    for key, value in request.context.items():
        context[key.lower()] = [value] if isinstance(value, str) else list(value)
    who = request.principal
    kinds = {ROOT: "Account", USER: "User", SESSION: "AssumedRole", FEDERATED_USER: "FederatedUser"}
    if who.kind.value in kinds:
        arn = who.parent_arn if who.kind.value == SESSION and who.parent_arn else who.arn
        context["aws:principalarn"] = [arn]
        context["aws:principalaccount"] = [who.arn.split(":")[4]]
        context["aws:principaltype"] = [kinds[who.kind.value]]
        context["aws:principalisawsservice"] = ["false"]
    if who.kind.value == USER:
        context["aws:username"] = [who.arn.split("/")[-1]]
    if who.kind.value == SERVICE:
        context["aws:principalisawsservice"] = ["true"]
        context["aws:principalservicename"] = [who.arn]
        context["aws:principalservicenameslist"] = [who.arn]
    if who.kind.value == ANONYMOUS:
        context["aws:principaltype"] = ["Anonymous"]
        context["aws:principalaccount"] = ["anonymous"]
    return context


def names_account(element: dict[str, Any], request: Request) -> Answer:
    """Whether the caller's account is named: by id, root ARN or canonical user id."""
    who = request.principal
    partition, account = who.arn.split(":")[1], who.arn.split(":")[4]
    named = as_list(element.get("AWS", []))
    if account in named or f"arn:{partition}:iam::{account}:root" in named:
        return YES
    if "CanonicalUser" not in element:
        return NO
    if who.canonical_user_id is None:
        return UNKNOWN
    return yes_if(who.canonical_user_id in as_list(element["CanonicalUser"]))


def closeness(element: Any, request: Request) -> str:
    """How the caller is named: "directly", "by role", "by account", "not at all" or unknown."""
    who = request.principal
    if element == "*":
        return "directly"
    everyone_in_aws = "*" in as_list(element.get("AWS", []))
    if who.kind.value == ANONYMOUS:
        return "directly" if everyone_in_aws else "not at all"
    if who.kind.value in (SERVICE, FEDERATED):
        named = as_list(element.get("Service" if who.kind.value == SERVICE else "Federated", []))
        return "directly" if who.arn in named else UNKNOWN if everyone_in_aws else "not at all"
    if everyone_in_aws:
        return "directly"
    if who.kind.value != ROOT and who.arn in as_list(element.get("AWS", [])):
        return "directly"
    if who.parent_arn is not None and who.parent_arn in as_list(element.get("AWS", [])):
        return "by role"
    return {YES: "by account", NO: "not at all", UNKNOWN: UNKNOWN}[names_account(element, request)]


def not_principal(element: Any, request: Request, *, bounded: bool) -> Answer:
    """Whether a Deny with NotPrincipal meets the caller."""
    who = request.principal
    if bounded:
        return YES
    if element == "*":
        return NO
    if who.kind.value in (SERVICE, FEDERATED, ANONYMOUS):
        return {"directly": NO, "not at all": YES, UNKNOWN: UNKNOWN}[closeness(element, request)]
    named = as_list(element.get("AWS", []))
    if "*" in named:
        return NO
    if who.kind.value == ROOT:
        return opposite(names_account(element, request))
    if who.arn not in named:
        return YES
    if who.parent_arn is not None and who.parent_arn not in named:
        return UNKNOWN
    return NO if names_account(element, request) == YES else UNKNOWN


def applies(
    statement: dict[str, Any], version: str, request: Request, *, bounded: bool
) -> tuple[Answer, str]:
    """Whether a statement applies, and how closely it names the caller."""
    context = context_of(request)
    variables = context if version == "2012-10-17" else None
    answers = []

    actions = as_list(statement.get("Action", statement.get("NotAction")))
    action = any_of(yes_if(like(tokens(a.lower(), None) or [], request.action.lower())) for a in actions)  # type: ignore[arg-type]
    answers.append(action if "Action" in statement else opposite(action))

    if "Resource" in statement or "NotResource" in statement:
        named = []
        for text in as_list(statement.get("Resource", statement.get("NotResource"))):
            resolved = tokens(text, variables)
            if text == "*":
                named.append(YES)
            elif isinstance(resolved, str):
                named.append(UNKNOWN)
            elif resolved is None:
                named.append(NO if "Resource" in statement else UNKNOWN)
            else:
                named.append(yes_if(like_resource(resolved, request.resource)))
        answers.append(any_of(named) if "Resource" in statement else opposite(any_of(named)))

    for name, keys in statement.get("Condition", {}).items():
        for key, wanted in keys.items():
            answers.append(condition(name, as_list(wanted), context.get(key.lower(), []), variables))

    close = "directly"
    if "Principal" in statement:
        close = closeness(statement["Principal"], request)
        answers.append({"not at all": NO, UNKNOWN: UNKNOWN}.get(close, YES))
    if "NotPrincipal" in statement:
        answers.append(not_principal(statement["NotPrincipal"], request, bounded=bounded))
    return all_of(answers), close


# --- policies together --------------------------------------------------------------------------------------


class Said:
    """What one policy, or one group of policies, says of a request."""

    def __init__(self) -> None:
        self.denies = False
        self.unknown = False
        self.allows: set[str] = set()  # how closely the allowing statements name the caller


def ask(documents: Iterable[Any], request: Request, *, bounded: bool) -> Said:
    """Ask each statement of each document."""
    said = Said()
    for document in documents:
        statements = document["Statement"]
        for statement in statements if isinstance(statements, list) else [statements]:
            version = document.get("Version", "2008-10-17")
            answer, close = applies(statement, version, request, bounded=bounded)
            if answer == UNKNOWN:
                said.unknown = True
            elif answer == YES and statement["Effect"] == "Deny":
                said.denies = True
            elif answer == YES:
                said.allows.add(close)
    return said


def must_grant_itself(request: Request) -> bool:
    """Key policies and role trust policies."""
    service, _, name = request.action.lower().partition(":")
    part = request.resource.split(":", 5)
    if len(part) < 6:
        return False
    if part[2] == "kms" and part[5].startswith("key/"):
        return True
    trust = name.startswith("assumerole") or name in ("tagsession", "setsourceidentity", "setcontext")
    return service == "sts" and trust and part[2] == "iam" and part[5].startswith("role/")


def verdict(request: Request, policies: Policies) -> str:
    """The decision."""
    who = request.principal.kind.value
    bounded = policies.boundary is not None
    resource = ask([policies.resource] if policies.resource is not None else [], request, bounded=bounded)
    identity = ask(policies.identity, request, bounded=bounded)
    boundary = ask([policies.boundary] if policies.boundary is not None else [], request, bounded=bounded)
    session = ask(policies.session, request, bounded=bounded)
    control = [
        ask([level] if isinstance(level, dict) else level, request, bounded=bounded)
        for level in policies.service_control
        if ":role/aws-service-role/" not in (request.principal.parent_arn or "")
    ]
    everything = [resource, identity, boundary, session, *control]
    if any(said.unknown for said in everything):
        return "REFUSED"
    same_account = request.principal.account_id == request.resource_account
    own_policy = request.action.lower() in (
        "s3:getbucketpolicy",
        "s3:putbucketpolicy",
        "s3:deletebucketpolicy",
    )
    if who == ROOT and same_account and own_policy:
        resource.denies = False
    if any(said.denies for said in everything):
        return "EXPLICIT_DENY"
    allowed = all(level.allows for level in control) and grants(
        request, policies, resource=resource, identity=identity, boundary=boundary, session=session
    )
    return "ALLOW" if allowed else "IMPLICIT_DENY"


def grants(
    request: Request, policies: Policies, *, resource: Said, identity: Said, boundary: Said, session: Said
) -> bool:
    """Whether the policies besides the organization's let a request through that nothing denies."""
    who = request.principal.kind.value
    same_account = request.principal.account_id == request.resource_account
    if who in (SERVICE, FEDERATED, ANONYMOUS):
        return bool(resource.allows)
    if who == ROOT:
        return bool(resource.allows) or (same_account and not must_grant_itself(request))
    within_boundary = policies.boundary is None or bool(boundary.allows)
    needs_session = bool(policies.session) or who == FEDERATED_USER
    within_session = not needs_session or bool(session.allows)
    within = within_boundary and within_session
    by_root = who == FEDERATED_USER and request.principal.parent_arn == request.principal.arn.replace(
        "sts", "iam", 1
    ).replace("federated-user/carol", "root")
    if by_root:
        identity.allows.add("directly")
    if not same_account:
        return bool(resource.allows) and bool(identity.allows) and within
    if "directly" in resource.allows:
        return True
    if "by role" in resource.allows and within:
        return True
    if must_grant_itself(request) and not resource.allows:
        return False
    return bool(identity.allows) and within
