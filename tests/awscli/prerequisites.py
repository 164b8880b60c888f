"""Makes what the documented examples take for granted: the resources that they name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from localaws.imagebuilder.versions import Arn
from localaws.testing import ACCOUNT_ID, LocalAws
from packages.localaws.tests.imagebuilder.direct import eventually, image_recipe, status_of
from tests.awscli.documented import Example, arns_in

BUCKET = "amzn-s3-demo-bucket"
_OUTPUT = {"region": "us-west-2", "amiDistributionConfiguration": {"name": "golden"}}
_TEMPLATE_KEYS = {
    "s3": "policy/S3/AWSCloudTrail-S3BucketPolicy-2014-12-17.json",
    "sns": "policy/SNS/AWSCloudTrail-SnsTopicPolicy-2014-12-17.json",
}


class ImageBuilderResources:
    """Makes resources by their ARNs, each with all that it needs."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._makers: Mapping[str, Callable[[Arn], None]] = {
            "component": self._component,
            "image-recipe": self._recipe,
            "infrastructure-configuration": self._infrastructure,
            "distribution-configuration": self._distribution,
            "image-pipeline": self._pipeline,
            "image": self._image,
        }
        self._made: set[Arn] = set()

    def provide(self, example: Example) -> None:
        """Make all that a command and its files name; to show something, also what its output names."""
        shows = example.name.startswith(("get-", "list-"))
        for text in example.arns + (arns_in(example.output) if shows else []):
            arn = Arn.parse(text)
            if arn is not None:
                self.make(arn.at(arn.version), policy="-policy" in example.name)

    def make(self, arn: Arn, *, policy: bool = False) -> None:
        """Make one resource, once."""
        if arn in self._made:
            return
        self._made.add(arn)
        self._makers[arn.kind](arn)
        if policy:
            self._put_policy(arn)

    def _component(self, arn: Arn) -> None:
        data = "schemaVersion: 1.0\nphases:\n  - name: build\n    steps: []\n"
        self._client.create_component(
            name=arn.name, semanticVersion=arn.version, platform="Windows", data=data
        )

    def _recipe(self, arn: Arn) -> None:
        self._client.create_image_recipe(**image_recipe(arn.name, str(arn.version)))

    def _infrastructure(self, arn: Arn) -> None:
        self._client.create_infrastructure_configuration(name=arn.name, instanceProfileName="builder")

    def _distribution(self, arn: Arn) -> None:
        self._client.create_distribution_configuration(name=arn.name, distributions=[_OUTPUT])

    def _pipeline(self, arn: Arn) -> None:
        parts = {
            "imageRecipeArn": Arn(
                arn.partition, arn.region, ACCOUNT_ID, "image-recipe", "mybasicrecipe", "2019.12.03"
            ),
            "infrastructureConfigurationArn": Arn(
                arn.partition,
                arn.region,
                ACCOUNT_ID,
                "infrastructure-configuration",
                "myexampleinfrastructure",
            ),
        }
        for part in parts.values():
            self.make(part)
        names = {member: str(part) for member, part in parts.items()}
        self._client.create_image_pipeline(name=arn.name, tags={"KeyName": "KeyValue"}, **names)

    def _image(self, arn: Arn) -> None:
        image = self._client.import_vm_image(
            name=arn.name, semanticVersion=arn.version, platform="Windows", vmImportTaskId="import-ami-1"
        )["imageArn"]
        eventually(lambda: status_of(self._client, image) == "AVAILABLE")

    def _put_policy(self, arn: Arn) -> None:
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": ACCOUNT_ID},
            "Action": "imagebuilder:*",
            "Resource": "*",
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        if arn.kind == "component":
            self._client.put_component_policy(componentArn=str(arn.at(arn.version, 1)), policy=policy)
        elif arn.kind == "image":
            self._client.put_image_policy(imageArn=str(arn.at(arn.version, 1)), policy=policy)


class CloudTrailResources:
    """Makes trails, and the buckets with policies that they write to."""

    def __init__(self, aws: LocalAws, region: str) -> None:
        self._cloudtrail = aws.client("cloudtrail", region=region)
        self._s3 = aws.client("s3", region="us-east-1")
        self._region = region

    def provide(self, example: Example) -> None:
        """Make the trails and the bucket that a command names, unless it makes them itself."""
        if "subscription" in example.name:
            self._put_templates()
        else:
            self._bucket(BUCKET)
        if not example.name.startswith("create-"):
            self._bucket("another-demo-bucket")
            for name in ("Trail1", "Trail2", "myTrail", "TrailName", "TrailName2"):
                if name in example.command.replace(":", "/").replace("/", " ").split():
                    self._cloudtrail.create_trail(Name=name, S3BucketName="another-demo-bucket")

    def _bucket(self, name: str) -> None:
        self._s3.create_bucket(Bucket=name)
        policy = _bucket_policy().replace("<BucketName>", name).replace("<Prefix>/", "")
        self._s3.put_bucket_policy(Bucket=name, Policy=policy.replace("<CustomerAccountID>", ACCOUNT_ID))

    def _put_templates(self) -> None:
        """The CLI takes its policies from templates that AWS keeps in a public bucket in each Region."""
        bucket = f"awscloudtrail-policy-{self._region}"
        self._s3.create_bucket(Bucket=bucket)
        self._s3.put_object(Bucket=bucket, Key=_TEMPLATE_KEYS["s3"], Body=_bucket_policy())
        self._s3.put_object(Bucket=bucket, Key=_TEMPLATE_KEYS["sns"], Body=_topic_policy())


def _bucket_policy() -> str:
    service = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    bucket = "arn:aws:s3:::<BucketName>"
    read = {"Sid": "ReadAcl", **service, "Action": "s3:GetBucketAcl", "Resource": bucket}
    write = {
        "Sid": "Write",
        **service,
        "Action": "s3:PutObject",
        "Resource": f"{bucket}/<Prefix>/AWSLogs/<CustomerAccountID>/*",
        "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [read, write]})


def _topic_policy() -> str:
    publish = {
        "Sid": "Publish",
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "SNS:Publish",
        "Resource": "arn:aws:sns:<Region>:<SNSTopicOwnerAccountId>:<SNSTopicName>",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [publish]})
