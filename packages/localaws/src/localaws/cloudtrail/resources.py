"""The resources that an event names: what LookupEvents finds by ResourceType and ResourceName."""

from __future__ import annotations

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
    ("iam.amazonaws.com", "policyName"): "AWS::IAM::Policy",
    ("iam.amazonaws.com", "roleName"): "AWS::IAM::Role",
    ("iam.amazonaws.com", "userName"): "AWS::IAM::User",
    ("kms.amazonaws.com", "aliasName"): "AWS::KMS::Alias",
    ("kms.amazonaws.com", "keyId"): "AWS::KMS::Key",
    ("logs.amazonaws.com", "logGroupName"): "AWS::Logs::LogGroup",
    ("s3.amazonaws.com", "bucketName"): "AWS::S3::Bucket",
}
_DEPTH = 4  # deeper than this, documents are data and not parameters


def event_resources(record: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the (type, name) pairs that a record names, each once, in order of appearance."""
    found: dict[tuple[str, str], None] = {}
    for resource in record.get("resources") or ():
        if arn := resource.get("ARN"):
            found[resource.get("type") or _type_of(arn) or "", arn] = None
    source = record["eventSource"]
    for side in ("requestParameters", "responseElements"):
        for name, value in _strings(record.get(side), _DEPTH):
            kind = _type_of(value) or (
                _BY_PARAMETER.get((source, name)) if side == "requestParameters" else None
            )
            if kind:
                found[kind, value] = None
    return tuple(found)


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
