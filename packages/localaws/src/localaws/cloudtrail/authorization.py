"""What CloudTrail may do in the name of a trail, decided by the policies of bucket, key, topic and role.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from iam_evaluation import Document, Policies, PolicyError, Principal, Request, evaluate
from localaws.cloudtrail.keys import Key, find_key
from localaws.cloudtrail.models import Trail
from localaws.cloudtrail.organizations import CLOUDTRAIL_PRINCIPAL, organization_of
from localaws.cloudtrail.storage import Bucket, DeliveryError

_LOG = logging.getLogger(__name__)
_CLOUDTRAIL = Principal.service(CLOUDTRAIL_PRINCIPAL)
_STATE_ERRORS = {"Disabled": "KMS.DisabledException"}  # any other state: KMS.KMSInvalidStateException


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an object goes, and the key that it is encrypted under (None: S3's own)."""

    bucket: Bucket
    key_arn: str | None


def open_bucket(trail: Trail, object_key: str) -> Destination:
    """Return where the trail's object of this key may be written.

    Raises:
        DeliveryError: bucket or key refuses it, or is not there; `code` is S3's.

    """
    bucket = Bucket.find(trail.bucket)
    if bucket is None:
        raise DeliveryError("NoSuchBucket", f"The bucket {trail.bucket} does not exist.")
    encrypted = {}
    if trail.key_arn:
        encrypted = {
            "s3:x-amz-server-side-encryption": "aws:kms",
            "s3:x-amz-server-side-encryption-aws-kms-key-id": trail.key_arn,
        }
    if not may_use_bucket(trail, bucket, object_key, encrypted):
        raise DeliveryError(
            "AccessDenied", f"The policy of bucket {bucket.name} does not let CloudTrail write."
        )
    key_id = trail.key_arn or default_key_id(bucket)
    if key_id is None:
        return Destination(bucket, None)
    key = find_key(key_id, bucket.account_id, bucket.region)
    if key is None or key.region != bucket.region:
        raise DeliveryError("KMS.NotFoundException", f"Key {key_id} does not exist in {bucket.region}.")
    if key.state != "Enabled":
        code = _STATE_ERRORS.get(key.state, "KMS.KMSInvalidStateException")
        raise DeliveryError(code, f"{key.arn} is {key.state}.")
    if not may_use_key(trail, bucket, object_key, key):
        raise DeliveryError("AccessDenied", f"The policy of {key.arn} does not let CloudTrail encrypt.")
    return Destination(bucket, key.arn)


def may_use_bucket(
    trail: Trail, bucket: Bucket, object_key: str, headers: Mapping[str, str] | None = None
) -> bool:
    """Whether the bucket's policy lets CloudTrail read the ACL and write the object.

    `headers` are the condition keys of the encryption headers sent; AWS's test write sends none.
    """
    policy = bucket.policy
    context = _context(trail) | {"s3:TlsVersion": "1.3"}
    written = context | {"s3:x-amz-acl": "bucket-owner-full-control"} | dict(headers or {})
    return _allowed("s3:GetBucketAcl", bucket.arn, bucket.account_id, policy, context) and _allowed(
        "s3:PutObject", f"{bucket.arn}/{object_key}", bucket.account_id, policy, written
    )


def may_use_key(trail: Trail, bucket: Bucket, object_key: str, key: Key) -> bool:
    """Whether the key's policy lets CloudTrail describe the key and encrypt the object.

    With an S3 bucket key, S3 names the bucket instead of the object and must decrypt the bucket key too.
    """
    bound = bucket.arn if bucket.has_bucket_key else f"{bucket.arn}/{object_key}"
    stored = {"aws:s3:arn": bound}
    of_trail = {"aws:cloudtrail:arn": trail.arn} if trail.key_arn else {}
    uses = [("kms:GenerateDataKey", stored | of_trail)]
    if trail.key_arn:
        uses.append(("kms:DescribeKey", {}))
    if bucket.has_bucket_key:
        uses.append(("kms:Decrypt", stored))
    return all(may_call_key(trail, key, action, encryption) for action, encryption in uses)


def may_call_key(trail: Trail, key: Key, action: str, encryption_context: Mapping[str, str]) -> bool:
    """Whether the key's policy lets CloudTrail call KMS with this encryption context, for the trail."""
    context: dict[str, str | tuple[str, ...]] = dict(_context(trail))
    context |= {f"kms:EncryptionContext:{name}": value for name, value in encryption_context.items()}
    if encryption_context:
        context["kms:EncryptionContextKeys"] = tuple(encryption_context)
    return _allowed(action, key.arn, key.account_id, _parsed(key.policy), context)


def may_publish(trail: Trail, topic_arn: str, policy: str) -> bool:
    """Whether the topic's policy lets CloudTrail publish for the trail."""
    owner = topic_arn.split(":")[4]
    return _allowed("sns:Publish", topic_arn, owner, _parsed(policy), _context(trail))


def may_assume(role_arn: str, trust_policy: Document | None) -> bool:
    """Whether the role lets CloudTrail assume it. AWS sends no aws:SourceArn here."""
    context = {"aws:SecureTransport": "true"}
    return _allowed("sts:AssumeRole", role_arn, role_arn.split(":")[4], trust_policy, context)


def role_may(role_arn: str, policies: Policies, action: str, resource: str) -> bool:
    """Whether a session that CloudTrail opened of the role may do something in the role's account."""
    partition, account_id, name = role_arn.split(":")[1], role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    session = f"arn:{partition}:sts::{account_id}:assumed-role/{name}/CLOUDWATCHLOGS_DELIVERY_SESSION"
    request = Request(
        Principal.role_session(session, role_arn),
        action,
        resource,
        account_id,
        {"aws:SecureTransport": "true"},
    )
    return _decide(request, policies)


def default_key_id(bucket: Bucket) -> str | None:
    """Return the KMS key that the bucket encrypts under by default, if it is one of the customer's."""
    rule = bucket.default_encryption.get("ApplyServerSideEncryptionByDefault") or {}
    if rule.get("SSEAlgorithm") not in {"aws:kms", "aws:kms:dsse"}:
        return None
    key_id: str | None = rule.get("KMSMasterKeyID")
    return key_id


def _context(trail: Trail) -> dict[str, str]:
    """Return what every call that CloudTrail makes for a trail carries."""
    context = {
        "aws:SourceArn": trail.arn,
        "aws:SourceAccount": trail.account_id,
        "aws:SecureTransport": "true",
    }
    organization = organization_of(trail.account_id, trail.partition)
    if organization is not None:
        context["aws:SourceOrgID"] = organization.id
    return context


def _allowed(
    action: str,
    resource: str,
    owner: str,
    policy: Document | None,
    context: Mapping[str, str | tuple[str, ...]],
) -> bool:
    return _decide(Request(_CLOUDTRAIL, action, resource, owner, context), Policies(resource=policy))


def _decide(request: Request, policies: Policies) -> bool:
    """Evaluate; a policy that cannot be evaluated allows nothing, and the reason goes to the log."""
    try:
        return evaluate(request, policies).allowed
    except PolicyError as error:
        _LOG.warning("%s on %s counts as denied: %s", request.action, request.resource, error)
        return False


def _parsed(policy: str | bytes | None) -> Document | None:
    if not policy:
        return None
    document: Document = json.loads(policy)
    return document
