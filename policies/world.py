"""The cast of the proofs: who asks, for what, under which circumstances, on one stack.

The names here are those that `expectations.yaml` speaks of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from policies.evaluator import Principal
from policies.stack import Stack

OTHER_ACCOUNT = "444455556666"  # AWS's guides use it for a stranger
ORGANIZATION = "o-exampleorgid"
OTHER_KEY_ID = "11111111-1111-1111-1111-111111111111"
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


@dataclass(frozen=True, slots=True)
class Target:
    """Something asked for: `document` names the stack's document that rules it, if one does."""

    arn: str
    account_id: str
    document: str | None = None
    policy: Mapping[str, Any] | None = None


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
    other_region = f"{elsewhere}:{_other_region(stack)}:{stack.account_id}:{trail}"
    found = [
        trail_of("cloudtrail", "CloudTrail, this trail", here, stack.account_id),
        trail_of("second-trail", "CloudTrail, second trail", f"{here}-2", stack.account_id),
        trail_of("namesake-trail", "CloudTrail, other Region's", other_region, stack.account_id),
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


def targets(stack: Stack) -> dict[str, Target]:
    """Return everything that is asked for, by name."""
    account = stack.account_id
    bucket = f"arn:{stack.partition}:s3:::{stack.bucket_name}"
    folder = f"{bucket}/{stack.key_prefix}/AWSLogs" if stack.key_prefix else f"{bucket}/AWSLogs"
    file = "2030/01/31"
    keys = f"arn:{stack.partition}:kms:{stack.region}:{account}"
    trails = f"arn:{stack.partition}:cloudtrail:{stack.region}:{account}:trail"
    roles = f"arn:{stack.partition}:iam::{account}:role"
    objects = {
        "log": f"{folder}/{account}/CloudTrail/{stack.region}/{file}/log.json.gz",
        "digest": f"{folder}/{account}/CloudTrail-Digest/{stack.region}/{file}/digest.json.gz",
        "test write": f"{folder}/{account}/CloudTrail/",
        "log of another account": f"{folder}/{OTHER_ACCOUNT}/CloudTrail/{stack.region}/{file}/log.json.gz",
        "object elsewhere in the bucket": f"{bucket}/elsewhere/object.json.gz",
    }
    found = {name: Target(arn, account, "bucket") for name, arn in objects.items()}
    found |= {
        "bucket": Target(bucket, account, "bucket"),
        "bucket before its policy is there": Target(bucket, account),
        "another bucket": Target(f"{bucket}-2", account),
        "log of another bucket": Target(f"{folder.replace(bucket, f'{bucket}-2')}/{account}/log", account),
        "key": Target(stack.key_arn, account, "key"),
        "key were its policy open": Target(stack.key_arn, account, policy=_default_key_policy(stack)),
        "another key": Target(f"{keys}:key/{OTHER_KEY_ID}", account, policy=_default_key_policy(stack)),
        "key in another Region": Target(
            f"arn:{stack.partition}:kms:{_other_region(stack)}:{account}:key/{OTHER_KEY_ID}",
            account,
            policy=_default_key_policy(stack),
        ),
        "alias": Target(f"{keys}:{stack.key_alias}", account),
        "another alias": Target(f"{keys}:{stack.key_alias}-2", account),
        "trail": Target(f"{trails}/{stack.trail_name}", account),
        "another trail": Target(f"{trails}/{stack.trail_name}-2", account),
        "another role": Target(f"{roles}/Administrator", account),
        "the account": Target("*", account),
    }
    if stack.access_log_bucket_name:
        access = f"arn:{stack.partition}:s3:::{stack.access_log_bucket_name}"
        found["access log bucket"] = Target(access, account, "access-log-bucket")
        found["access log bucket before its policy is there"] = Target(access, account)
        log = f"{access}/{stack.access_log_prefix}2030-01-31-00-00-00-0123456789ABCDEF"
        found["access log"] = Target(log, account, "access-log-bucket")
        if stack.access_log_prefix:
            elsewhere = Target(f"{access}/elsewhere/object", account, "access-log-bucket")
            found["object elsewhere in the access log bucket"] = elsewhere
    if stack.auditor_role_name:
        found["auditor role"] = Target(f"{roles}/{stack.auditor_role_name}", account, "auditor-trust")
    if stack.break_glass_role_name:
        found["break-glass role"] = Target(
            f"{roles}/{stack.break_glass_role_name}", account, "break-glass-trust"
        )
    return found


def circumstances(stack: Stack) -> dict[str, Context]:
    """Return the circumstances that a question may give, as condition keys."""
    suffix = "amazonaws.com.cn" if stack.partition == "aws-cn" else "amazonaws.com"
    encryption = "s3:x-amz-server-side-encryption"
    second_trail = f"{stack.trail_arn}-2"
    other_key = f"{stack.key_arn.rpartition('/')[0]}/{OTHER_KEY_ID}"
    first, *_, last = stack.key_tags
    other_project = {**stack.key_tags, first: "another"}
    other_stack = {**stack.key_tags, last: "another"}
    return {
        "no TLS": {"aws:SecureTransport": "false"},
        "TLS 1.1": {"s3:TlsVersion": "1.1"},
        "owner control": {"s3:x-amz-acl": "bucket-owner-full-control"},
        "public ACL": {"s3:x-amz-acl": "public-read"},
        "this key": {encryption: "aws:kms", f"{encryption}-aws-kms-key-id": stack.key_arn},
        "another key": {encryption: "aws:kms", f"{encryption}-aws-kms-key-id": other_key},
        "S3's own key": {encryption: "AES256"},
        "through S3": {"kms:ViaService": f"s3.{stack.region}.{suffix}"},
        "through S3 in another Region": {"kms:ViaService": f"s3.{_other_region(stack)}.{suffix}"},
        "through another service": {"kms:ViaService": f"ec2.{stack.region}.{suffix}"},
        "bound to this trail": {"kms:EncryptionContext:aws:cloudtrail:arn": stack.trail_arn},
        "bound to another trail": {"kms:EncryptionContext:aws:cloudtrail:arn": second_trail},
        "the stack's tags": _tags("Resource", stack.key_tags),
        "asking for the stack's tags": _tags("Request", stack.key_tags),
        "another stack's tags": _tags("Resource", other_stack),
        "asking for another stack's tags": _tags("Request", other_stack),
        "another project's tags": _tags("Resource", other_project),
        "asking for another project's tags": _tags("Request", other_project),
        "fresh MFA": {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "60"},
        "MFA of 15 minutes ago": {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "900"},
        "MFA of 16 minutes ago": {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "960"},
        "no MFA": {"aws:MultiFactorAuthPresent": "false"},
        "the external id": {"sts:ExternalId": stack.auditor_external_id or "external-id"},
        "another external id": {"sts:ExternalId": "another-external-id"},
    }


def traits(stack: Stack) -> dict[str, bool]:
    """Return what sets stacks apart, so that a question can be for some of them only."""
    break_glass = stack.break_glass_role_name is not None
    deployer_named = stack.deployer_role_name is not None
    return {
        "logs protected": stack.protect_logs,
        "break-glass": break_glass,
        "deployer named": deployer_named,
        "settings open": not (stack.protect_logs and break_glass),
        "key policy open": not (stack.protect_logs and break_glass and deployer_named),
        "auditor": stack.auditor_role_name is not None,
        "external id": stack.auditor_external_id is not None,
        "bucket key": stack.bucket_key_enabled,
        "access logs": stack.access_log_bucket_name is not None,
    }


def _default_key_policy(stack: Stack) -> Mapping[str, Any]:
    """What KMS gives a key made without a policy."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "EnableIamUserPermissions",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:{stack.partition}:iam::{stack.account_id}:root"},
                "Action": "kms:*",
                "Resource": "*",
            }
        ],
    }


def _tags(kind: str, tags: Mapping[str, str]) -> Context:
    return {f"aws:{kind}Tag/{name}": value for name, value in tags.items()}


def _other_region(stack: Stack) -> str:
    pair = {
        "aws": ("eu-west-1", "us-west-2"),
        "aws-cn": ("cn-north-1", "cn-northwest-1"),
        "aws-us-gov": ("us-gov-west-1", "us-gov-east-1"),
    }[stack.partition]
    return pair[0] if stack.region != pair[0] else pair[1]
