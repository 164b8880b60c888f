"""AWS's public buckets of policy templates, which the AWS CLI's `create-subscription` reads.

Each Region has one. It comes into being when somebody first reads from it.
"""

from __future__ import annotations

import json
from typing import Any

from moto.s3.models import s3_backends

from localaws.call import Call
from localaws.iam_policies import bucket_owner

_OWNER = "000000000000"  # stands for AWS's own account
_BUCKETS = "awscloudtrail-policy-"
_READING = {"GetObject", "HeadObject"}
_CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}


def provide(call: Call) -> None:
    """See to it that the bucket of templates is there, where a call reads from it."""
    name = str(call.parameters.get("Bucket", ""))
    if call.operation not in _READING or name != f"{_BUCKETS}{call.region}":
        return
    if bucket_owner(name, call.partition) is None:
        _create(name, call.region, call.partition)


def _create(name: str, region: str, partition: str) -> None:
    backend = s3_backends[_OWNER][partition]
    bucket = backend.create_bucket(name, region)
    bucket.public_access_block = None
    readable = _statement("Everybody", "s3:GetObject", f"arn:{partition}:s3:::{name}/*", Principal="*")
    bucket.policy = _document(readable).encode()
    for key, document in _templates(partition).items():
        backend.put_object(name, key, document.encode())


def _templates(partition: str) -> dict[str, str]:
    """The two templates under the keys that the AWS CLI asks for. It fills in what stands in `<…>`."""
    bucket = f"arn:{partition}:s3:::<BucketName>"
    objects = f"{bucket}/<Prefix>/AWSLogs/<CustomerAccountID>/*"
    owned = {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}
    topic = f"arn:{partition}:sns:<Region>:<SNSTopicOwnerAccountId>:<SNSTopicName>"
    return {
        "policy/S3/AWSCloudTrail-S3BucketPolicy-2014-12-17.json": _document(
            _statement("AWSCloudTrailAclCheck", "s3:GetBucketAcl", bucket),
            _statement("AWSCloudTrailWrite", "s3:PutObject", objects, Condition=owned),
        ),
        "policy/SNS/AWSCloudTrail-SnsTopicPolicy-2014-12-17.json": _document(
            _statement("AWSCloudTrailPublish", "SNS:Publish", topic)
        ),
    }


def _statement(sid: str, action: str, resource: str, **more: Any) -> dict[str, Any]:
    allowed = {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource}
    return {"Principal": _CLOUDTRAIL, **allowed, **more}


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=2)
