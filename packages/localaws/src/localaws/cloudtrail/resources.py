"""The resources that an event names: what LookupEvents finds by ResourceType and ResourceName."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_BY_ARN = {
    ("cloudtrail", "trail"): "AWS::CloudTrail::Trail",
    ("dynamodb", "table"): "AWS::DynamoDB::Table",
    ("ec2", "image"): "AWS::EC2::Image",
    ("ec2", "instance"): "AWS::EC2::Instance",
    ("iam", "instance-profile"): "AWS::IAM::InstanceProfile",
    ("iam", "policy"): "AWS::IAM::Policy",
    ("iam", "role"): "AWS::IAM::Role",
    ("iam", "user"): "AWS::IAM::User",
    ("imagebuilder", "component"): "AWS::ImageBuilder::Component",
    ("imagebuilder", "container-recipe"): "AWS::ImageBuilder::ContainerRecipe",
    ("imagebuilder", "distribution-configuration"): "AWS::ImageBuilder::DistributionConfiguration",
    ("imagebuilder", "image"): "AWS::ImageBuilder::Image",
    ("imagebuilder", "image-pipeline"): "AWS::ImageBuilder::ImagePipeline",
    ("imagebuilder", "image-recipe"): "AWS::ImageBuilder::ImageRecipe",
    ("imagebuilder", "infrastructure-configuration"): "AWS::ImageBuilder::InfrastructureConfiguration",
    ("imagebuilder", "lifecycle-policy"): "AWS::ImageBuilder::LifecyclePolicy",
    ("imagebuilder", "workflow"): "AWS::ImageBuilder::Workflow",
    ("kms", "alias"): "AWS::KMS::Alias",
    ("kms", "key"): "AWS::KMS::Key",
    ("lambda", "function"): "AWS::Lambda::Function",
    ("logs", "log-group"): "AWS::Logs::LogGroup",
    ("s3", ""): "AWS::S3::Bucket",
    ("sns", ""): "AWS::SNS::Topic",
    ("sqs", ""): "AWS::SQS::Queue",
}
_BY_PARAMETER = {
    ("cloudtrail.amazonaws.com", "name"): "AWS::CloudTrail::Trail",
    ("cloudtrail.amazonaws.com", "s3BucketName"): "AWS::S3::Bucket",
    ("dynamodb.amazonaws.com", "tableName"): "AWS::DynamoDB::Table",
    ("ec2.amazonaws.com", "groupName"): "AWS::EC2::SecurityGroup",
    ("ec2.amazonaws.com", "keyName"): "AWS::EC2::KeyPair",
    ("ec2.amazonaws.com", "launchTemplateName"): "AWS::EC2::LaunchTemplate",
    ("iam.amazonaws.com", "groupName"): "AWS::IAM::Group",
    ("iam.amazonaws.com", "instanceProfileName"): "AWS::IAM::InstanceProfile",
    ("iam.amazonaws.com", "policyName"): "AWS::IAM::Policy",
    ("iam.amazonaws.com", "roleName"): "AWS::IAM::Role",
    ("iam.amazonaws.com", "userName"): "AWS::IAM::User",
    ("kms.amazonaws.com", "aliasName"): "AWS::KMS::Alias",
    ("kms.amazonaws.com", "keyId"): "AWS::KMS::Key",
    ("lambda.amazonaws.com", "functionName"): "AWS::Lambda::Function",
    ("logs.amazonaws.com", "logGroupName"): "AWS::Logs::LogGroup",
    ("s3.amazonaws.com", "bucketName"): "AWS::S3::Bucket",
    ("sns.amazonaws.com", "name"): "AWS::SNS::Topic",
    ("sqs.amazonaws.com", "queueName"): "AWS::SQS::Queue",
}
# EC2's ids say by themselves what they are.
_BY_ID = {
    "ami": "AWS::EC2::Image",
    "eni": "AWS::EC2::NetworkInterface",
    "i": "AWS::EC2::Instance",
    "igw": "AWS::EC2::InternetGateway",
    "lt": "AWS::EC2::LaunchTemplate",
    "rtb": "AWS::EC2::RouteTable",
    "sg": "AWS::EC2::SecurityGroup",
    "snap": "AWS::EC2::Snapshot",
    "subnet": "AWS::EC2::Subnet",
    "vol": "AWS::EC2::Volume",
    "vpc": "AWS::EC2::VPC",
}
_ID = re.compile(rf"({'|'.join(_BY_ID)})-(?:[0-9a-f]{{8}}|[0-9a-f]{{17}})")
# Whose names people know better than their ARNs, or than the URL that parameters have.
_NAMED = frozenset({"AWS::SNS::Topic", "AWS::SQS::Queue"})
_DEPTH = 5  # deeper than this, documents are data and not parameters


def event_resources(record: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the (type, name) pairs that a record names, each once, in order of appearance."""
    found: dict[tuple[str, str], None] = {}
    for resource in record.get("resources") or ():
        if arn := resource.get("ARN"):
            found[resource.get("type") or _type_of(arn) or "", arn] = None
    source = record["eventSource"]
    for side in ("requestParameters", "responseElements"):
        for name, value in _strings(record.get(side), _DEPTH):
            by_name = _BY_PARAMETER.get((source, name)) if side == "requestParameters" else None
            kind = _type_of(value) or _type_of_id(value) or by_name
            if kind:
                found[kind, value] = None
            if name == "queueUrl":
                found["AWS::SQS::Queue", value.rsplit("/", 1)[-1]] = None
    for kind, value in tuple(found):
        if kind in _NAMED and _type_of(value):
            found[kind, value.split(":")[5]] = None
    return tuple(found)


def _type_of_id(value: str) -> str | None:
    """Return the type of the resource of EC2 whose id this is, or None for anything else."""
    parts = _ID.fullmatch(value)
    return None if parts is None else _BY_ID[parts.group(1)]


def _type_of(value: str) -> str | None:
    """Return the type of the resource whose ARN this is, or None for anything else."""
    if not value.startswith("arn:"):
        return None
    parts = value.split(":", 5)
    if len(parts) < 6:
        return None
    service, resource = parts[2], parts[5]
    kind = resource.replace(":", "/").split("/", 1)[0]
    return _BY_ARN.get((service, kind)) or (_BY_ARN.get((service, "")) if "/" not in resource else None)


def _strings(value: Any, depth: int, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield each string inside, with the name of the member that holds it."""
    if isinstance(value, str):
        if value:
            yield name, value
    elif depth and isinstance(value, Mapping):
        for key, each in value.items():
            yield from _strings(each, depth - 1, key)
    elif depth and isinstance(value, list):
        for each in value:
            yield from _strings(each, depth - 1, name)
