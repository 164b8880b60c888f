"""The cast of the proofs: everybody who asks, under the names that `expectations.yaml` speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from iam_evaluation import Principal
from policies.stack import Stack

OTHER_ACCOUNT = "444455556666"  # AWS's guides use it for a stranger
ORGANIZATION = "o-exampleorgid"
EVERYTHING: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "AdministratorAccess", "Effect": "Allow", "Action": "*", "Resource": "*"}],
}
# AmazonS3ReadOnlyAccess: somebody who may read every bucket of the account, as many may
READS_S3: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "ReadAllOfS3", "Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"}
    ],
}
Context = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who asks; `documents` names those of the stack's documents that are its permissions.

    A `special` actor is asked only the questions that name it.
    """

    name: str
    title: str
    principal: Principal
    context: Context = field(default_factory=dict)
    documents: tuple[str, ...] = ()
    permissions: tuple[Mapping[str, Any], ...] = ()
    special: bool = False


def actors(stack: Stack) -> dict[str, Actor]:
    """Return everybody who asks, by name, in the order of the table's columns."""
    cast = (*_services(stack), *_people(stack), *_outsiders(stack))
    return {actor.name: actor for actor in cast}


def _services(stack: Stack) -> tuple[Actor, ...]:
    cloudtrail = Principal.service("cloudtrail.amazonaws.com")

    def trail_of(name: str, title: str, trail_arn: str, account_id: str) -> Actor:
        return Actor(name, title, cloudtrail, {"aws:SourceArn": trail_arn, "aws:SourceAccount": account_id})

    here, elsewhere = stack.trail_arn, f"arn:{stack.partition}:cloudtrail"
    trail = f"trail/{stack.trail_name}"
    abroad = f"{elsewhere}:{other_region(stack)}:{stack.account_id}:{trail}"
    found = [
        trail_of("cloudtrail", "CloudTrail, this trail", here, stack.account_id),
        trail_of("second-trail", "CloudTrail, second trail", f"{here}-2", stack.account_id),
        trail_of("namesake-trail", "CloudTrail, other Region's", abroad, stack.account_id),
        trail_of(
            "foreign-trail",
            "CloudTrail, other account's",
            f"{elsewhere}:{stack.region}:{OTHER_ACCOUNT}:{trail}",
            OTHER_ACCOUNT,
        ),
        Actor("unbound-cloudtrail", "CloudTrail, no trail named", cloudtrail),
        Actor(
            "other-service",
            "other AWS service",
            Principal.service("config.amazonaws.com"),
            {"aws:SourceArn": here, "aws:SourceAccount": stack.account_id},
        ),
    ]
    if stack.access_log_bucket_name:
        found.extend(_access_loggers(stack))
    return tuple(found)


def _access_loggers(stack: Stack) -> tuple[Actor, ...]:
    logging = Principal.service("logging.s3.amazonaws.com")
    bucket = f"arn:{stack.partition}:s3:::{stack.bucket_name}"

    def source(name: str, title: str, arn: str, account_id: str) -> Actor:
        return Actor(name, title, logging, {"aws:SourceArn": arn, "aws:SourceAccount": account_id})

    return (
        source("access-logging", "S3 access logs, log bucket", bucket, stack.account_id),
        source("other-access-logging", "S3 access logs, other bucket", f"{bucket}-2", stack.account_id),
        source("foreign-access-logging", "S3 access logs, namesake bucket", bucket, OTHER_ACCOUNT),
    )


def _people(stack: Stack) -> tuple[Actor, ...]:
    administrator = _session(stack, stack.account_id, "Administrator")
    deployer = _session(stack, stack.account_id, stack.deployer_role_name or "Deployer")
    reader = Principal.user(f"arn:{stack.partition}:iam::{stack.account_id}:user/reader")
    found = [
        Actor("root", "account root", Principal.root(stack.account_id, stack.partition)),
        Actor("administrator", "administrator", administrator, permissions=(EVERYTHING,)),
        Actor("deployer", "deployer", deployer, documents=("deployer",)),
        Actor("reader", "user reading S3", reader, permissions=(READS_S3,)),
    ]
    if stack.auditor_role_name:
        auditor = _session(stack, stack.account_id, stack.auditor_role_name)
        found.append(Actor("auditor", "auditor", auditor, documents=("auditor",)))
        overgrown = "auditor, given AdministratorAccess"
        found.append(Actor("overgrown-auditor", overgrown, auditor, permissions=(EVERYTHING,), special=True))
    if stack.break_glass_role_name:
        break_glass = _session(stack, stack.account_id, stack.break_glass_role_name)
        found.append(Actor("break-glass", "break-glass", break_glass, documents=("break-glass",)))
    return tuple(found)


def _outsiders(stack: Stack) -> tuple[Actor, ...]:
    administrator = _session(stack, OTHER_ACCOUNT, "Administrator")
    in_organization = {"aws:PrincipalOrgID": ORGANIZATION}
    return (
        *_trusted_auditor(stack),
        Actor(
            "neighbour",
            "administrator, same organization",
            administrator,
            in_organization,
            permissions=(EVERYTHING,),
        ),
        Actor("stranger", "stranger, administrator elsewhere", administrator, permissions=(EVERYTHING,)),
        Actor("anonymous", "anonymous", Principal.anonymous()),
    )


def _trusted_auditor(stack: Stack) -> tuple[Actor, ...]:
    """The auditor from outside, where one is trusted: a role, or an administrator of an account."""
    if not (stack.auditor_role_name and stack.auditor_external_id and stack.auditor_trusted_arns):
        return ()
    *_, account_id, resource = stack.auditor_trusted_arns[0].split(":")
    principal = _session(stack, account_id, resource.partition("/")[2] or "Administrator")
    return (Actor("trusted-auditor", "auditor from outside", principal, permissions=(EVERYTHING,)),)


def _session(stack: Stack, account_id: str, role: str) -> Principal:
    """A session of a role, whose name may stand after a path; the path is in the role's ARN alone."""
    return Principal.role_session(
        f"arn:{stack.partition}:sts::{account_id}:assumed-role/{role.rpartition('/')[2]}/session",
        f"arn:{stack.partition}:iam::{account_id}:role/{role}",
    )


def other_region(stack: Stack) -> str:
    """Return a Region of the stack's partition that is not the stack's."""
    pair = {
        "aws": ("eu-west-1", "us-west-2"),
        "aws-cn": ("cn-north-1", "cn-northwest-1"),
        "aws-us-gov": ("us-gov-west-1", "us-gov-east-1"),
    }[stack.partition]
    return pair[0] if stack.region != pair[0] else pair[1]
