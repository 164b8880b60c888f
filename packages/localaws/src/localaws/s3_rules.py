"""What S3 refuses and moto takes: policies of other buckets, ACLs where these are off, blocked encryption.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from moto.s3.models import FakeBucket, s3_backends

from iam_evaluation import DocumentKind, PolicyError, check_document
from localaws.call import Call
from localaws.errors import AwsError
from localaws.iam_policies import bucket_owner
from localaws.moto_s3 import blocked_encryption, takes_acls

_ACTION = re.compile(r"(\*|s3:.+)", re.IGNORECASE)
_SETS_ACL = {"PutBucketAcl", "PutObjectAcl"}
_HARMLESS_ACLS = {None, "bucket-owner-full-control"}


# Parameters with the least and the greatest number that S3 takes.
_BOUNDS = (
    ("MaxKeys", 0, 2**31 - 1),
    ("MaxUploads", 0, 2**31 - 1),
    ("MaxParts", 0, 2**31 - 1),
    ("PartNumber", 1, 10_000),
)


class MalformedPolicyError(AwsError):
    """A bucket policy that S3 does not take."""

    code = "MalformedPolicy"


def check(call: Call) -> None:
    """Refuse a call that S3 refuses.

    Raises:
        AwsError: as S3 answers.

    """
    _check_numbers(call)
    if call.operation == "CreateBucket":
        _check_new_bucket(call)
        return
    bucket = _bucket(call)
    if bucket is None:
        return
    if call.operation == "PutBucketPolicy":
        _check_policy(call, bucket)
    if not takes_acls(bucket):
        _check_acl(call)
    if call.parameters.get("SSECustomerAlgorithm") and call.operation in {
        "CopyObject",
        "CreateMultipartUpload",
        "PutObject",
        "UploadPart",
    }:
        _check_encryption(bucket)


def _check_numbers(call: Call) -> None:
    """Hold page sizes and the number of a part to S3's bounds, which the model does not tell.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html, …/API_UploadPart.html
    """
    for name, least, most in _BOUNDS:
        number = call.parameters.get(name, least)
        if not least <= number <= most:
            wire = f"{name[:1].lower()}{name[1:]}"
            raise AwsError(
                f"Argument {wire} must be an integer between {least} and {most}", code="InvalidArgument"
            )


def _check_new_bucket(call: Call) -> None:
    if call.parameters.get("ACL", "private") != "private" and "ObjectOwnership" not in call.parameters:
        raise AwsError(
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
            code="InvalidBucketAclWithObjectOwnership",
        )


def _check_acl(call: Call) -> None:
    if call.operation in _SETS_ACL or call.parameters.get("ACL") not in _HARMLESS_ACLS:
        raise AwsError("The bucket does not allow ACLs", code="AccessControlListNotSupported")


def _check_encryption(bucket: FakeBucket) -> None:
    if "SSE-C" in blocked_encryption(bucket):
        raise AwsError(
            "Access Denied: the bucket blocks server-side encryption with customer-provided keys (SSE-C).",
            code="AccessDenied",
            http_status=403,
        )


def _check_policy(call: Call, bucket: FakeBucket) -> None:
    """Let only a policy pass that speaks of this bucket and of S3.

    Raises:
        MalformedPolicyError: anything else.

    """
    try:
        document = json.loads(call.parameters.get("Policy") or "")
    except ValueError as error:
        raise _not_json() from error
    if not isinstance(document, dict):
        raise _not_json()
    if not document.get("Statement"):
        raise MalformedPolicyError("Missing required field Statement")
    try:
        check_document(document, DocumentKind.RESOURCE)
    except PolicyError as error:
        raise MalformedPolicyError(str(error)) from error
    for statement in _as_list(document["Statement"]):
        _check_statement(statement, f"arn:{call.partition}:s3:::", bucket.name)


def _check_statement(statement: Mapping[str, Any], prefix: str, bucket: str) -> None:
    if not all(_ACTION.fullmatch(action) for action in _values(statement, "Action", "NotAction")):
        raise MalformedPolicyError("Policy has invalid action")
    for resource in _values(statement, "Resource", "NotResource"):
        named = resource.removeprefix(prefix).split("/", 1)[0]
        if resource != "*" and not (resource.startswith(prefix) and fnmatchcase(bucket, named)):
            raise MalformedPolicyError("Policy has invalid resource")


def _values(statement: Mapping[str, Any], *names: str) -> Iterator[str]:
    for name in names:
        yield from _as_list(statement.get(name, []))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _not_json() -> MalformedPolicyError:
    return MalformedPolicyError("Policies must be valid JSON and the first byte must be '{'")


def _bucket(call: Call) -> FakeBucket | None:
    name = str(call.parameters.get("Bucket", ""))
    owner = bucket_owner(name, call.partition)
    return None if owner is None else s3_backends[owner][call.partition].buckets[name]
