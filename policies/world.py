"""What is asked for in the proofs, and under which circumstances, by the names of `expectations.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policies.actors import OTHER_ACCOUNT, Context, other_region
from policies.stack import Stack

OTHER_KEY_ID = "11111111-1111-1111-1111-111111111111"


@dataclass(frozen=True, slots=True)
class Target:
    """Something asked for: `document` names the stack's document that rules it, if one does."""

    arn: str
    account_id: str
    document: str | None = None
    policy: Mapping[str, Any] | None = None


def targets(stack: Stack) -> dict[str, Target]:
    """Return everything that is asked for, by name."""
    account = stack.account_id
    trails = f"arn:{stack.partition}:cloudtrail:{stack.region}:{account}:trail"
    return {
        **_objects(stack),
        **_keys(stack),
        **_access_logs(stack),
        **_roles(stack),
        "trail": Target(f"{trails}/{stack.trail_name}", account),
        "another trail": Target(f"{trails}/{stack.trail_name}-2", account),
        "the account": Target("*", account),
    }


def _objects(stack: Stack) -> dict[str, Target]:
    account = stack.account_id
    bucket = f"arn:{stack.partition}:s3:::{stack.bucket_name}"
    folder = f"{bucket}/{stack.key_prefix}/AWSLogs" if stack.key_prefix else f"{bucket}/AWSLogs"
    file = f"{stack.region}/2030/01/31"
    objects = {
        "log": f"{folder}/{account}/CloudTrail/{file}/log.json.gz",
        "digest": f"{folder}/{account}/CloudTrail-Digest/{file}/digest.json.gz",
        "test write": f"{folder}/{account}/CloudTrail/",
        "log of another account": f"{folder}/{OTHER_ACCOUNT}/CloudTrail/{file}/log.json.gz",
        "object elsewhere in the bucket": f"{bucket}/elsewhere/object.json.gz",
        "bucket": bucket,
    }
    return {
        **{name: Target(arn, account, "bucket") for name, arn in objects.items()},
        "bucket before its policy is there": Target(bucket, account),
        "another bucket": Target(f"{bucket}-2", account),
        "log of another bucket": Target(f"{folder.replace(bucket, f'{bucket}-2')}/{account}/log", account),
    }


def _keys(stack: Stack) -> dict[str, Target]:
    account = stack.account_id
    here = f"arn:{stack.partition}:kms:{stack.region}:{account}"
    elsewhere = f"arn:{stack.partition}:kms:{other_region(stack)}:{account}"
    default = _default_key_policy(stack)
    return {
        "key": Target(stack.key_arn, account, "key"),
        "key were its policy open": Target(stack.key_arn, account, policy=default),
        "another key": Target(f"{here}:key/{OTHER_KEY_ID}", account, policy=default),
        "key in another Region": Target(f"{elsewhere}:key/{OTHER_KEY_ID}", account, policy=default),
        "alias": Target(f"{here}:{stack.key_alias}", account),
        "another alias": Target(f"{here}:{stack.key_alias}-2", account),
    }


def _access_logs(stack: Stack) -> dict[str, Target]:
    if not stack.access_log_bucket_name:
        return {}
    account = stack.account_id
    bucket = f"arn:{stack.partition}:s3:::{stack.access_log_bucket_name}"
    log = f"{bucket}/{stack.access_log_prefix}2030-01-31-00-00-00-0123456789ABCDEF"
    found = {
        "access log bucket": Target(bucket, account, "access-log-bucket"),
        "access log bucket before its policy is there": Target(bucket, account),
        "access log": Target(log, account, "access-log-bucket"),
    }
    if stack.access_log_prefix:
        elsewhere = Target(f"{bucket}/elsewhere/object", account, "access-log-bucket")
        found["object elsewhere in the access log bucket"] = elsewhere
    return found


def _roles(stack: Stack) -> dict[str, Target]:
    account = stack.account_id
    roles = f"arn:{stack.partition}:iam::{account}:role"
    found = {"another role": Target(f"{roles}/Administrator", account)}
    if stack.auditor_role_name:
        found["auditor role"] = Target(f"{roles}/{stack.auditor_role_name}", account, "auditor-trust")
    if stack.break_glass_role_name:
        arn = f"{roles}/{stack.break_glass_role_name}"
        found["break-glass role"] = Target(arn, account, "break-glass-trust")
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
        "through S3 in another Region": {"kms:ViaService": f"s3.{other_region(stack)}.{suffix}"},
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
