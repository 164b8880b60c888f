"""A trail with bucket and key under this project's own policies, set up over HTTP as any client would."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from config.place import Place
from config.stack import Stack
from localaws.testing import ACCOUNT_ID, LocalAws
from tests.policies.stacks import policy, stack

REGION = "us-east-1"
BUCKET = "audit-log-bucket"
TRAIL = "audit"
PLACE = Place("aws", REGION, ACCOUNT_ID)
TRAIL_ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT_ID}:trail/{TRAIL}"


@dataclass
class Deployment:
    """Bucket, key and, after `create_trail`, trail. `settings` are further parameters of CreateTrail."""

    aws: LocalAws
    bucket_key: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    key_arn: str = ""

    def __post_init__(self) -> None:
        self.s3 = self.aws.client("s3")
        self.kms = self.aws.client("kms")
        self.cloudtrail = self.aws.client("cloudtrail")
        self.key_arn = self.kms.create_key()["KeyMetadata"]["Arn"]
        self.s3.create_bucket(Bucket=BUCKET)
        if self.bucket_key:
            self._turn_bucket_key_on()
        self.put_bucket_policy(self.bucket_policy())
        self.put_key_policy(self.key_policy())

    @property
    def key_id(self) -> str:
        """The key's id, which moto's DisableKey asks for."""
        return self.key_arn.rsplit("/", 1)[-1]

    def bucket_policy(self) -> dict[str, Any]:
        """Return this project's policy for the bucket."""
        return policy("bucket", self._stack.with_key(self.key_arn))

    def key_policy(self) -> dict[str, Any]:
        """Return this project's policy for the key."""
        return policy("key", self._stack)

    @property
    def _stack(self) -> Stack:
        names = {"trail_name": TRAIL, "bucket_name": BUCKET}
        return stack("local", PLACE, **names, s3_bucket_key=self.bucket_key)

    def put_bucket_policy(self, policy: Mapping[str, Any]) -> None:
        """Set the bucket's policy."""
        self.s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))

    def put_key_policy(self, policy: Mapping[str, Any]) -> None:
        """Set the key's policy."""
        self.kms.put_key_policy(KeyId=self.key_arn, PolicyName="default", Policy=json.dumps(policy))

    def create_trail(self, **settings: Any) -> Mapping[str, Any]:
        """Create the trail `audit`, and start it."""
        parameters = {
            "Name": TRAIL,
            "S3BucketName": BUCKET,
            "KmsKeyId": self.key_arn,
            "IsMultiRegionTrail": True,
            **self.settings,
            **settings,
        }
        trail: Mapping[str, Any] = self.cloudtrail.create_trail(**parameters)
        self.cloudtrail.start_logging(Name=trail["TrailARN"])
        return trail

    def call_image_builder(self, times: int = 1, region: str = REGION) -> set[str]:
        """Make Image Builder calls; return their request ids."""
        client = self.aws.client("imagebuilder", region=region)
        return {client.list_components()["ResponseMetadata"]["RequestId"] for _ in range(times)}

    def deliver(self) -> None:
        """Have everything pending delivered now."""
        self.aws.control("deliver", {})

    def status(self, region: str = REGION) -> Mapping[str, Any]:
        """Return GetTrailStatus."""
        status: Mapping[str, Any] = self.aws.client("cloudtrail", region=region).get_trail_status(
            Name=TRAIL_ARN
        )
        return status

    def log_keys(self, folder: str = "CloudTrail/") -> list[str]:
        """Return the keys of the log files (or digests) in the bucket."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return [item["Key"] for page in pages for item in page.get("Contents", ()) if folder in item["Key"]]

    def delivered(self) -> list[dict[str, Any]]:
        """Return every record in the bucket."""
        return [record for key in self.log_keys() for record in self.read(key)["Records"]]

    def read(self, key: str) -> Any:
        """Return the JSON of an object."""
        return json.loads(gzip.decompress(self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()))

    def delivered_requests(self) -> list[str]:
        """Return the request ids of all Image Builder records in the bucket, as often as they appear."""
        return [
            record["requestID"]
            for record in self.delivered()
            if record["eventSource"] == "imagebuilder.amazonaws.com"
        ]

    def _turn_bucket_key_on(self) -> None:
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": self.key_arn}
        rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
        self.s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})


def refusal(call: Any, **parameters: Any) -> tuple[str, str]:
    """Return code and message with which a call is refused."""
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]
