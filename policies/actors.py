"""The cast of the proofs: everybody who asks, under the names that `expectations.yaml` speaks of.

Whom a document brings, its bearer above all, stands on its card; here is the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from config.stack import Stack
from iam_evaluation import Principal
from policies.documents import cards_of
from policies.documents.bucket import CLOUDTRAIL
from policies.documents.card import EVERYTHING, OTHER_ACCOUNT, Actor, other_region, session, stranger_account
from policies.documents.trust import is_outside
from policies.near_misses import namesakes, services_called_almost

ORGANIZATION = "o-exampleorgid"
# AmazonS3ReadOnlyAccess: somebody who may read every bucket of the account, as many may
READS_S3: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "ReadAllOfS3", "Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"}
    ],
}

# somebody who signs in elsewhere, and may take on whatever role trusts them
ASSUMES_ROLES: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "AssumeRoles", "Effect": "Allow", "Action": "sts:*", "Resource": "*"}],
}

# trusted by the auditor's role alone (1), break-glass alone (-1), both (0): of this account, of another
_TRUSTED = {
    0: ("colleague", "partner"),
    1: ("trusted-colleague", "trusted-auditor"),
    -1: ("glass-breaker", "outside-glass-breaker"),
}


def actors(stack: Stack) -> dict[str, Actor]:
    """Return everybody who asks, by name, in the order of the table's columns."""
    brought = [actor for card in cards_of(stack) for actor in card.actors(stack)]
    called_so = [other for actor in brought for other in namesakes(stack, actor)]
    cast = (*_services(stack), *_people(stack), *brought, *called_so, *_outsiders(stack))
    return {actor.name: actor for actor in cast}


def _services(stack: Stack) -> tuple[Actor, ...]:
    cloudtrail = Principal.service(CLOUDTRAIL)

    def trail_of(name: str, title: str, trail_arn: str, account_id: str) -> Actor:
        return Actor(name, title, cloudtrail, {"aws:SourceArn": trail_arn, "aws:SourceAccount": account_id})

    here, account = stack.trail_arn, stack.place.account_id
    abroad = replace(stack, place=replace(stack.place, region=other_region(stack.place))).trail_arn
    foreign = replace(stack, place=replace(stack.place, account_id=OTHER_ACCOUNT)).trail_arn
    return (
        trail_of("cloudtrail", "CloudTrail, this trail", here, account),
        trail_of("second-trail", "CloudTrail, second trail", f"{here}-2", account),
        trail_of("namesake-trail", "CloudTrail, other Region's", abroad, account),
        trail_of("foreign-trail", "CloudTrail, other account's", foreign, OTHER_ACCOUNT),
        Actor("unbound-cloudtrail", "CloudTrail, no trail named", cloudtrail),
        *services_called_almost(CLOUDTRAIL, {"aws:SourceArn": here, "aws:SourceAccount": account}),
        Actor(
            "other-service",
            "other AWS service",
            Principal.service("config.amazonaws.com"),
            {"aws:SourceArn": here, "aws:SourceAccount": account},
        ),
    )


def _people(stack: Stack) -> tuple[Actor, ...]:
    account, partition = stack.place.account_id, stack.place.partition
    administrator = session(stack, "Administrator")
    reader = Principal.user(stack.place.arn("iam", "user/reader", region=""))
    return (
        Actor("root", "account root", Principal.root(account, partition)),
        Actor("administrator", "administrator", administrator, permissions=(EVERYTHING,)),
        Actor("reader", "user reading S3", reader, permissions=(READS_S3,)),
    )


def _outsiders(stack: Stack) -> tuple[Actor, ...]:
    account = stranger_account(stack)
    administrator = session(stack, "Administrator", account)
    in_organization = {"aws:PrincipalOrgID": ORGANIZATION}
    return (
        *_trusted(stack),
        Actor(
            "neighbour",
            "administrator, same organization",
            administrator,
            in_organization,
            permissions=(EVERYTHING,),
        ),
        Actor("stranger", "stranger, administrator elsewhere", administrator, permissions=(EVERYTHING,)),
        Actor(
            "foreign-root",
            "root user of another account",
            Principal.root(account, stack.place.partition),
            like="stranger",
        ),
        Actor("anonymous", "anonymous", Principal.anonymous()),
    )


def _trusted(stack: Stack) -> Iterator[Actor]:
    """Yield whoever the stack's roles trust by name: the first of each kind, and others who get the same."""
    access, seen = stack.settings.access, set[str]()
    auditors, breakers = set(access.auditor_trusted_arns), set(access.break_glass_trusted_arns)
    named = dict.fromkeys((*access.auditor_trusted_arns, *access.break_glass_trusted_arns))
    for number, arn in enumerate(named if access.roles else ()):
        if arn == stack.place.root_arn:
            continue  # the account's own people, whom everybody asks about
        outside = is_outside(arn, stack)
        name = _TRUSTED[(arn in auditors) - (arn in breakers)][outside]
        may = EVERYTHING if outside else ASSUMES_ROLES
        title = "somebody trusted of another account" if outside else "who signed in without AWS's MFA"
        again = name in seen
        seen.add(name)
        yield Actor(
            f"{name}-{number}" if again else name,
            f"{title}: {arn}" if again else title,
            _who(stack, arn),
            permissions=(may,),
            like=name if again else "",
        )


def _who(stack: Stack, arn: str) -> Principal:
    """Return somebody whom an ARN means: a user, a session of a role, or an administrator of an account."""
    *_, account_id, resource = arn.split(":", 5)
    kind, _, name = resource.partition("/")
    if kind == "user":
        return Principal.user(arn)
    if kind == "assumed-role":
        role, _, _ = name.partition("/")
        return Principal.role_session(arn, str(session(stack, role, account_id).parent_arn))
    return session(stack, name or "Administrator", account_id)
